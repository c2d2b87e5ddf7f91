"""How much of a what-if hangs on numbers that nobody knows well: each strategy drawn from its ranges, all else held."""

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from simulator.comparison.measured import Measured
from simulator.comparison.result import MovedBy, OverRanges
from simulator.comparison.setting import Point, setting
from simulator.comparison.source import Source
from simulator.strategies import ranges
from simulator.strategies.axis import LABEL_ACCURACY
from simulator.strategies.node import Node
from simulator.strategies.ranges import Between
from simulator.strategies.tree import bind

N = TypeVar("N", float, Decimal)
DRAWS = 200

Settle = Callable[[str, Between], Any]
"""What a range counts as, by its path."""


def over_ranges(
    source: Source, strategies: Mapping[str, Node], *, label_accuracy: float | None = None
) -> list[OverRanges]:
    """Cost and saving over the ranges of each strategy that has any, and what each moves alone; none where none does.

    `label_accuracy` may be a range too. Raises BadInput where a strategy cannot be priced over what was recorded.
    """
    trees = {name: bind(name, node) for name, node in strategies.items()}
    chosen = {name: tree for name, tree in trees.items() if _ranges(tree, label_accuracy)}
    if not chosen:
        return []
    measured = Measured.of(source, list(chosen.values()), label_accuracy=label_accuracy)
    found = [_one(name, tree, measured) for name, tree in chosen.items()]
    return [one for one in found if one.moved_by]


def _ranges(tree: Node, label_accuracy: float | None) -> dict[str, Between]:
    found = ranges.found(tree)
    return {**found, LABEL_ACCURACY: label_accuracy} if isinstance(label_accuracy, Between) else found


def _one(name: str, tree: Node, measured: Measured) -> OverRanges:
    seed, known = measured.source.seed, _ranges(tree, measured.label_accuracy)

    def point(settle: Settle) -> Point:
        return setting(name, {}, ranges.settled(tree, settle), _settled(measured.label_accuracy, settle), measured)

    shares = {path: ranges.shares(path, seed=seed, count=DRAWS) for path in known}

    def draw(number: int) -> Point:
        return point(lambda path, between: between.at(shares[path][number]))

    draws = [draw(number) for number in range(DRAWS)]
    moved = [one for path in known if (one := _moved(path, known[path], point)).at_low != one.at_high]
    savings = [one.saving for one in draws if one.saving is not None]
    return OverRanges(
        strategy=name,
        requests=len(measured.batch.requests),
        draws=DRAWS,
        cost_per_request=_ranked([one.cost_per_request for one in draws]),
        saving=_ranked(savings) or None,
        moved_by=sorted(moved, key=lambda one: abs((one.at_high or 0.0) - (one.at_low or 0.0)), reverse=True),
    )


def _moved(path: str, alone: Between, point: Callable[[Settle], Point]) -> MovedBy:
    """One range at either end, the others as a run takes them."""

    def at(share: float) -> float | None:
        return point(lambda other, between: between.at(share) if other == path else between.taken).saving

    return MovedBy(option=path, range=alone.text, at_low=at(0.0), at_high=at(1.0))


def _settled(label_accuracy: float | None, settle: Settle) -> float | None:
    """None: as it was measured with."""
    return float(settle(LABEL_ACCURACY, label_accuracy)) if isinstance(label_accuracy, Between) else None


def _ranked(values: list[N]) -> list[N]:
    """P10, P50, P90 by nearest rank."""
    ordered = sorted(values)
    return [ordered[math.ceil(share * len(ordered)) - 1] for share in (0.1, 0.5, 0.9)] if ordered else []
