"""Strategies side by side on identical arrivals, and the parts that a saving is made of."""

from simulator.comparison import Contender, Saving
from simulator.figures import Interval
from simulator.reports.table import Cell, Column, Table, noted, unjudged
from simulator.summary import Summary
from simulator.units import scale_text, seconds_text, share_text, usd_text

PARTS = (
    ("moved", "answered by a cheaper model", 1),
    ("same_model", "same model, other usage", 1),
    ("unanswered", "left unanswered", 1),
    ("overhead", "classifiers and judges", -1),
    ("waste", "attempts nobody was served", -1),
)
"""Field of `Saving`, what it means, and its sign in the total."""


def signed_share_text(share: float | None) -> str:
    """`+56 %`, `−3.1 %`; `–` for unknown. Never a rounded-away sign."""
    if share is None or share == 0:
        return share_text(share)
    return f"{'+' if share > 0 else '−'}{share_text(abs(share))}"


def saving_text(total: Interval) -> str:
    """`+56 % [+51 %, +60 %]`; without brackets where there were too few sessions."""
    bounds = bounds_text(total)
    return f"{signed_share_text(total.value)} {bounds}" if bounds else signed_share_text(total.value)


def bounds_text(total: Interval) -> str:
    """`[+51 %, +60 %]`; nothing where there were too few sessions."""
    if total.low is None or total.high is None:
        return ""
    return f"[{signed_share_text(total.low)}, {signed_share_text(total.high)}]"


def proven(total: Interval) -> bool | None:
    """True: the whole interval is a saving; False: none of it is; None: undecided, or no interval."""
    if total.low is not None and total.low > 0:
        return True
    return False if total.high is not None and total.high < 0 else None


def strategies(summary: Summary) -> Table:
    """Every strategy at every scale beside the baseline; empty where there is only the one."""
    contenders = summary.comparison.contenders
    if len({one.strategy for one in contenders}) < 2:
        contenders = []
    return Table(
        "Strategies compared",
        (
            Column("scale", numeric=True),
            Column("strategy"),
            Column("cost of the test", numeric=True, provenance="priced", detail=True),
            Column("per answered", numeric=True, provenance="priced"),
            Column("saves", numeric=True, provenance="priced"),
            Column("TTFT p95", numeric=True, provenance="measured", detail=True),
            Column("response p95", numeric=True, provenance="measured"),
            Column("not answered of due", numeric=True, provenance="measured"),
            Column("answered", numeric=True, provenance="measured", detail=True),
        ),
        tuple(_row(contender) for contender in contenders),
        (*_remarks(contenders), *unjudged(summary)) if contenders else (),
    )


def _row(contender: Contender) -> tuple[Cell, ...]:
    return (
        Cell(scale_text(contender.scale)),
        Cell(contender.strategy),
        Cell(usd_text(contender.cost)),
        Cell(usd_text(contender.cost_per_answered)),
        _saves(contender),
        Cell(seconds_text(contender.first_token_p95)),
        Cell(seconds_text(contender.response_p95)),
        Cell(share_text(contender.error_share), "bad" if contender.error_share else "plain"),
        Cell(f"{contender.answered:,} of {contender.planned:,}"),
    )


def _saves(contender: Contender) -> Cell:
    if contender.saving is None:
        is_baseline = contender.strategy == contender.baseline
        return Cell("baseline" if is_baseline else "unknown", "muted" if is_baseline else "warn")
    sure = proven(contender.saving.total)
    return Cell(saving_text(contender.saving.total), "plain" if sure is None else "good" if sure else "bad")


def _remarks(contenders: list[Contender]) -> tuple[str, ...]:
    places = {f"{one.strategy} at {scale_text(one.scale)}": one for one in contenders}
    savings = ((f"saving of {place}", one.saving.total.note) for place, one in places.items() if one.saving)
    return *noted((place, one.note) for place, one in places.items()), *noted(savings)


def parts(summary: Summary) -> Table:
    """What each saving is made of, as shares of the baseline's bill; the parts sum to the total."""
    return Table(
        "What the saving is made of",
        (
            Column("scale", numeric=True),
            Column("strategy"),
            *(Column(meaning, numeric=True, provenance="priced") for _, meaning, _ in PARTS),
            Column("saves in all", numeric=True, provenance="priced"),
            Column("requests moved", numeric=True, provenance="measured", detail=True),
            Column("of the baseline's bill", numeric=True, provenance="priced", detail=True),
        ),
        tuple(_parts_row(one, one.saving) for one in summary.comparison.contenders if one.saving),
        ("Shares of the baseline's bill; + saves, − costs.",),
    )


def _parts_row(contender: Contender, saving: Saving) -> tuple[Cell, ...]:
    return (
        Cell(scale_text(contender.scale)),
        Cell(contender.strategy),
        *(Cell(signed_share_text(_signed(getattr(saving, field), sign))) for field, _, sign in PARTS),
        Cell(signed_share_text(saving.total.value)),
        Cell(share_text(saving.request_share_small)),
        Cell(share_text(saving.cost_share_moved)),
    )


def _signed(share: float | None, sign: int) -> float | None:
    return share * sign if share else share  # never a negative zero


def part_values(saving: Saving) -> list[tuple[str, float]]:
    """The known, non-zero parts with their sign: + saves, − costs."""
    values = [(meaning, _signed(getattr(saving, field), sign)) for field, meaning, sign in PARTS]
    return [(meaning, value) for meaning, value in values if value]
