"""`trace info`: the published figures of public traces, and the shape of small ones."""

import pytest

from simulator.traffic import formats
from simulator.traffic.generate import generate
from simulator.traffic.info import NEEDED, info, of_file, of_trace
from simulator.traffic.multiply import multiply
from tests.traffic.plans import chat


@pytest.mark.parametrize(
    ("name", "cv", "dispersion", "peaks", "spearman"),
    [
        ("code", 13.15, (13.2, 71.6, 164), (26.1, 4.1), -0.02),
        ("conv", 1.09, (1.39, 3.86, 16.1), (2.89, 1.53), 0.07),
    ],
)
def test_azure_2023_has_its_known_burstiness(real_data, name, cv, dispersion, peaks, spearman):
    found = info(formats.read(real_data / "traces" / "azure2023" / f"AzureLLMInferenceTrace_{name}.csv"))
    assert found.cv == pytest.approx(cv, abs=0.01)
    assert tuple(found.dispersion.values()) == pytest.approx(dispersion, rel=0.01)
    assert [found.peak_rate[w] / found.mean_rate for w in ("1s", "60s")] == pytest.approx(peaks, rel=0.01)
    assert found.spearman == pytest.approx(spearman, abs=0.005)
    assert next(one for one in found.hour_of_week if one) > 1  # Thursday 18 h was busier than 19 h


def test_sessions_turns_and_think_times(trace):
    found, sessions = of_trace(trace), trace.sessions()
    assert (found.rows, found.sessions) == (len(trace), len(sessions))
    assert found.turns.per_session.mean == pytest.approx(len(trace) / len(sessions))
    assert found.turns.multi_turn_sessions == pytest.approx(sum(len(one) > 1 for one in sessions) / len(sessions))
    assert found.think_s.min > 0
    assert found.hour_of_week is None


def test_prefix_reuse_is_the_shared_and_the_repeated_part(trace):
    """A cache that forgets nothing holds the 384 full-block tokens of the system prompt and every earlier turn."""
    hits = 0
    for session in trace.sessions():
        before = 6
        for turn in session:
            hits += before * 64
            before = len(turn.prefix_hashes)
    hits -= 6 * 64  # the very first request finds nothing
    tokens = sum(trace.table.column("input_tokens").to_pylist())
    assert of_trace(trace).prefix_reuse == pytest.approx(hits / tokens)


def test_clones_do_not_raise_prefix_reuse_much(trace):
    assert of_trace(multiply(trace, 10, seed=1)).prefix_reuse == pytest.approx(of_trace(trace).prefix_reuse, abs=0.01)


def test_an_empty_trace_has_no_figures_and_no_error():
    found = of_trace(generate(chat(), span_s=1e-6, seed=1))
    assert (found.rows, found.cv, found.input_tokens, found.turns, found.prefix_reuse) == (0, None, None, None, None)


def test_a_trace_file_is_summarised_from_the_columns_that_matter(trace, tmp_path):
    trace.write(tmp_path / "trace.parquet")
    found, said = of_file(tmp_path / "trace.parquet")
    assert set(found.trace.table.column_names) == set(NEEDED)
    assert (found.report.format, found.report.read, said) == ("tenfold", len(trace), of_trace(trace))


def test_figures_survive_json(trace):
    found = of_trace(trace)
    assert type(found).model_validate_json(found.model_dump_json()) == found
