"""A trace as JSON lines with Mooncake's names, which aiperf, guidellm and vLLM's benchmarks read.

A first turn has `timestamp`, a later one `delay`, both in milliseconds. `hash_ids` are written for blocks of 512 tokens
only: those tools assume that size and would misread others.
"""

import gzip
import json
from pathlib import Path
from typing import Any

from simulator.traffic.request import Request
from simulator.traffic.trace import Trace

BLOCK = 512


def write(trace: Trace, path: Path) -> None:
    """`.jsonl`, or `.jsonl.gz` (the same bytes for the same trace)."""
    lines = "".join(f"{json.dumps(_row(one))}\n" for session in trace.sessions() for one in session).encode()
    path.write_bytes(gzip.compress(lines, mtime=0) if path.suffix == ".gz" else lines)


def _row(request: Request) -> dict[str, Any]:
    row: dict[str, Any] = {"session_id": request.session_id}
    row |= {"delay": _ms(request.think_s)} if request.at is None else {"timestamp": _ms(request.at)}
    row |= {"input_length": request.input_tokens, "output_length": request.output_tokens}
    return row | ({"hash_ids": list(request.prefix_hashes)} if request.block_size == BLOCK else {})


def _ms(seconds: float) -> float:
    """To the nanosecond."""
    return round(seconds * 1e9) / 1e6
