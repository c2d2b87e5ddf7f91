"""Short client timeouts and retries together lower what a provider can carry, as in the field (Bronson, HotOS'21)."""

import numpy as np
import pytest

from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import Patience, rehearse
from simulator.strategies.node import parse
from simulator.strategies.tree import bind
from simulator.traffic.request import Request
from simulator.yamlfile import parse as parse_yaml
from tests.provider.profiles import latency, profile

SMALL_POOL = profile(
    {
        "small": {
            "replicas": 2,
            "max_sequences": 32,
            "queue": 500,
            "first_token": {"base": "100ms", "per_1k_uncached": "20ms", "cv": 0.3},
            "per_token": latency("6ms", cv=0.1) | {"per_sequence": "0.3ms"},
        }
    }
)
SPAN_S, SETTLED_S = 200.0, 100.0


class Poisson:
    """Answers of 150 tokens in the median at so many requests a second."""

    def __init__(self, rate):
        random = np.random.default_rng(1)
        count = int(rate * SPAN_S)
        at, tokens = np.sort(random.uniform(0, SPAN_S, count)), random.lognormal(5.0, 0.6, count)
        self._sessions = [
            [Request(f"r{n}", f"s{n}", 1, "chat", float(at[n]), 0.0, 500, int(tokens[n]) + 1)] for n in range(count)
        ]

    def sessions(self):
        return self._sessions


def goodput(form, *, rate):
    """Share answered of the requests of the second half, and attempts per request."""
    node = bind("only", parse(form))
    loaded = parse_yaml(SMALL_POOL, Profile, name="pool.yaml")
    _, requests = rehearse(Poisson(rate), {"only": node}, loaded, scale=1, seed=1, patience=Patience(total_s=8.0))
    late = [row for row in requests.to_pylist() if row["scheduled_at"] > SETTLED_S]
    answered = sum(row["final_outcome"] in ("ok", "length") for row in late) / len(late)
    return answered, sum(row["attempts"] for row in late) / len(late)


@pytest.mark.parametrize(
    ("form", "answered", "attempts"),
    [
        ("small", 0.99, 1.0),
        ({"retry": {"of": "small", "times": 2, "after_text": True}}, 0.27, 2.6),
        ({"retry": {"of": "small", "times": 2, "after_text": True, "budget": "10%"}}, 0.87, 1.1),
    ],
)
def test_retries_turn_a_load_that_is_carried_into_a_collapse_that_a_budget_softens(form, answered, attempts):
    found, sent = goodput(form, rate=22)
    assert found == pytest.approx(answered, abs=0.08)
    assert sent == pytest.approx(attempts, abs=0.3)


def test_below_that_load_retries_do_no_harm():
    found, sent = goodput({"retry": {"of": "small", "times": 2, "after_text": True}}, rate=16)
    assert (found > 0.99, sent < 1.05) == (True, True)
