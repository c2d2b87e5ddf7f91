import pytest

from simulator.errors import BadInput, Precondition
from simulator.launch.target import check_answers, check_key, is_loopback, shown
from simulator.replay import plan
from simulator.scenario.target import Target
from tests.replay.scripted import Scripted, answer, plain


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/v1",
        "http://127.9.9.9/v1",
        "http://[::1]:8000/v1",
        "http://localhost/v1",
        "https://LOCALHOST",
    ],
)
def test_this_machine_is_loopback(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com/v1",
        "http://10.0.0.1",
        "http://127.0.0.1.example.com/v1",
        "http://localhost.example.com",
    ],
)
def test_anything_else_is_beyond(url: str) -> None:
    assert not is_loopback(url)


def test_a_url_is_shown_without_what_may_be_secret() -> None:
    assert shown("https://user:pa55@llm.example.com:8443/v1?key=s3cret#x") == "https://llm.example.com:8443/v1"


def test_a_url_without_a_host_is_refused() -> None:
    with pytest.raises(BadInput, match="has no host; write a base URL"):
        is_loopback("https:///v1")


def test_a_key_that_is_not_set_is_asked_for_by_the_name_of_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACME_KEY", raising=False)
    with pytest.raises(Precondition, match="ACME_KEY is not set; export"):
        check_key(Target(url="https://llm.example.com/v1", key_env="ACME_KEY"))


def test_a_wrong_key_stops_a_run_before_it_begins() -> None:
    """A run of six rungs against it would take three minutes to say the same, as failures to be explained."""
    with Scripted(answer(), plain(401)) as server:
        target = plan.Target(base_url=server.url)
        with pytest.raises(Precondition, match=r"question to small ended as client_error \(HTTP 401\): the key"):
            list(check_answers(target, ["large", "small"]))


def test_a_server_that_fails_is_named_before_minutes_of_load_and_measured() -> None:
    """Six rungs of failures began without a word."""
    with Scripted(plain(500), answer()) as server:
        (trouble,) = check_answers(plan.Target(base_url=server.url), ["large", "small"])
    assert trouble.endswith(
        "one short question to large ended as server_error (HTTP 500); the run goes on and measures it"
    )
