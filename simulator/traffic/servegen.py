"""ServeGen's client data (alibaba/ServeGen) as a `traffic:` block: rates and burstiness per client, lengths pooled.

A folder holds `chunk-N-trace.csv` (no header: start of the window, rate, cv, pattern, two arguments; no pattern where
the client was silent) and `chunk-N-dataset.json` (start of the window → field → the text of a Python dictionary from
length to probability). Those texts are read as literals and never evaluated. Input and output are drawn independently:
the data does not say how they go together.
"""

import ast
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from simulator import delimited
from simulator.errors import InvalidFile
from simulator.traffic.fit import SHARES

LARGEST = 40
"""Clients kept apart: of m-large's 162, 39 carry nine tenths of the load. The rest become one Poisson client."""
_FIELDS = ("input_tokens", "output_tokens")


def block(folder: Path, *, at_s: float = 0) -> dict[str, Any]:
    """The clients' traffic in the window that holds `at_s`, seconds from the data's start, as in `plan.Traffic`."""
    rates: list[tuple[float, float]] = []
    pooled: dict[str, Counter[int]] = {field: Counter() for field in _FIELDS}
    for path in sorted(folder.glob("chunk-*-trace.csv")):
        rate, cv = _window(path, at_s)
        lengths = _lengths(path.with_name(path.name.replace("-trace.csv", "-dataset.json")), at_s) if rate else None
        if lengths is None:
            continue
        rates.append((rate, cv))
        for field in _FIELDS:
            pooled[field].update({value: rate * share for value, share in lengths[field].items()})
    if not rates:
        raise InvalidFile(f"{folder}: no chunk-N-trace.csv with traffic at {at_s:g} s beside its chunk-N-dataset.json")
    journey = {"name": "servegen"} | {field: _quantiles(pooled[field]) for field in _FIELDS}
    return {"arrivals": {"kind": "clients", "clients": _clients(rates)}, "journeys": [journey]}


def _clients(rates: list[tuple[float, float]]) -> list[dict[str, Any]]:
    ordered = sorted(rates, reverse=True)
    rest = sum(rate for rate, _ in ordered[LARGEST:])
    kept = [*ordered[:LARGEST], *([(rest, 1.0)] if rest else [])]
    return [{"rate": f"{rate:.6f}/s", "cv": round(min(max(cv, 0.1), 20.0), 3)} for rate, cv in kept if rate >= 1e-6]


def _window(path: Path, at_s: float) -> tuple[float, float]:
    """Rate and cv of a client at a time; a rate of 0 where it is silent."""
    found = (0.0, 1.0)
    with path.open(newline="", encoding="utf-8") as file:
        for line, fields in delimited.fields(file):
            row = fields or []
            try:
                starts, rate, cv, pattern = float(row[0]), float(row[1]), float(row[2]), row[3]
            except (ValueError, IndexError):
                raise InvalidFile(f"{path}:{line}: not `start,rate,cv,pattern,…`") from None
            if starts > at_s:
                break
            found = (rate, cv) if pattern else (0.0, 1.0)
    return found


def _lengths(path: Path, at_s: float) -> dict[str, dict[int, float]] | None:
    """The latest window's distributions by field; None where there is none with both lengths."""
    try:
        windows = json.loads(path.read_text(encoding="utf-8"))
        latest = max((start for start in windows if float(start) <= at_s), key=float, default=None)
        said = {field: ast.literal_eval(windows[latest][field]) for field in _FIELDS} if latest is not None else {}
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, SyntaxError) as error:
        raise InvalidFile(f"{path}: not window → field → the text of a dictionary: {error}") from None
    return said if all(said.get(field) for field in _FIELDS) else None


def _quantiles(weights: Counter[int]) -> dict[str, Any]:
    values = sorted(weights)
    shares = np.cumsum([weights[value] for value in values])
    places = np.searchsorted(shares / shares[-1], SHARES, side="left").clip(max=len(values) - 1)
    return {"kind": "quantiles", "shares": SHARES, "values": [max(1, int(values[place])) for place in places]}
