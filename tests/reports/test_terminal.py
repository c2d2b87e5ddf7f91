"""The report on a terminal."""

from decimal import Decimal

import pytest

from simulator.reports.headline import headline
from simulator.reports.tables.breaks import from_text, multiplier_text
from simulator.reports.terminal import render, show
from simulator.run.lengths import Lengths
from simulator.summary import Summary
from simulator.units import parse_usd, usd_text
from tests.comparison.test_frontier import frontier_of
from tests.reports.conftest import whole


def test_the_first_lines_say_verdict_and_trust(launch: Summary) -> None:
    lines = render(launch).strip().splitlines()
    assert lines[0] == "FAILS: support-chat"
    assert "7 of 24 objectives fail" in lines[1]
    assert "Run VALID: the load generator kept up; latency is judged." in lines


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
def test_no_line_is_wider_than_the_terminal_except_one_word(launch: Summary, width: int) -> None:
    long = [line for line in render(launch, width=width).splitlines() if len(line) > width]
    assert [line for line in long if "tenfold run" not in line] == []


@pytest.mark.parametrize("width", [40, 80])
def test_a_command_to_copy_is_one_line(launch: Summary, width: int) -> None:
    """Wrapped at the terminal's edge, its second half was a command of its own."""
    lines = render(launch, width=width).splitlines()
    shown = [found.verify for found in launch.breaks[:3] if found.verify]
    assert shown
    assert all(f"   → {verify}" in lines for verify in shown)
    assert lines[-1].endswith(f"again: {launch.run.command}")


@pytest.mark.parametrize(
    ("outcomes", "says"),
    [
        (("pass", "pass"), "All 2 objectives pass. First to break"),
        (("pass", "no data"), "Of 2 objectives 1 has no data (not a pass). First to break"),
        (("fail", "no data"), "1 of 2 objectives fail, 1 has no data (not a pass). First to break"),
        ((), "No objective was judged. First to break"),
    ],
)
def test_the_sentence_counts_what_there_is(launch: Summary, outcomes: tuple[str, ...], says: str) -> None:
    judged = [launch.objectives[0].model_copy(update={"outcome": outcome}) for outcome in outcomes]
    assert headline(launch.model_copy(update={"objectives": judged})).sentence.startswith(says)


def test_80_columns_lose_no_figure(launch: Summary) -> None:
    text = render(launch, width=80)
    for figure in ("✗ 38.4 %", "$57,643", "$628,304", "! at risk", "✗ over", "+56.9 %", "extrapolated", "$4.31"):
        assert figure in text


def test_a_run_that_is_not_valid_says_so_where_latency_stands(invalid: Summary) -> None:
    text = render(invalid, width=120)
    assert text.count("latency is not judged") == 1
    assert text.count("latency is shown as recorded, but not judged") == 2
    assert text.count("? no data") == 12


def test_an_interrupted_run_is_marked(interrupted: Summary) -> None:
    text = render(interrupted)
    assert text.strip().startswith("INTERRUPTED: partial results")
    assert "exit code 130" in text


def test_unknown_money_is_never_nothing(unpriced: Summary) -> None:
    text = render(unpriced, width=120)
    row = next(line for line in text.splitlines() if "1×" in line and "unknown" in line)
    assert "$0.00" not in row
    assert "≥ $4.00" in text
    assert "118 calls have no price" in text


def test_overhead_without_a_price_is_not_nothing(launch: Summary) -> None:
    """A classifier whose model had no price was shown as an overhead of $0.00."""
    costs = [
        cost.model_copy(update={"overhead": Decimal(0), "unpriced_calls": 77}) if cost.strategy == "routed" else cost
        for cost in launch.costs
    ]
    text = render(launch.model_copy(update={"costs": costs, "unpriced_calls": 231}), width=120)
    routed = [line for line in section(text, "WHAT THE TEST COST") if "routed" in line]
    assert len(routed) == 3
    assert all("unknown" in line and "$0.00 " not in line for line in routed)


def test_what_two_rungs_showed_is_a_range_with_its_ends(launch: Summary) -> None:
    shown = launch.breaks[0].model_copy(update={"multiplier": 4.62, "low": 2.0, "high": 10.0, "provenance": "measured"})
    assert multiplier_text(shown) == "between 2× and 10×, about 4.6×"
    assert multiplier_text(shown.model_copy(update={"multiplier": 10.0})) == "between 2× and 10×"
    assert multiplier_text(shown.model_copy(update={"provenance": "extrapolated"})) == "4.6× [2×, 10×]"
    assert from_text(shown).startswith("between")


def test_what_breaks_below_one_times_keeps_its_digits(launch: Summary) -> None:
    """A quota for 0.023× was told to run out `from 0×`."""
    small = launch.breaks[0].model_copy(update={"multiplier": 0.0233, "low": None})
    text = render(launch.model_copy(update={"breaks": [small]}), width=120)
    assert "1  0.023×  " in text


def test_a_strategy_without_a_month_is_named(launch: Summary) -> None:
    months = [month for month in launch.projection.months if month.strategy != "routed"]
    text = render(launch.model_copy(update={"projection": launch.projection.model_copy(update={"months": months})}))
    assert "No month for routed: too few of its sessions were answered and priced." in " ".join(text.split())


def section(text: str, title: str) -> list[str]:
    """The lines from a heading to the next empty one."""
    lines = text.splitlines()
    start = lines.index(title)
    return lines[start : lines.index("", start)]


def test_names_with_brackets_are_not_markup(hostile: Summary) -> None:
    assert "[bold]" in render(hostile)


