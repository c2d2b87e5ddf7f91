from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

import pyarrow as pa
import pytest

from simulator import yamlfile
from simulator.comparison import compare
from simulator.comparison.measured import Measured
from simulator.comparison.result import Contender
from simulator.comparison.source import Source
from simulator.comparison.whatif import of_run, what_if
from simulator.errors import BadInput
from simulator.pricing.book import PriceBook
from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import rehearse
from simulator.run.directory import RunDirectory
from simulator.run.ledger import Ledger
from simulator.scenario.scenario import load
from simulator.spend.bill import call_costs
from simulator.strategies.library import Library
from simulator.strategies.recorded import Assumed
from simulator.traffic.generate import generate
from simulator.traffic.trace import Trace
from tests.run.hand import run_record
from tests.strategies.scripted import tree

SCENARIOS = Path(__file__).parents[2] / "scenarios"
AT = datetime(2026, 12, 1, tzinfo=UTC)
ROUTED = "classify: {with: gpt-4o-mini, sees: last_turn, routes: {easy: gpt-4o-mini, hard: gpt-4o}, otherwise: hard}"


@pytest.fixture(scope="module")
def trace() -> Trace:
    return generate(load(SCENARIOS / "support-chat.yaml").traffic, span_s=60.0, seed=2)


@pytest.fixture(scope="module")
def run(trace: Trace) -> tuple[pa.Table, pa.Table]:
    strategies = {"big": tree("gpt-4o", "big"), "small": tree("gpt-4o-mini", "small"), "routed": tree(ROUTED, "routed")}
    profile = yamlfile.load(SCENARIOS / "staging/hosted.yaml", Profile)
    return rehearse(trace, strategies, profile, scale=1.0, seed=2)


def _source(calls: pa.Table, requests: pa.Table, trace: Trace) -> Source:
    return Source(calls, requests, trace.sessions(), "big", 1.0, PriceBook.load(), AT, seed=0)


def test_what_was_predicted_is_what_the_strategy_then_does(trace: Trace, run: tuple[pa.Table, pa.Table]) -> None:
    book = PriceBook.load()
    measured = _only("routed", compare(*run, call_costs(run[0], book, at=AT), baseline="big").contenders)
    matrix = run[0].filter(pa.array([name != "routed" for name in run[0]["strategy"].to_pylist()]))
    new = {"what-if": tree(ROUTED, "what-if")}
    found = what_if(_source(matrix, run[1], trace), new, assumed=Assumed(label_accuracy=0.92))  # the shipped profile's
    predicted = _only("what-if", found.contenders)
    assert predicted.saving is not None
    assert measured.saving is not None
    assert predicted.saving.total.value == pytest.approx(measured.saving.total.value, abs=0.04)
    assert predicted.response_p95 == pytest.approx(measured.response_p95, rel=0.15)


def test_a_cascade_that_looks_at_nothing_says_so_beside_its_saving(
    trace: Trace, run: tuple[pa.Table, pa.Table]
) -> None:
    matrix = run[0].filter(pa.array([name != "routed" for name in run[0]["strategy"].to_pylist()]))
    found = what_if(_source(matrix, run[1], trace), {"tiers": tree("cascade: [gpt-4o-mini, gpt-4o]", "tiers")})
    assert "tiers.cascade: nothing looks at its answers" in (_only("tiers", found.contenders).note or "")


def test_the_recorded_baseline_keeps_its_name(trace: Trace, run: tuple[pa.Table, pa.Table]) -> None:
    with pytest.raises(BadInput, match="'big' is the recorded baseline"):
        what_if(_source(*run, trace), {"big": tree("gpt-4o", "big")})


def test_a_run_without_the_models_says_what_to_run(trace: Trace, run: tuple[pa.Table, pa.Table]) -> None:
    with pytest.raises(BadInput, match="no session of this run asked all of gpt-5; record them with `tenfold"):
        what_if(_source(*run, trace), {"new": tree("gpt-5", "new")})


def test_a_strategy_that_remembers_is_sent_to_the_rehearsal(trace: Trace, run: tuple[pa.Table, pa.Table]) -> None:
    breaker = tree("retry: {breaker: {of: gpt-4o, otherwise: gpt-4o-mini}}", "safe")
    with pytest.raises(BadInput, match=r"'safe': safe.retry.breaker needs the order of time; try it with `tenfold re"):
        what_if(_source(*run, trace), {"safe": breaker})


