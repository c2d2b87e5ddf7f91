"""One option of a strategy and the values it is tried at: `compare --sweep`, or the `sweep:` block of a file."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from simulator.errors import BadInput

LABEL_ACCURACY = "label_accuracy"
"""The one key that is no option of a strategy: how often classifiers and judges are right."""
_STEPS = re.compile(r"(-?\d+(?:\.\d+)?)(\D*)\.\.(-?\d+(?:\.\d+)?)(\D*):(\d+)")


def parse_steps(text: object) -> tuple[str, ...]:
    """`0..1:101`: from, to (both included) and how many, as they would stand in the file. Raises ValueError."""
    if isinstance(text, tuple):
        return text
    match = _STEPS.fullmatch(str(text))
    if not match or match[2] != match[4]:
        raise ValueError(f"{str(text)!r}: write 0..1:101, from, to and how many, both ends in the same unit")
    low, high, count = Decimal(match[1]), Decimal(match[3]), int(match[5])
    if count < 2:
        raise ValueError(f"{str(text)!r}: a sweep needs 2 values or more")
    steps = (low + (high - low) * number / (count - 1) for number in range(count))
    return tuple(f"{round(step, 9).normalize():f}{match[2]}" for step in steps)


Steps = Annotated[
    tuple[str, ...], BeforeValidator(parse_steps), WithJsonSchema({"type": "string", "examples": ["0..1:101"]})
]
"""The values of one option, in a file."""
Sweeps = dict[str, Steps]
"""A `sweep:` block: option by its path → values."""


@dataclass(frozen=True, slots=True)
class Axis:
    """An option by its path, as in `routed.score.threshold`, and the values that it takes."""

    key: str
    values: tuple[str, ...]

    @property
    def strategy(self) -> str | None:
        """Whose option it is; None for the accuracy of labels."""
        return None if self.key == LABEL_ACCURACY else self.key.partition(".")[0]

    @classmethod
    def of(cls, sweeps: Sweeps) -> tuple["Axis", ...]:
        """Of a `sweep:` block."""
        return tuple(cls(*one) for one in sweeps.items())

    @classmethod
    def parse(cls, text: str) -> "Axis":
        """`routed.score.threshold=0..1:101`. Raises BadInput."""
        key, _, steps = text.partition("=")
        if not re.fullmatch(r"[\w.-]+", key) or not steps:
            raise BadInput(f"--sweep {text!r}: write strategy.node.option=0..1:101")
        try:
            return cls(key, parse_steps(steps))
        except ValueError as error:
            raise BadInput(f"--sweep {key}: {error}") from None
