"""How much is in flight at once, against two sessions worked by hand."""

import pytest

from simulator.launch.load import BUSY, CPU_S_PER_CALL, CPU_S_PER_TOKEN, answer_s, load
from simulator.provider.profile import Profile
from simulator.traffic.request import Request

PROFILE = {
    "name": "hand",
    "description": "One model, nothing at random.",
    "models": {
        "m": {
            "provider": "p",
            "context_window": 1000,
            "max_output_tokens": 100,
            "replicas": 1,
            "max_sequences": 10,
            "queue": 10,
            "first_token": {"base": "500ms", "per_1k_uncached": "1s", "cv": 0},
            "per_token": {"base": "9ms", "per_sequence": "1ms", "cv": 0},
        }
    },
}


@pytest.fixture
def profile() -> Profile:
    return Profile.model_validate(PROFILE)


def _request(name: str, *, turn: int = 1, at: float | None = None, think_s: float = 0.0) -> Request:
    return Request(f"{name}.t{turn}", name, turn, "j", at, think_s, 500, 100)


def _call(name: str, *, model: str = "m") -> dict[str, object]:
    return {"request_id": name, "model": model, "input_tokens": 500, "output_tokens": 100}


def test_an_idle_model_takes_its_base_the_prompt_and_every_token(profile: Profile) -> None:
    # 0.5 s + 500/1000 × 1 s + 100 × (9 + 1) ms
    assert answer_s(_call("a.t1"), profile) == pytest.approx(2.0)
    # 0.3 s + 500 × 0.05 ms + 100 × 12 ms
    assert answer_s(_call("a.t1"), None) == answer_s(_call("a.t1", model="?"), profile) == pytest.approx(1.525)


def test_two_sessions_overlap_as_by_hand(profile: Profile) -> None:
    sessions = [
        [_request("a", at=0.0), _request("a", turn=2, think_s=1.0)],  # 0–2, then 3–5
        [_request("b", at=1.0)],  # two calls: 1–5
    ]
    calls = [_call("a.t1"), _call("a.t2"), _call("b.t1"), _call("b.t1")]
    found = load(sessions, calls, profile=profile, span_s=4.0)
    # (2 + 1 of the second turn within the span + 3) / 4 s
    assert found.in_flight_mean == pytest.approx(6 / 4)
    assert found.in_flight_peak == 2
    assert found.cpu_peak == pytest.approx(2 * (CPU_S_PER_CALL + 100 * CPU_S_PER_TOKEN))
    assert found.workers == 1


def test_workers_keep_below_half_a_core_in_the_busiest_second() -> None:
    one = CPU_S_PER_CALL + 100 * CPU_S_PER_TOKEN
    fits = int(BUSY / one)
    for count, workers in ((fits, 1), (fits + 1, 2)):
        names = [f"s{n}" for n in range(count)]
        sessions = [[_request(name, at=0.5)] for name in names]
        found = load(sessions, [_call(f"{name}.t1") for name in names], profile=None, span_s=10.0)
        assert (found.workers, found.in_flight_peak) == (workers, count)


def test_no_session_asks_for_nothing() -> None:
    found = load([], [], profile=None, span_s=1.0)
    assert (found.in_flight_mean, found.in_flight_peak, found.workers) == (0.0, 0, 1)
