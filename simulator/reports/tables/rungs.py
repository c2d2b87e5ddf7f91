"""What happened in each rung: requests, latency and refusals."""

from collections.abc import Iterator

from simulator.calls import FAILED, TIMED_OUT
from simulator.reports.table import Cell, Column, Table, interval_text, strategy_text, unjudged
from simulator.run.metrics import RungFigures
from simulator.summary import Summary
from simulator.units import count_text, scale_text, seconds_text, share_text


def due(rung: RungFigures) -> int:
    """Requests that came due: planned, less those after a failed turn and those that the run did not reach."""
    return rung.planned - rung.settled.get("skipped", 0) - rung.settled.get("not_reached", 0)


def refused_share(rung: RungFigures) -> float | None:
    """Part of the due requests that was refused in the end; None where none was due.

    Objectives leave out of the due what the generator dropped or the run cut off, so theirs may be larger.
    """
    return rung.settled.get("refused", 0) / due(rung) if due(rung) else None


def rate_text(per_second: float | None) -> str:
    """`12.1/s`; `–` for unknown."""
    return "–" if per_second is None else f"{per_second:.3g}/s"


_VALID = "Valid: of the answers that users got, those that the scenario's validator passed."


def rungs(summary: Summary) -> Table:
    """One row per rung, latency over all offered requests: a failure counts as ∞."""
    judged = summary.run.verdict == "VALID"
    return Table(
        "What happened",
        (
            Column("scale", numeric=True),
            Column("strategy"),
            Column("planned", numeric=True, provenance="measured"),
            Column("rate, planned → offered", numeric=True, provenance="measured", detail=True),
            Column("answered", numeric=True, provenance="measured"),
            Column("refused of due", numeric=True, provenance="measured"),
            *((Column("valid", numeric=True, provenance="measured", detail=True),) if _checks(summary) else ()),
            Column("attempts per request", numeric=True, provenance="measured", detail=True),
            Column("TTFT p95", numeric=True, provenance="measured"),
            Column("response p95", numeric=True, provenance="measured"),
            Column("answered only", numeric=True, provenance="measured", detail=True),
            Column("goodput", numeric=True, provenance="measured", detail=True),
        ),
        tuple(_row(rung, summary, judged=judged) for rung in summary.rungs),
        (
            "TTFT: time to first token. Both count from the schedule, over offered requests; without an answer: ∞.",
            *_undue(summary),
            *((_VALID,) if _checks(summary) else ()),
            *_failures(summary),
            *unjudged(summary),
        ),
    )


def _undue(summary: Summary) -> Iterator[str]:
    """Why a share of the due is not one of the planned, where it is not."""
    places = {f"{scale_text(rung.scale)} {strategy_text(summary, rung)}": rung for rung in summary.rungs}
    left = {place: rung.planned - due(rung) for place, rung in places.items()}
    if some := [f"{count_text(turns)} at {place}" for place, turns in left.items() if turns]:
        yield f"Due: planned, less turns whose session had failed before or that were not reached ({', '.join(some)})."


def _failures(summary: Summary) -> Iterator[str]:
    """How attempts failed, a line per outcome: refusals have a column, a wrong key or a broken stream has none."""
    rungs = {f"{scale_text(rung.scale)} {strategy_text(summary, rung)}": rung.outcomes for rung in summary.rungs}
    for word in sorted({word for ends in rungs.values() for word in ends if word in TIMED_OUT | FAILED}):
        places = [f"{count_text(ends[word])} at {place}" for place, ends in rungs.items() if word in ends]
        yield f"attempts that ended as {word}: {', '.join(places)}"


def matrix(summary: Summary) -> Table:
    """A sample of the requests on one model each; empty where the run had no `--matrix`."""
    columns = rungs(summary).columns
    return Table(
        "Model matrix, not part of the launch",
        columns,
        tuple(_row(rung, summary, judged=False) for rung in summary.matrix),
        ("Recorded once at 1× to price other strategies (tenfold compare RUN --try FILE): billed, never judged.",),
    )


def _checks(summary: Summary) -> bool:
    """Whether a validator looked at any answer."""
    return any(rung.valid is not None for rung in (*summary.rungs, *summary.matrix))


def _row(rung: RungFigures, summary: Summary, *, judged: bool) -> tuple[Cell, ...]:
    refused = refused_share(rung)
    return (
        Cell(scale_text(rung.scale)),
        Cell(strategy_text(summary, rung)),
        Cell(f"{rung.planned:,}"),
        Cell(f"{rate_text(rung.planned_rate)} → {rate_text(rung.offered_rate)}"),
        Cell(f"{rung.settled.get('answered', 0):,}"),
        Cell(share_text(refused), "bad" if refused else "plain"),
        *((Cell(share_text(rung.valid)),) if _checks(summary) else ()),
        Cell("–" if rung.attempts_per_request is None else f"{rung.attempts_per_request:.2f}"),
        Cell(interval_text(rung.time_to_first_token.p95), "plain" if judged else "muted"),
        Cell(interval_text(rung.response_time.p95), "plain" if judged else "muted"),
        Cell(seconds_text(rung.response_time_answered.p95.value), "muted"),
        Cell(rate_text(rung.goodput)),
    )


def tokens(summary: Summary) -> Table:
    """What the calls of each rung consumed, model by model, and the least that its quota ever had left."""
    left = any(rung.ratelimit_remaining_min for rung in summary.rungs)
    return Table(
        "Tokens",
        (
            Column("scale", numeric=True),
            Column("strategy"),
            Column("model"),
            Column("attempts", numeric=True, provenance="measured"),
            Column("input", numeric=True, provenance="measured"),
            Column("of it from cache", numeric=True, provenance="measured"),
            Column("output", numeric=True, provenance="measured"),
            *((Column(f"{axis} left", numeric=True, provenance="measured") for axis in _AXES) if left else ()),
        ),
        tuple(_tokens_row(summary, rung, model, left=left) for rung in summary.rungs for model in rung.tokens_by_model),
        ("Left: the least that an answer's headers ever said, of requests and of tokens a minute.",) if left else (),
    )


_AXES = ("requests", "tokens")


def _tokens_row(summary: Summary, rung: RungFigures, model: str, *, left: bool) -> tuple[Cell, ...]:
    used = rung.tokens_by_model[model]
    least = [rung.ratelimit_remaining_min.get(f"{model}/{axis}") for axis in _AXES] if left else []
    return (
        Cell(scale_text(rung.scale)),
        Cell(strategy_text(summary, rung)),
        Cell(model),
        *(Cell(_count(used.get(name))) for name in ("attempts", "input_tokens", "cache_read_tokens", "output_tokens")),
        *(Cell(_count(one), "bad" if one == 0 else "plain") for one in least),
    )


def _count(number: int | None) -> str:
    return "unknown" if number is None else count_text(number)
