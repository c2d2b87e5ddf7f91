"""Usage as providers report it, turned into our meters: totals that include their parts."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pydantic import Field

from simulator.pricing.errors import BadUsage
from simulator.pricing.meters import Quantity, is_tokens, meters
from simulator.shipped import shipped
from simulator.yamlfile import FileModel, load

INCLUDES, EXCLUDES = "input_includes_cache", "input_excludes_cache"
_CACHED = ("cache_read_tokens", "cache_write_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens")
_OTEL = "gen_ai.usage."
_OTEL_NAMES = {"cache_read.input_tokens": "cache_read_tokens", "cache_creation.input_tokens": "cache_write_tokens"}
_MOST = 10**15
"""Of one request: more, or finer than a millionth of a millionth, is no count of anything."""
_TOTALS = frozenset({"total_tokens", "totalTokens", "totalTokenCount"})
_ORDINARY = frozenset({"ON_DEMAND"})
"""Words that say what needs no saying."""


class Shape(FileModel):
    """One provider's usage object; see pricing/usage_objects.yaml."""

    when: tuple[str, ...] = Field(min_length=1)
    """Keys of which one is enough to tell it."""
    beside: tuple[str, ...] = ()
    """Keys that must all be there too."""
    providers: tuple[str, ...] = ()
    source: str
    counts: dict[str, tuple[str, ...]]
    """Dotted key → the meters that its count is added to."""
    ignored: tuple[str, ...] = ()

    def fits(self, usage: Mapping[str, Any], provider: str) -> bool:
        told = any(key in usage for key in self.when) and all(key in usage for key in self.beside)
        return told and (not self.providers or provider in self.providers)

    def ignores(self, key: str) -> bool:
        """Whether a key, or everything under it, is known to be no count of its own."""
        return any(key == name or key.startswith(name + ".") for name in self.ignored)


class Shapes(FileModel):
    shapes: dict[str, Shape]
    says: dict[str, tuple[str, ...]]


@lru_cache(1)
def shapes() -> Shapes:
    """The shipped table."""
    return load(shipped("pricing/usage_objects.yaml"), Shapes)


def normalised(usage: Mapping[str, Any], *, provider: str, convention: str | None = None) -> dict[str, Quantity]:
    """Our meters from a usage object of any known shape, or from our own or OpenTelemetry names.

    `convention` is for our own names only: whether `input_tokens` includes cached tokens. Raises `BadUsage` for a count
    that is not a number, or that no shape knows, where all are null, and where a total has more than the one side that
    is counted: nothing is dropped in silence, and unknown is not 0.
    """
    counts = _counts(usage, provider, convention)
    said = {key: value for key, value in _flat(usage) if key not in _words()}
    if said and all(value is None for value in said.values()):
        raise BadUsage("every count is null, which is unknown and not 0")
    sent, back = counts.get("input_tokens", 0), counts.get("output_tokens", 0)
    for key in _TOTALS & said.keys():
        if not (sent and back) and _count(key, said[key]) > sent + back:
            raise BadUsage(f"{key} {said[key]} is more than the {sent + back} counted: give input and output apart")
    return counts


def _counts(usage: Mapping[str, Any], provider: str, convention: str | None) -> dict[str, Quantity]:
    shape = next((shape for shape in shapes().shapes.values() if shape.fits(usage, provider)), None)
    if shape is None:
        return _own(usage, convention)
    counts: dict[str, Quantity] = {}
    for key, value in _flat(usage):
        if key in _words() or shape.ignores(key) or not (count := _count(key, value)):
            continue
        if key in meters() and not is_tokens(key):
            counts[key] = count  # our own name for a fee, beside what the provider counts
            continue
        if key not in shape.counts:
            raise BadUsage(f"unknown usage key {key!r} with {count}; add it to pricing/usage_objects.yaml")
        for meter in shape.counts[key]:
            counts[meter] = counts.get(meter, 0) + count
    return counts


def says(usage: Mapping[str, Any], what: str) -> str | None:
    """The `tier` or `geo` that the usage object itself names."""
    words = [str(usage[key]) for key in shapes().says[what] if usage.get(key)]
    return "+".join(word for word in words if word not in _ORDINARY) or None


@lru_cache(1)
def known_columns() -> frozenset[str]:
    """Every name under which a count can stand in a table's column."""
    keys = {key for shape in shapes().shapes.values() for key in (*shape.counts, *shape.ignored)}
    return frozenset(keys | meters().keys() | {_OTEL + name for name in (*meters(), *_OTEL_NAMES)})


def _own(usage: Mapping[str, Any], convention: str | None) -> dict[str, Quantity]:
    if convention not in (None, INCLUDES, EXCLUDES):
        raise BadUsage(f"convention {convention!r} is neither {INCLUDES} nor {EXCLUDES}")
    counts: dict[str, Quantity] = {}
    for key, value in usage.items():
        if key in _words() or key == "total_tokens" or value is None:
            continue
        name = key.removeprefix(_OTEL)
        counts[_OTEL_NAMES.get(name, name)] = _count(key, value)
    if convention == EXCLUDES:
        cached = {meter: counts.get(meter, 0) for meter in _CACHED}
        writes = max(cached["cache_write_tokens"], cached["cache_write_5m_tokens"] + cached["cache_write_1h_tokens"])
        counts["input_tokens"] = counts.get("input_tokens", 0) + cached["cache_read_tokens"] + writes
    return counts


@lru_cache(1)
def _words() -> frozenset[str]:
    return frozenset(key for keys in shapes().says.values() for key in keys)


def _count(key: str, value: object) -> Quantity:
    if value is None:
        return 0
    try:
        count = Decimal(str(value))
    except ArithmeticError:
        count = Decimal("NaN")
    finest = count.is_finite() and 0 <= count < _MOST and count.normalize() == round(count, 12)
    if isinstance(value, bool) or not finest:
        raise BadUsage(f"{key}: {value!r} is not a count")
    return int(count) if count == count.to_integral_value() else count


def _flat(usage: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """(dotted key, value) of every leaf; a list of {modality | ttl, count} is keyed by its words."""
    for key, value in usage.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}{key}.")
        elif isinstance(value, list):
            yield from (_listed(path + key, one) for one in value)
        else:
            yield path + key, value


def _listed(key: str, one: object) -> tuple[str, Any]:
    if not isinstance(one, Mapping):
        raise BadUsage(f"{key}: {one!r} is not a count")
    word = next((one[name] for name in ("modality", "ttl", "type") if name in one), "?")
    return f"{key}.{word}", one.get("tokenCount", one.get("inputTokens", one.get("input_tokens")))
