"""Which fault strikes which order. Pure: by key, order of arrival and the time handed in."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from simulator.errors import BadInput
from simulator.provider.faults.fault import Damage, Fault
from simulator.registry import by_word, family

_FOLDER = "simulator.provider.faults"
if TYPE_CHECKING:
    AnyFault = Fault
else:
    AnyFault = family(_FOLDER, Fault)

NOTHING = Damage()
"""What happens to an answer that no fault strikes."""


class Hazards:
    """The faults of a profile; the first in its list that strikes an order is the one that happens."""

    def __init__(self, faults: Sequence[Fault], *, seed: int) -> None:
        self.faults, self.seed = faults, seed
        self._orders: Counter[str] = Counter()

    def strike(self, model: str, key: str, now: float) -> Damage:
        """What happens to the next order of a model."""
        if not self.faults:
            return NOTHING
        self._orders[model] += 1
        number, seed = self._orders[model], self.seed
        for place, fault in enumerate(self.faults):
            if fault.strikes(model=model, key=key, number=number, now=now, seed=seed, place=place):
                return _named(fault)
        return NOTHING


@lru_cache(maxsize=1024)
def asked(text: str) -> Damage:
    """The fault of a header: `reset`, `stall:seconds=2s` or `cut:after_tokens=3,by=fin`. Raises `BadInput`."""
    kind, _, options = text.strip().partition(":")
    fields = dict(_pair(option) for option in options.split(",") if option.strip())
    try:
        fault: Fault = _adapter().validate_python({"kind": kind, **fields})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"] if step != kind)
        known = by_word(_FOLDER, Fault)
        problem = f"{place}: {first['msg']}" if kind in known else f"unknown kind; known: {', '.join(sorted(known))}"
        raise BadInput(f"fault {text[:80]!r}: {problem}") from None
    return _named(fault)


def _named(fault: Fault) -> Damage:
    return replace(fault.damage(), kind=str(fault.model_dump()["kind"]))


def _pair(option: str) -> tuple[str, str | int]:
    name, _, value = option.partition("=")
    return name.strip(), int(value) if value.isdecimal() and len(value) < 10 else value.strip()


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Fault]:
    return TypeAdapter(AnyFault)
