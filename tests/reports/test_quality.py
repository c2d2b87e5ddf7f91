"""Cost against quality, and predicted against measured, in every report that has them."""

from decimal import Decimal

from simulator.comparison.frontier import Frontier
from simulator.comparison.prediction import Prediction, Totals
from simulator.figures import Interval
from simulator.reports import html, markdown, terminal
from simulator.reports.charts import frontier as chart
from simulator.summary import Summary
from tests.comparison.test_frontier import frontier_of
from tests.reports.conftest import whole


def _totals(cost: str, late: float, *, low: float | None = None, high: float | None = None) -> Totals:
    return Totals(
        requests=160,
        cost_per_request=Decimal(cost),
        first_token_p95=0.9,
        response_p95=Interval(value=late, low=low, high=high),
        error_share=0.0,
    )


def _predicted() -> Summary:
    told = Prediction(
        strategy="scored",
        by="earlier run",
        predicted=_totals("0.0012", 3.0),
        measured=_totals("0.00125", 2.8, low=2.5, high=3.3),
        cost_off_by=-0.04,
        p95_off_by=0.0714,
    )
    untold = Prediction(
        strategy="hedged", by="earlier run", predicted=None, measured=None, note="no session asked gpt-5"
    )
    return whole(predictions=[told, untold])


def test_a_confirmed_finalist_stands_beside_its_prediction_in_every_report() -> None:
    summary = _predicted()
    page = html.render(summary, charts=[]).replace("\N{NO-BREAK SPACE}", " ")
    for text in (terminal.render(summary, width=200), markdown.render(summary), page):
        plain = " ".join(text.replace("\\", "").split())
        assert "$0.0012 (−4.0 %)" in plain
        assert "3 s (+7.1 %)" in plain
        assert "no session asked gpt-5 (hedged by earlier run)" in plain
    assert "2.8 s [2.5 s, 3.3 s]" in page


def test_nothing_predicted_is_no_section(launch: Summary) -> None:
    assert "PREDICTED" not in terminal.render(launch)
    assert "Predicted and measured" not in html.render(launch, charts=[])


def test_judged_answers_put_cost_beside_quality_with_a_picture_and_its_terms() -> None:
    summary = whole(quality=frontier_of())
    drawn = chart.draw(summary)
    assert drawn is not None
    page = html.render(summary, charts=[drawn]).replace("\N{NO-BREAK SPACE}", " ")
    for text in (terminal.render(summary, width=160), markdown.render(summary), page):
        assert "above mixing" in text
        assert "below mixing" in text
        assert "(Zero router)" in " ".join(text.replace("\\", "").split())
    assert drawn.title == "Better than mixing single models at its cost: good"
    assert drawn.title in page


def test_judgements_that_reach_nothing_say_so() -> None:
    summary = whole(quality=Frontier.nowhere("no request at 1× has a label"))
    assert "Nothing could be placed: no request at 1× has a label." in html.render(summary, charts=[])
    assert chart.draw(summary) is None
