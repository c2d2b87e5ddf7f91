"""Replay beside other load generators, on the same truth server, one after another in one run, a core for each side.

Needs `TENFOLD_TRUTH_SERVER`. For every generator: the highest of the rates that it held with a first token error p99 of
10 ms or less, found by halving, and what a request cost it at each rate tried. `TENFOLD_AIPERF` and `TENFOLD_GUIDELLM`
name the executables of those two, each installed in an environment of its own.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from simulator.errors import Precondition
from tests.bench._generators import GENERATORS, INSTALLED_APART, Generator, Result

RATES = (60, 80, 100, 120, 160, 210, 300, 400, 500, 600, 670, 800, 1000, 1200, 1500, 1700, 1900)
_ROW = "{:<20} {:>6} {:>8} {:>10} {:>10} {:>9} {:>5}"


def run() -> Iterator[str]:
    """A line per generator and rate tried, then the highest rate that each held."""
    binary = os.environ.get("TENFOLD_TRUTH_SERVER")
    if not binary:
        raise Precondition("name the truth server's binary in TENFOLD_TRUTH_SERVER: peers are compared on it alone")
    yield _ROW.format("generator", "rate", "sent", "error p50", "p99", "CPU/req", "MB")
    verdicts = []
    for name, generator in GENERATORS.items():
        variable = INSTALLED_APART.get(name)
        if variable and variable not in os.environ:
            verdicts.append(f"{name}: skipped, {variable} names no executable")
            continue
        held = None
        for result in tried(generator, Path(binary)):
            yield _line(result)
            held = max(held or 0.0, result.rate) if result.held else held
        verdicts.append(f"{name}: held {held:g}/s" if held else f"{name}: held none of the rates")
    yield from verdicts
    yield "aim: 9 times aiperf and twice FastHttpUser"


def tried(generator: Generator, binary: Path) -> Iterator[Result]:
    """Halving: each rate tried lies in the middle of what may still be the highest that is held."""
    low, high = -1, len(RATES)
    while high - low > 1:
        middle = (low + high) // 2
        with tempfile.TemporaryDirectory(prefix="tenfold-peers-") as scratch:
            result = generator(binary, RATES[middle], Path(scratch))
        yield result
        low, high = (middle, high) if result.held else (low, middle)


def _line(result: Result) -> str:
    errors = [
        f"{1000 * value:.2f} ms" if value is not None else "–" for value in (result.error_p50_s, result.error_p99_s)
    ]
    share, cpu = f"{100 * result.sent_share:.1f} %", f"{1000 * result.cpu_s_per_request:.2f} ms"
    return _ROW.format(result.peer, f"{result.rate:g}", share, *errors, cpu, f"{result.memory_mb:.0f}")


if __name__ == "__main__":
    for text in run():
        print(text, flush=True)
