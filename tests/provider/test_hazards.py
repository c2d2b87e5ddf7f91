"""When faults strike: by rate, schedule, sequence, attempt and model."""

import pytest

from simulator.errors import BadInput, InvalidFile
from simulator.provider.faults.fault import Damage
from simulator.provider.hazards import NOTHING, Hazards, asked
from simulator.provider.profile import Profile
from simulator.yamlfile import parse
from tests.provider.profiles import profile


def hazards(*faults, seed=1):
    loaded = parse(profile({"small": {}, "large": {}}, faults=list(faults)), Profile, name="p.yaml")
    return Hazards(loaded.faults, seed=seed)


def struck(found, *, orders=10, model="small", now=0.0):
    """Numbers of the orders that are hit."""
    return [n for n in range(1, orders + 1) if found.strike(model, f"r{n}/0/1", now) is not NOTHING]


def test_without_faults_nothing_happens():
    assert struck(hazards()) == []


@pytest.mark.parametrize(
    ("when", "hit"),
    [({"first": 2}, [1, 2]), ({"every": 4}, [4, 8]), ({"first": 5, "every": 2}, [2, 4]), ({"models": ["large"]}, [])],
)
def test_by_order_and_model(when, hit):
    assert struck(hazards({"kind": "reset", **when})) == hit


@pytest.mark.parametrize(("now", "count"), [(9.99, 0), (10.0, 10), (19.99, 10), (20.0, 0)])
def test_by_schedule_from_the_first_to_before_the_second(now, count):
    assert len(struck(hazards({"kind": "status", "between": ["10s", "20s"]}), now=now)) == count


def test_by_rate_the_same_orders_with_the_same_seed():
    first, again, other = (struck(hazards({"kind": "reset", "rate": "5%"}, seed=s), orders=4000) for s in (1, 1, 2))
    assert first == again != other
    assert len(first) / 4000 == pytest.approx(0.05, abs=0.01)


def test_by_attempt_the_third_sending_comes_through():
    found = hazards({"kind": "status", "status": 503, "attempts": 2})
    assert [found.strike("small", f"r1/0/{n}", 0.0).status for n in (1, 2, 3)] == [503, 503, None]


def test_the_first_fault_in_the_list_wins():
    found = hazards({"kind": "reset", "first": 1}, {"kind": "hang"})
    assert [found.strike("small", "r", 0.0).kind for _ in range(2)] == ["reset", "hang"]


def test_a_header_names_a_fault_with_its_options():
    assert asked("cut:after_tokens=3,by=fin") == Damage(kind="cut", ends_after=3, ending="fin")
    assert asked("status:status=503,retry_after=2s") == Damage(kind="status", status=503, retry_after_s=2.0)
    with pytest.raises(BadInput, match="unknown kind; known: brownout"):
        asked("nothing-like-it")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "stall"}, "seconds: is missing"),
        ({"kind": "cut", "after_tokens": 0}, "after_tokens"),
        ({"kind": "reset", "between": ["2s", "1s"]}, "the first time must be before the second"),
        ({"kind": "reset", "models": ["nobody"]}, "nobody is not a model of this profile"),
    ],
)
def test_a_wrong_fault_in_a_profile_names_its_place(fault, said):
    with pytest.raises(InvalidFile, match=said):
        hazards(fault)
