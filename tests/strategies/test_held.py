from simulator.strategies.held import held


def test_every_step_of_a_cascade_but_the_last_is_held() -> None:
    steps = [f"a.retry.cascade.{step}.call" for step in (0, 1, 2)]
    assert held([*steps, "a.retry.cascade", "b.call"]) == set(steps[:2])


def test_the_first_step_is_held_also_where_nothing_escalated() -> None:
    assert held(["a.cascade.0.call"]) == {"a.cascade.0.call"}


def test_a_cascade_in_the_last_step_of_another_holds_its_own() -> None:
    inner = "a.cascade.1.retry.cascade"
    paths = ["a.cascade.0.call", f"{inner}.0.call", f"{inner}.1.call"]
    assert held(paths) == {"a.cascade.0.call", f"{inner}.0.call"}


def test_other_numbers_are_no_steps() -> None:
    assert held(["a.fallback.0.call", "a.route.branches.0.call", "cascade.call", "my-cascade.0.call"]) == set()
