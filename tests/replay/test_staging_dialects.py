"""Every dialect that the embedded endpoint serves reads alike: the same tokens whichever API asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.endpoint import embedded
from simulator.replay.plan import Target
from tests.provider.profiles import FAST
from tests.replay.rig import replay, request

REQUEST = request(input_tokens=40, output_tokens=20)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    profile = tmp_path_factory.mktemp("staging") / "profile.yaml"
    profile.write_text(FAST, encoding="utf-8")
    with embedded(Path(profile), seed=1) as url:
        yield url


@pytest.mark.parametrize("api", ["chat", "messages", "responses"])
def test_a_stream(endpoint: str, api: str):
    target = Target(base_url=endpoint, api=api)
    (call,) = replay(endpoint, [REQUEST], strategy="small", target=target, simulated=True).calls
    assert (call.outcome, call.usage_source, call.input_tokens, call.output_tokens) == ("ok", "reported", 40, 20)
    assert call.chunks == 20
    assert call.first_token_at is not None


@pytest.mark.parametrize("api", ["chat", "messages", "responses"])
def test_a_label_in_one_piece(endpoint: str, api: str):
    strategy = {"classify": {"with": "small", "rubric_tokens": 8, "routes": {"easy": "small", "hard": "small"}}}
    strategy["classify"]["otherwise"] = "hard"
    target = Target(base_url=endpoint, api=api)
    rows = replay(endpoint, [REQUEST], strategy=strategy, target=target, simulated=True)
    label, answer = rows.calls
    assert (label.purpose, label.outcome, label.input_tokens) == ("classify", "ok", 48)
    assert (answer.purpose, answer.outcome) == ("answer", "ok")
