"""What stands in for a second answer of the same model is slow or quick on its own."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from simulator import yamlfile
from simulator.comparison.prediction import beside
from simulator.comparison.source import Source
from simulator.comparison.whatif import worked_out
from simulator.pricing.book import PriceBook
from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import rehearse
from simulator.scenario.scenario import load
from simulator.shipped import shipped
from simulator.strategies.drive import Answer
from simulator.strategies.neighbours import at_pace_of, neighbours
from simulator.strategies.recorded import Assumed
from simulator.traffic.generate import generate
from tests.strategies.scripted import tree


def _row(request: str, tokens: int, *, model: str = "m", cached: int | None = None, first: float | None = 0.5) -> Any:
    return {
        "request_id": request,
        "model": model,
        "input_tokens": tokens,
        "cache_read_tokens": cached,
        "output_tokens": 11,
        "sent_at": 1.0,
        "first_token_at": None if first is None else 1.0 + first,
        "ended_at": 2.5,
    }


def test_a_neighbour_had_the_next_more_to_read_from_the_same_model() -> None:
    rows = [_row("a", 100), _row("b", 900, cached=700), _row("c", 300), _row("d", 150, model="n"), _row("e", 301)]
    found = {key: row["request_id"] for key, row in neighbours(rows).items()}
    assert found == {("a", "m"): "b", ("b", "m"): "c", ("c", "m"): "e", ("e", "m"): "c", ("d", "n"): "d"}


def test_an_answer_at_anothers_pace_keeps_its_own_length() -> None:
    """The other took 0.5 s to its first token and wrote ten more in 1 s; 21 tokens at that pace end after 2.5 s."""
    answer = Answer(seconds=9.0, first_token_s=3.0, columns={"output_tokens": 21})
    again = at_pace_of(_row("a", 100), answer)
    assert (again.first_token_s, again.seconds, again.columns) == (0.5, pytest.approx(2.5), answer.columns)
    assert at_pace_of(_row("a", 100, first=None), answer) is answer
    whole = replace(answer, first_token_s=None)
    assert at_pace_of(_row("a", 100), whole) is whole


@pytest.mark.parametrize(
    ("text", "off"),
    [
        ("race: [gpt-4o-mini, gpt-4o-mini]", 0.1),  # its times twice: it never won against itself, and this was +0.3
        (
            "classify: {with: gpt-4o-mini, sees: last_turn, routes: {easy: gpt-4o-mini, hard: gpt-4o},"
            " otherwise: hard}",
            0.06,
        ),
    ],
)
def test_the_wait_for_the_first_token_is_foretold_where_a_model_is_asked_twice(text: str, off: float) -> None:
    trace = generate(load(shipped("scenarios/support-chat.yaml")).traffic, span_s=200.0, seed=3)
    profile = yamlfile.load(shipped("scenarios/staging/hosted.yaml"), Profile)
    alone = {"big": tree("gpt-4o", "big"), "only": tree("gpt-4o-mini", "only")}
    at, node = datetime(2026, 12, 1, tzinfo=UTC), tree(text, "new")

    def source(rows: Any) -> Source:
        return Source(*rows, trace.sessions(), "big", 1.0, PriceBook.load(), at, 3)

    recorded = source(rehearse(trace, alone, profile, scale=1.0, seed=3))
    measured = source(rehearse(trace, {"new": node}, profile, scale=1.0, seed=3))
    found = beside(
        measured, "new", worked_out(recorded, {"new": node}, assumed=Assumed(0.92, 3)), by="recorded answers"
    )
    assert found.predicted is not None
    assert found.measured is not None
    assert found.predicted.first_token_p95 == pytest.approx(found.measured.first_token_p95, rel=off)
    assert found.p95_off_by == pytest.approx(0.0, abs=0.06)