def test_a_run_directory_is_enough(tmp_path: Path, trace: Trace, run: tuple[pa.Table, pa.Table]) -> None:
    """As `tenfold run` leaves it: rows, trace, scenario; priced here at the shipped book instead of the kept rates."""
    calls, requests = (_renamed(table, {"big": "single"}) for table in run)
    RunDirectory(path=tmp_path, final=tmp_path).write_record(run_record(seed=2))
    Ledger.of(calls, requests).write(tmp_path)
    trace.write(tmp_path / "trace.parquet")
    (tmp_path / "inputs").mkdir()
    copyfile(SCENARIOS / "support-chat.yaml", tmp_path / "inputs/scenario.yaml")
    new = Library.load(SCENARIOS / "strategies/cascade-with-check.yaml").strategies
    single, cascade = of_run(tmp_path, new, book=PriceBook.load()).contenders
    assert (single.strategy, cascade.strategy) == ("single", "cascade-with-check")
    assert cascade.saving is not None
    assert cascade.saving.total.value is not None
    assert 0.4 < cascade.saving.total.value < 0.9


def _renamed(table: pa.Table, names: dict[str, str]) -> pa.Table:
    strategies = [names.get(name, name) for name in table["strategy"].to_pylist()]
    return table.set_column(table.schema.get_field_index("strategy"), table.schema.field("strategy"), [strategies])


def _only(strategy: str, contenders: list[Contender]) -> Contender:
    (one,) = (one for one in contenders if one.strategy == strategy)
    return one


def test_a_tier_that_has_no_price_is_refused_with_its_strategy(trace: Trace, run: tuple[pa.Table, pa.Table]) -> None:
    fast = tree("call: {model: gpt-4o, tier: turbo}", "fast")
    with pytest.raises(BadInput, match=r"strategy 'fast': openai/gpt-4o has no tier 'turbo'.*known: "):
        what_if(_source(*run, trace), {"fast": fast})


def test_what_a_router_chose_to_send_is_no_sample_of_all(trace: Trace, run: tuple[pa.Table, pa.Table]) -> None:
    """A run of a baseline and a router told of a saving of 92 % where the very router had just saved 55 %.

    Only its easy requests had an answer of both models, and nothing but those was compared.
    """
    routed = run[0].filter(pa.array([name != "small" for name in run[0]["strategy"].to_pylist()]))
    new = {"what-if": tree(ROUTED, "what-if")}
    with pytest.raises(BadInput, match=r"gpt-4o-mini answered only what a strategy chose .* take one with"):
        what_if(_source(routed, run[1], trace), new, assumed=Assumed(label_accuracy=0.92))
    with pytest.raises(BadInput, match="gpt-4o-mini answered only what a strategy chose"):  # a sweep rests on the same
        Measured.of(_source(routed, run[1], trace), list(new.values()), label_accuracy=0.92)


def test_beside_a_sample_what_a_router_chose_is_left_out(trace: Trace, run: tuple[pa.Table, pa.Table]) -> None:
    """A matrix of 20 sessions and a router's own answers: the 20 stand for all, the router's easy ones do not."""
    taken = {one.request_id for session in trace.sessions()[:20] for one in session}
    rows = [name != "small" or request in taken for name, request in _pairs(run[0])]
    new = {"what-if": tree(ROUTED, "what-if")}
    found = what_if(_source(run[0].filter(pa.array(rows)), run[1], trace), new, assumed=Assumed(label_accuracy=0.92))
    assert (_only("what-if", found.contenders).planned) == len(taken)


def _pairs(calls: pa.Table) -> list[tuple[str, str]]:
    return list(zip(calls["strategy"].to_pylist(), calls["request_id"].to_pylist(), strict=True))


def test_a_check_of_texts_that_no_row_keeps_is_refused(trace: Trace, run: tuple[pa.Table, pa.Table]) -> None:
    with pytest.raises(BadInput, match="'read' checks the text of answers, which no run keeps: declare the check as"):
        what_if(_source(*run, trace), {"read": tree("cascade: {of: [gpt-4o-mini, gpt-4o], accept: json}", "read")})
