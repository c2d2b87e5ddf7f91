"""What breaks first: conditions ranked by their breaking multiplier, the smallest scale at which they fire."""

from collections.abc import Callable, Iterable, Sequence

import pyarrow as pa

from simulator.errors import Precondition
from simulator.figures import Provenance
from simulator.registry import modules
from simulator.run.quota import KnownLimit
from simulator.run.rung import RungFigures
from simulator.scenario.objective import Objective
from simulator.spend.bill import RungCost
from simulator.spend.month import Projection
from simulator.verdicts.condition import KINDS, Break, Evidence
from simulator.verdicts.objectives import Judgement

__all__ = ["Break", "breaks"]

_CONDITIONS = "simulator.verdicts.conditions"
_REFUSALS = ("refused", "answered")


def breaks(
    calls: pa.Table,
    rungs: Sequence[RungFigures],
    *,
    objectives: Sequence[Objective],
    judgements: Sequence[Judgement],
    costs: Sequence[RungCost],
    projection: Projection,
    limits: Sequence[KnownLimit] = (),
    command: str,
) -> list[Break]:
    """All that breaks up to the largest scale that was run or projected, the first one first.

    What breaks in several strategies is one break, told of the strategy that it stops first, with the `others` named.
    A generator that gave in stands before everything: it voids what follows. Raises `Precondition` for an outside
    condition that does not fit.
    """
    evidence = Evidence(calls, rungs, objectives, judgements, costs, projection, limits, command)
    found = [one for find in _conditions() for one in find(evidence)]
    return _merged(sorted(_without_echoes(found), key=_rank))


def _conditions() -> list[Callable[[Evidence], Iterable[Break]]]:
    conditions = modules(_CONDITIONS)
    for condition in conditions:
        if not callable(getattr(condition, "find", None)):
            name = getattr(condition, "__name__", repr(condition))
            raise Precondition(f"{name} is a condition without `find(evidence)`; mend it or uninstall it")
    return [condition.find for condition in conditions]


def _rank(one: Break) -> tuple[bool, float, int]:
    return one.kind != "client", one.multiplier, KINDS.index(one.kind) if one.kind in KINDS else len(KINDS)


def _merged(ranked: Sequence[Break]) -> list[Break]:
    """One break for each condition, in the order of the first strategy that it stops."""
    groups: dict[tuple[str, str], list[Break]] = {}
    for one in ranked:
        groups.setdefault((one.kind, one.title), []).append(one)
    return [_with_others(first, later) for first, *later in groups.values()]


def _with_others(first: Break, later: Sequence[Break]) -> Break:
    if not later:
        return first
    others = {one.strategy: one.multiplier for one in later}
    said = ", ".join(_beside(one, first.provenance) for one in later)
    return first.model_copy(update={"others": others, "evidence": f"{first.evidence}; {said}"})


def _beside(one: Break, provenance: Provenance) -> str:
    """Three digits: a break computed for 10.4× must not read as one that the 10× rung showed."""
    unlike = "" if one.provenance == provenance else f" ({one.provenance})"
    at = "between {:g}× and {:g}×".format(*one.between) if one.between else f"from {one.multiplier:.3g}×"
    return f"{one.strategy} {at}{unlike}"


def _without_echoes(found: Sequence[Break]) -> list[Break]:
    """Refusals and their retries are the quota's doing where a quota ran out: one break, not three."""
    exhausted = {(one.strategy, one.high) for one in found if one.kind == "limit" and one.provenance == "measured"}
    return [one for one in found if not ((one.strategy, one.high) in exhausted and _is_refusal(one))]


def _is_refusal(one: Break) -> bool:
    return one.kind == "retries" or (one.kind == "objective" and one.title.startswith(_REFUSALS))
