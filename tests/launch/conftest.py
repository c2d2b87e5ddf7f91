"""A scenario and a price book small enough to work out by hand, for a target that is given by its URL."""

from pathlib import Path

import pytest

from simulator.launch.options import Options

SCENARIO = """\
name: hand
seed: 1
launch: {starts: 2026-12-01, sessions_per_day: 1k}
traffic:
  arrivals: {kind: constant, rate: 1/s}
  journeys:
    - name: one
      weight: 100%
      turns: {kind: constant, value: 1}
      think: {kind: constant, value: 0s}
      system_tokens: 900
      input_tokens: {kind: constant, value: 100}
      output_tokens: {kind: constant, value: 50}
      hard: 0%
objectives: [refused < 1%]
target: {url: "http://127.0.0.1:9/v1"}
strategies:
  single: acme-large
  routed:
    classify:
      with: acme-small
      rubric_tokens: 200
      sees: last_turn
      routes: {easy: acme-small, hard: acme-large}
      otherwise: hard
"""
PRICES = """\
schema: price-book/1
extends: []
models:
  - model: acme/acme-large
    source: {url: "https://acme.example.com/prices", as_of: 2026-11-01}
    prices: [{from: 2026-01-01, usd_per_million: {input_tokens: "2", output_tokens: "10"}}]
  - model: acme/acme-small
    source: {url: "https://acme.example.com/prices", as_of: 2026-11-01}
    prices: [{from: 2026-01-01, usd_per_million: {input_tokens: "0.2", output_tokens: "1"}}]
"""


@pytest.fixture
def options(tmp_path: Path) -> Options:
    """Ten seconds of one session a second."""
    (tmp_path / "hand.yaml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "prices.yaml").write_text(PRICES, encoding="utf-8")
    return Options(
        scenario=tmp_path / "hand.yaml",
        prices=tmp_path / "prices.yaml",
        results=tmp_path / "results",
        scales=(1.0,),
        duration_s=10.0,
        command=("tenfold",),
    )
