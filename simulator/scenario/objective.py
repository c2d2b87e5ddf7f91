"""An objective: what a launch must hold, in one line, as in `p(95) time_to_first_token < 2s`."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

from pydantic import GetJsonSchemaHandler, model_serializer, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from simulator.units import parse_duration, parse_scale, parse_share, parse_usd
from simulator.yamlfile import FileModel

Unit = Literal["s", "share", "usd", "count"]

PERCENTILES = (50, 90, 95, 99)
"""The percentiles that every rung keeps."""

METRICS: dict[str, Unit] = {
    "time_to_first_token": "s",  # from the schedule; a failure is +∞
    "response_time": "s",  # from the schedule to the end of the answer; a failure is +∞
    "service_time": "s",  # from the send
    "time_per_output_token": "s",
    "answered": "share",  # of the requests that were sent and settled, like the next three
    "refused": "share",  # 429, 529, 503 after all retries
    "timed_out": "share",
    "errors": "share",  # timed out or failed, not refused
    "valid": "share",  # of the answers that users got and the scenario's validator checked
    "attempts_per_request": "count",
    "cost_per_request": "usd",
    "cost_per_answered": "usd",
    "monthly_cost": "usd",  # of the dearest projected month: the plan (P50), or its P90 by `p(90) monthly_cost`
}

_MORE_IS_BETTER = frozenset({"answered", "valid"})
"""Of all others less is: an objective that asks for more of them is a slip of the pen."""

_LINE = re.compile(
    r"(?:p\(?(?P<p>[0-9.]+)\)?\s+)?(?P<metric>[a-z_]+)\s*(?P<op><=|>=|<|>)\s*(?P<target>\S+)(?:\s+at\s+(?P<at>\S+))?"
)
_EXAMPLES = ("p(95) response_time < 2s", "refused < 1%", "monthly_cost < $5,000 at 1x")
_FORM = "write `" + "`, `".join(_EXAMPLES[:2]) + f"` or `{_EXAMPLES[2]}`"


class Objective(FileModel):
    """A bound on one figure. Without `at`, it holds at every scale that was run (`monthly_cost`: at 1×)."""

    text: str
    metric: str
    percentile: int | None = None
    below: bool
    """Whether the figure must stay below the target; otherwise above."""
    strict: bool
    """Whether the target itself already fails."""
    target: float
    """Seconds, share of one, dollars or count: see `unit`."""
    at: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError(f"{value!r} is not a line of text; {_FORM}")  # noqa: TRY004  # told with its place
        return parts(value)

    @model_serializer
    def _as_text(self) -> str:
        return self.text

    @classmethod
    def __get_pydantic_json_schema__(cls, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """In a file it is text, whatever it is here."""
        return {"type": "string", "pattern": f"^{_LINE.pattern.replace('?P<', '?<')}$", "examples": list(_EXAMPLES)}

    @property
    def unit(self) -> Unit:
        return METRICS[self.metric]

    @property
    def is_latency(self) -> bool:
        """Whether an invalid run may not judge it (house rule 9)."""
        return self.unit == "s"

    def holds(self, measured: float) -> bool:
        """Whether `measured`, in the objective's unit, meets the target; +∞ never stays below one."""
        if measured == self.target:
            return not self.strict
        return measured < self.target if self.below else measured > self.target


def parts(text: str) -> dict[str, Any]:
    """The fields that a line says. Raises ValueError with the form to write."""
    match = _LINE.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is not an objective; {_FORM}")
    metric, below = _known(match["metric"]), match["op"].startswith("<")
    if below == (metric in _MORE_IS_BETTER):
        turned = match["op"].translate(str.maketrans("<>", "><"))
        raise ValueError(
            f"{text!r} would hold where it should fail; write `{text.strip().replace(match['op'], turned, 1)}`"
        )
    return {
        "text": text.strip(),
        "metric": metric,
        "percentile": _percentile(match["p"], metric),
        "below": below,
        "strict": not match["op"].endswith("="),
        "target": _target(match["target"], METRICS[metric]),
        "at": parse_scale(match["at"]) if match["at"] else None,
    }


def _known(metric: str) -> str:
    if metric not in METRICS:
        raise ValueError(f"{metric!r} is not measured; known: {', '.join(METRICS)}")
    return metric


def _percentile(text: str | None, metric: str) -> int | None:
    if metric == "monthly_cost" and text in ("50", "90"):
        return int(text)
    if METRICS[metric] != "s":
        if text and metric == "monthly_cost":
            raise ValueError(f"a month has P50 and P90, not P{text}; write `p(90) monthly_cost < …`")
        if text:
            raise ValueError(f"{metric} has no percentiles; write `{metric} < …`")
        return None
    if text is None:
        raise ValueError(f"say the percentile: `p(95) {metric} < …`")
    if text not in {str(p) for p in PERCENTILES}:
        raise ValueError(f"p({text}) is not kept; use p(50), p(90), p(95) or p(99)")
    return int(text)


def _target(text: str, unit: Unit) -> float:
    readers: dict[Unit, Callable[[str], float | Decimal]] = {
        "s": parse_duration,
        "share": parse_share,
        "usd": parse_usd,
        "count": float,
    }
    return float(readers[unit](text))
