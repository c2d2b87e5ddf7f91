"""What somebody claims of a strategy, as a sentence: `saves 60-70% with 75% of requests on the small model`."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from simulator.errors import BadInput
from simulator.units import Scale
from simulator.yamlfile import FileModel

MARGIN = 0.01
"""`No visible loss`: one point of quality in every segment, unless the claim says another margin."""

_NUMBER = r"(\d+(?:\.\d+)?)"
_RANGE = rf"{_NUMBER}\s*%?(?:\s*(?:-|–|to)\s*{_NUMBER})?\s*%"
_ROUTING = r"(?:(?:(?:a|the|our)\s+)?rout(?:ing|er|ed\s+architecture)\s+)?"
_SAVES = r"(?:saves?|saving|cuts?\s+(?:the\s+|inference\s+)*(?:costs?|bill)\s+by|cheaper\s+by)"
_PATTERNS = {
    "saves": rf"{_ROUTING}{_SAVES}\s+(?:about\s+|at\s+least\s+)?{_RANGE}",
    "request_share": rf"{_RANGE}\s+of\s+(?:the\s+)?requests(?:\s+on\s+(?:the|a)\s+small(?:er)?\s+(?:model|tier))?",
    "loss_below": rf"(?:no|without)\s+visible\s+(?:quality\s+)?(?:loss|degradation)|loses? at most {_NUMBER}\s*pp",
}
_FILLER = {"with", "and", "it", "on", "the", "of", "by", "at"}


class Claim(FileModel):
    """What is claimed; a clause that is not claimed is None. Shares of one, `loss_below` in points of quality ÷ 100."""

    text: str
    saves: tuple[float, float] | None = None
    request_share: tuple[float, float] | None = None
    loss_below: float | None = None

    @classmethod
    def parse(cls, text: str) -> "Claim":
        """Read a sentence. Raises BadInput with the words that are not understood."""
        rest, found = text, {}
        for name, pattern in _PATTERNS.items():
            if match := re.search(pattern, rest, re.IGNORECASE):
                found[name] = _margin(match) if name == "loss_below" else _band(match)
                rest = f"{rest[: match.start()]} {rest[match.end() :]}"
        unread = [word for word in re.findall(r"[^\s,;.]+", rest) if word.casefold() not in _FILLER]
        if unread or not found:
            raise BadInput(
                f"claim {text!r}: not understood: {' '.join(unread) or 'nothing is claimed'}; write it as "
                "'saves 60-70% with 75% of requests on the small model and no visible loss', or a part of that"
            )
        return cls.model_validate({"text": text, **found})


def _band(match: re.Match[str]) -> tuple[float, float]:
    low, high = match.groups()
    return float(low) / 100, float(high or low) / 100


def _margin(match: re.Match[str]) -> float:
    return float(match.group(1)) / 100 if match.group(1) else MARGIN


def _read(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return Claim.parse(value)
    except BadInput as error:
        raise ValueError(str(error)) from None


ClaimText = Annotated[
    Claim,
    BeforeValidator(_read),
    PlainSerializer(lambda claim: claim.text),
    WithJsonSchema({"type": "string", "examples": ["saves 60-70% with 75% of requests on the small model"]}),
]
"""A claim as a sentence of a file."""


class Claimed(FileModel):
    """A claim of a scenario with what it is about: a bare sentence is about the only strategy beside the baseline."""

    says: ClaimText
    strategy: str | None = None
    scale: Scale | None = None
    """None: the smallest that was run."""


def _spread(value: Any) -> Any:
    return {"says": value} if isinstance(value, str) else value


ScenarioClaim = Annotated[
    Claimed,
    BeforeValidator(_spread),
    WithJsonSchema({"anyOf": [{"type": "string"}, Claimed.model_json_schema()]}),
]
"""One entry of `claims:`: a sentence, or a mapping with `says`."""