def test_paths_stand_last_and_whole(launch: Summary) -> None:
    from io import StringIO

    from rich.console import Console

    sheet = StringIO()
    path = "results/" + "very-long-folder/" * 8 + "report.html"
    show(launch, Console(file=sheet, width=80), paths=[path])
    assert path in sheet.getvalue().splitlines()


def test_piped_output_has_no_control_codes(launch: Summary) -> None:
    assert "\x1b" not in render(launch)


def test_replicates_are_told_apart(launch: Summary) -> None:
    twice = [*launch.rungs, *(rung.model_copy(update={"replicate": 2}) for rung in launch.rungs)]
    text = render(launch.model_copy(update={"rungs": twice}), width=120)
    assert sum(" single (replicate 2) " in line for line in text.splitlines()) == 3


def test_a_share_of_the_due_says_what_is_not_due(launch: Summary) -> None:
    """`not answered 27.6 %` stood beside `493 of 770`, which is 36 %."""
    text = " ".join(render(launch, width=160).split())
    skipped = {rung.strategy: rung.settled["skipped"] for rung in launch.rungs if rung.scale == 10}
    assert f"{skipped['single']} at 10× single" in text
    assert "not answered of due" in text


def test_no_figure_is_folded_at_80_columns() -> None:
    """`$0.0001` stood above `65`."""
    lines = render(whole(quality=frontier_of()), width=80).splitlines()
    start = lines.index("COST AGAINST QUALITY")
    table = lines[start : next(at for at, line in enumerate(lines) if at > start and line.startswith(" Quality:"))]
    figures = [word for line in table for word in line.split() if word.startswith("$")]
    assert figures
    assert all(usd_text(parse_usd(word)) == word for word in figures)


def test_few_sessions_are_said_above_every_figure(launch: Summary) -> None:
    few = [rung.model_copy(update={"different_sessions": 2}) for rung in launch.rungs]
    (caution,) = set(headline(launch.model_copy(update={"rungs": few})).cautions) - set(headline(launch).cautions)
    assert caution.startswith("Only 2 different sessions: nothing here has an interval")
    enough = [rung.model_copy(update={"different_sessions": 30}) for rung in launch.rungs[:1]]
    assert headline(launch.model_copy(update={"rungs": [*few, *enough]})).cautions == headline(launch).cautions


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"output_tokens": 79.0}, "Answers of single had 79 tokens on average, planned were 100"),
        ({"output_tokens": 121.0}, "Answers of single had 121 tokens on average, planned were 100"),
        ({"input_tokens": 249.0}, "Prompts of single were reported with 249 tokens on average, sent were 500"),
        ({"output_tokens": 81.0, "input_tokens": 251.0}, None),
        ({"output_tokens": 10.0, "strategy": "only-gpt-4o"}, None),
    ],
)
def test_months_that_rest_on_other_lengths_than_planned_say_so(
    launch: Summary, changed: dict[str, object], says: str | None
) -> None:
    """A target that reported 10 tokens of 682 made a month of $811, and nothing said why."""
    found = Lengths(
        strategy="single",
        answers=40,
        planned_input_tokens=500,
        input_tokens=500,
        planned_output_tokens=100,
        output_tokens=100,
    )
    told = launch.model_copy(update={"lengths": [found.model_copy(update=changed)]})
    more = [one for one in headline(told).cautions if one not in headline(launch).cautions]
    assert [one.partition(":")[0] for one in more] == ([says] if says else [])


def test_books_that_do_not_agree_say_which(launch: Summary) -> None:
    """The sums printed were equal, and only a headline said that something was not."""
    why = "attempts that were served 538 ≠ requests that name one 539"
    books = launch.reconciliation.model_copy(update={"holds": False, "problems": [why]})
    assert why in render(launch.model_copy(update={"reconciliation": books}), width=120)


def test_sendings_a_request_are_a_mean_and_not_whole(launch: Summary) -> None:
    """1.39 sendings were shown as `✗ 1` beside a target of 1.2."""
    judged = launch.objectives[0].model_copy(
        update={"objective": "attempts_per_request < 1.2", "unit": "count", "measured": 1.386, "outcome": "fail"}
    )
    assert "✗ 1.39" in render(launch.model_copy(update={"objectives": [judged]}), width=120)


def test_one_strategy_is_not_compared_with_itself(launch: Summary) -> None:
    alone = [one for one in launch.comparison.contenders if one.strategy == "single"]
    text = render(launch.model_copy(update={"comparison": launch.comparison.model_copy(update={"contenders": alone})}))
    assert "STRATEGIES COMPARED" in render(launch)
    assert "STRATEGIES COMPARED" not in text


def test_a_month_nobody_can_know_is_said(launch: Summary) -> None:
    """Where every request was refused, the report told of a month at $0.00."""
    rungs = [one.model_copy(update={"settled": one.settled | {"answered": 0}}) for one in launch.rungs]
    nothing = launch.projection.model_copy(update={"months": [], "tornado": {}})
    text = " ".join(render(launch.model_copy(update={"rungs": rungs, "projection": nothing})).split())
    assert "The month of single is unknown: too few of its sessions were answered" in text


@pytest.mark.parametrize(
    ("ledger", "rows", "shown"),
    [
        ("0.0091900", "0.00919000", "($0.00919; $0.00919)"),
        ("0", "0E-9", "($0.00; $0.00)"),
        ("3.1", "3.104075", "($3.100000; $3.104075)"),
    ],
)
def test_equal_sums_read_alike(launch: Summary, ledger: str, rows: str, shown: str) -> None:
    books = launch.reconciliation.model_copy(update={"ledger_usd": Decimal(ledger), "rows_usd": Decimal(rows)})
    text = render(launch.model_copy(update={"reconciliation": books}), width=160)
    assert next(line for line in text.splitlines() if "ledger $" in line).endswith(shown)
