"""The committed sample was replayed over HTTP. Its rows, served again offline, are the same calls and dollars."""

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from simulator.pricing.book import PriceBook
from simulator.run.directory import RunDirectory
from simulator.run.ledger import Ledger
from simulator.scenario.scenario import load
from simulator.spend.bill import call_costs
from simulator.strategies import offline
from simulator.strategies.recorded import Recorded
from simulator.traffic.trace import Trace

SAMPLE = Path(__file__).parents[2] / "results/sample-launch"
COLUMNS = ["call_id", "attempt", "node", "purpose", "model", "served", "outcome", "input_tokens", "output_tokens"]


@pytest.mark.skipif(not (SAMPLE / "run.json").is_file(), reason="results/sample-launch is made by `make sample`")
def test_live_attempts_and_dollars_are_the_offline_ones() -> None:
    strategies, ledger = load(SAMPLE / "inputs/scenario.yaml").strategies, Ledger.read(SAMPLE)
    book = PriceBook.load(SAMPLE / "inputs/rates.yaml")
    record = RunDirectory.open(SAMPLE).read_record()
    at = datetime.fromisoformat(record.started_at)
    recorded, sessions = Recorded(ledger.calls, scale=1.0), Trace.read(SAMPLE / "trace.parquet").sessions()
    for name, node in strategies.items():
        live = ledger.calls.filter(
            pc.and_(pc.equal(ledger.calls["scale"], 1.0), pc.equal(ledger.calls["strategy"], name))
        )
        again, _ = offline.run({name: node}, sessions, recorded, seed=record.seed)
        assert _rows(again) == _rows(live)
        assert sorted(map(str, call_costs(again, book, at=at))) == sorted(map(str, call_costs(live, book, at=at)))


def _rows(table: pa.Table) -> list[tuple[object, ...]]:
    return sorted(tuple(row.values()) for row in table.select(COLUMNS).to_pylist())
