"""What the doctor finds, on this machine and at targets that behave and misbehave."""

import pytest

from simulator.errors import BadInput
from simulator.replay.doctor import machine, target, unanswered
from simulator.replay.plan import Target
from simulator.scenario.target import Timeouts
from tests.replay.scripted import STREAM, Scripted, answer, end, event, plain


def states(url: str) -> dict[str, str]:
    times = Timeouts(connect="1s", first_token="500ms", total="1s")
    return {finding.what: finding.state for finding in target(Target(base_url=url, timeouts=times), "m")}


def test_this_machine_is_described():
    assert [finding.what for finding in machine()] == ["cores", "descriptors", "receive clock", "timer"]


def test_a_good_target():
    """Its second token comes a while later: written at once after the first, a busy machine would read both as one."""
    with Scripted([*answer()[:2], 0.1, *answer()[2:]]) as server:
        assert states(server.url) == {"answer": "ok", "stream": "ok", "usage": "ok", "rate limits": "ok"}


def test_a_target_that_keeps_its_usage_to_itself():
    with Scripted([STREAM, event(content="a"), end()]) as server:
        assert states(server.url)["usage"] == "warn"


def test_a_stream_that_comes_at_once():
    with Scripted(
        [STREAM + event(content="a") + event(content="b") + end(prompt_tokens=1, completion_tokens=2)]
    ) as server:
        assert states(server.url)["buffering"] == "warn"


def test_a_refusal_says_what_to_check():
    with Scripted(plain(404)) as server:
        (finding,) = target(Target(base_url=server.url), "m")
    assert (finding.state, finding.text) == (
        "fail",
        "client_error (HTTP 404): no such path, or no such model; check the URL's path, "
        "and target.models for the target's own model names",
    )


@pytest.mark.parametrize(
    ("reply", "advice"),
    [
        (plain(401), (True, "the key was refused")),
        (plain(302), (True, "sends elsewhere")),
        (plain(200, b"<html>Sign in</html>"), (True, "not what this API says")),
        (plain(429), (False, "a quota is used up")),
        (plain(500), (False, "(HTTP 500)")),
        (answer(), None),
    ],
)
def test_what_a_run_would_only_repeat_is_told_from_what_may_pass(reply: list[bytes], advice: tuple[bool, str] | None):
    with Scripted(reply) as server:
        found = unanswered(Target(base_url=server.url), "m")
    assert (found is None) == (advice is None)
    if found and advice:
        assert found.for_good == advice[0]
        assert advice[1] in found.why


def test_a_missing_key_is_named():
    with pytest.raises(BadInput, match="the environment has no TENFOLD_TEST_UNSET_KEY"):
        list(target(Target(base_url="http://127.0.0.1:1", key_env="TENFOLD_TEST_UNSET_KEY"), "m"))
