"""The first screen of every report: the verdict, how far the run can be trusted, and four figures."""

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.comparison import Contender
from simulator.figures import Provenance
from simulator.reports.month_sentence import month_sentence
from simulator.reports.table import Cell, Tone
from simulator.reports.tables.breaks import first, from_text
from simulator.reports.tables.months import (
    BUDGET,
    UNPRICED,
    headline_costs,
    headline_month,
    range_text,
    without_month,
)
from simulator.reports.tables.objectives import judgement_text, value_text
from simulator.reports.tables.rungs import due, refused_share
from simulator.reports.tables.strategies import bounds_text, proven, signed_share_text
from simulator.run.percentiles import LEAST_SESSIONS
from simulator.spend.tornado import SWING
from simulator.summary import Summary
from simulator.units import scale_text, share_text, usd_text
from simulator.verdicts.objectives import Judgement

_TONES: dict[str, Tone] = {"pass": "good", "fail": "bad", "no data": "warn"}


_PROMPTS_SHRINK = 0.5
"""Of the planned length: no tokenizer counts so much less."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One key figure."""

    label: str
    value: str
    detail: str
    tone: Tone
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Headline:
    """`word` is the verdict on the launch, `trust` the verdict on the run itself."""

    word: str
    tone: Tone
    sentence: str
    money: str
    """The month, how sure it is and what moves it; empty without a projection."""
    trust: str
    trusted: bool
    cautions: tuple[str, ...]


def headline(summary: Summary) -> Headline:
    """What a reader who reads one line must know."""
    word, tone = _word(summary)
    trusted = summary.run.verdict == "VALID"
    sentences = _sentence(summary), month_sentence(summary), _trust(summary)
    return Headline(word, tone, *sentences, trusted, tuple(_cautions(summary)))


def _word(summary: Summary) -> tuple[str, Tone]:
    outcomes: set[str] = {judgement.outcome for judgement in summary.objectives}
    outcomes |= {{"holds": "pass", "fails": "fail"}.get(one.verdict.outcome, "no data") for one in summary.claims}
    if summary.run.status != "complete":
        return f"{summary.run.status.upper()}: partial results", "warn"
    if summary.run.verdict != "VALID":
        return f"RUN NOT VALID ({summary.run.verdict})", "warn"
    if "fail" in outcomes:
        return "FAILS", "bad"
    if "no data" in outcomes or not outcomes:
        return "NO VERDICT: no data", "warn"
    return "PASSES", "good"


def _sentence(summary: Summary) -> str:
    """`7 of 24 objectives fail, 2 have no data. First to break: … at 4.6×.`"""
    counts = _counts([judgement.outcome for judgement in summary.objectives])
    if unproven := [one for one in summary.claims if one.verdict.outcome != "holds"]:
        counts += (
            f"; {len(unproven)} of {len(summary.claims)} claims {'is' if len(unproven) == 1 else 'are'} not borne out"
        )
    if not summary.breaks:
        return f"{counts}. Nothing that breaks was found."
    earliest = first(summary)[0]
    return f"{counts}. First to break: {earliest.title} ({earliest.strategy}) {from_text(earliest)}."


def _counts(outcomes: list[str]) -> str:
    """`7 of 24 objectives fail, 2 have no data`; where none fails, it says what the others do."""
    failing, unknown = outcomes.count("fail"), outcomes.count("no data")
    if not outcomes:
        return "No objective was judged"
    if not failing and not unknown:
        return f"All {len(outcomes)} objectives pass" if len(outcomes) > 1 else "The one objective passes"
    have = f"{unknown} {'has' if unknown == 1 else 'have'} no data (not a pass)"
    if not failing:
        return f"Of {len(outcomes)} objectives {have}"
    return f"{failing} of {len(outcomes)} objectives fail" + (f", {have}" if unknown else "")


def _trust(summary: Summary) -> str:
    if summary.run.verdict == "VALID":
        return "Run VALID: the load generator kept up; latency is judged."
    reasons = "; ".join(summary.run.reasons) or "no reason was recorded"
    return f"Run {summary.run.verdict}: latency is not judged, cost still is. Why: {reasons}"


def _cautions(summary: Summary) -> list[str]:
    """Everything a signer must not overlook."""
    cautions = []
    if summary.run.simulated:
        own = "embedded" in summary.run.target
        which = "the embedded staging endpoint" if own else f"a staging endpoint of Tenfold at {summary.run.target}"
        cautions.append(f"SIMULATED: the target was {which}, so latency is that of its profile.")
    if summary.run.status != "complete":
        cautions.append(f"The run was {summary.run.status} before its end; only what was reached is counted.")
    if not summary.reconciliation.holds:
        cautions.append("The books do not reconcile: do not use these figures.")
    doubts = {one["model"]: one["verify"] for one in summary.prices if one.get("verify")}
    cautions += [f"The price of {model} is uncertain: {doubt}." for model, doubt in doubts.items()]
    cautions += [*_few(summary), *_other_lengths(summary)]
    if summary.unpriced_calls:
        cautions.append(
            f"{summary.unpriced_calls:,} calls have no price; every total that contains them is a lower bound."
        )
    return cautions


def _few(summary: Summary) -> Iterator[str]:
    """A pass of four requests is no launch decision, and neither is a miss."""
    most = max((rung.different_sessions for rung in summary.rungs), default=0)
    if most < LEAST_SESSIONS:
        yield (
            f"Only {most} different session{'' if most == 1 else 's'}: nothing here has an interval, so that a pass "
            f"or a miss may be chance. {LEAST_SESSIONS} give one; a longer --duration has more."
        )


def _other_lengths(summary: Summary) -> Iterator[str]:
    """Where the months rest on other lengths than the launch plans: answers by more than the tornado turns them."""
    launched = {rung.strategy for rung in summary.rungs}
    for one in (found for found in summary.lengths if found.strategy in launched):
        if abs(one.output_tokens / one.planned_output_tokens - 1) > SWING:
            yield (
                f"Answers of {one.strategy} had {one.output_tokens:,.0f} tokens on average, planned were "
                f"{one.planned_output_tokens:,.0f}: the months are priced by what was measured."
            )
        if one.input_tokens < one.planned_input_tokens * _PROMPTS_SHRINK:
            yield (
                f"Prompts of {one.strategy} were reported with {one.input_tokens:,.0f} tokens on average, sent were "
                f"{one.planned_input_tokens:,.0f}: the months are priced by what was reported."
            )


def readiness(summary: Summary) -> list[tuple[str, list[tuple[str, Cell]]]]:
    """Per strategy and measured scale: do the objectives hold; then per projected scale: does the budget."""
    names = list(dict.fromkeys(rung.strategy for rung in summary.rungs))
    return [(name, _measured(summary, name) + _budgets(summary, name)) for name in names]


def _measured(summary: Summary, strategy: str) -> list[tuple[str, Cell]]:
    cells = []
    for scale in summary.run.measured_scales:
        judged = [
            one for one in summary.objectives if (one.strategy, one.scale) == (strategy, scale) and one.unit != "usd"
        ]
        cells.append((scale_text(scale), _holds(judged)))
    return cells


def _holds(judged: list[Judgement]) -> Cell:
    fails = sum(one.outcome == "fail" for one in judged)
    if fails:
        return Cell(f"✗ {fails} of {len(judged)} fail", "bad", "measured")
    if not judged or any(one.outcome == "no data" for one in judged):
        return Cell("? no data", "warn", "measured")
    return Cell("✓ pass", "good", "measured")


def _budgets(summary: Summary, strategy: str) -> list[tuple[str, Cell]]:
    costs = [one for one in headline_costs(summary) if one.strategy == strategy and one.over_budget != "no budget"]
    if strategy in without_month(summary):
        return [("month", Cell("? no data", "warn", "extrapolated"))]
    return [(f"budget at {scale_text(one.scale)}", Cell(*BUDGET[one.over_budget], one.provenance)) for one in costs]


def tiles(summary: Summary) -> list[Tile]:
    """Latency and refusals at the largest scale, the month, the saving: as many as there are figures for."""
    found = [_latency(summary), _refused(summary), _month(summary), _saving(summary)]
    return [tile for tile in found if tile is not None]


def _top_scale(summary: Summary) -> float:
    return max(summary.run.measured_scales, default=0)


def _latency(summary: Summary) -> Tile | None:
    """The latency objective that is furthest from its target."""
    judged = [one for one in summary.objectives if one.unit == "s" and one.scale == _top_scale(summary)]
    if not judged:
        return None
    worst = max(judged, key=lambda one: (one.measured or 0) / one.target if one.target else 0)
    label = f"{worst.objective} at {scale_text(worst.scale)}, {worst.strategy}"
    if summary.run.verdict != "VALID":
        return Tile(label, "not judged", f"run {summary.run.verdict}", "warn", worst.provenance)
    tone = _TONES[worst.outcome]
    return Tile(label, judgement_text(worst), f"target {value_text(worst.target, worst.unit)}", tone, worst.provenance)


def _refused(summary: Summary) -> Tile | None:
    rungs = [rung for rung in summary.rungs if rung.scale == _top_scale(summary) and due(rung)]
    if not rungs:
        return None
    worst = max(rungs, key=lambda rung: refused_share(rung) or 0)
    share = refused_share(worst)
    detail = f"{worst.settled.get('refused', 0):,} of {due(worst):,} requests due"
    label = f"refused at {scale_text(worst.scale)}, {worst.strategy}"
    return Tile(label, share_text(share), detail, "bad" if share else "good", "measured")


def _month(summary: Summary) -> Tile | None:
    """The baseline's month at the largest scale that was run."""
    costs = [one for one in headline_costs(summary) if one.strategy == summary.comparison.baseline]
    within = [one for one in costs if one.scale <= _top_scale(summary)] or costs
    if not within:
        label = f"the month, {summary.comparison.baseline}"
        unknown = summary.comparison.baseline in without_month(summary)
        return Tile(label, "unknown", UNPRICED, "warn", "extrapolated") if unknown else None
    month = max(within, key=lambda one: one.scale)
    verdict, tone = BUDGET[month.over_budget]
    budget = "no budget given" if month.budget is None else f"{verdict} the {usd_text(month.budget)} budget"
    if month.over_budget == "no data":
        budget = "? no data on the budget"
    label = f"{headline_month(summary)} at {scale_text(month.scale)}, {month.strategy}"
    return Tile(label, usd_text(month.p50), f"P10 to P90: {range_text(month)}; {budget}", tone, month.provenance)


def _saving(summary: Summary) -> Tile | None:
    """The largest saving at the smallest scale: there nothing is refused yet, so like is compared with like."""
    others = [one for one in summary.comparison.contenders if one.saving and one.saving.total.value is not None]
    if not others:
        return None
    smallest = min(one.scale for one in others)
    best = max((one for one in others if one.scale == smallest), key=_saved)
    if best.saving is None:
        return None
    sure = proven(best.saving.total)
    sides = bounds_text(best.saving.total) or "too few sessions for an interval"
    detail = f"{sides}; {share_text(best.error_share)} of due not answered"
    label = f"{best.strategy} saves beside {best.baseline}, at {scale_text(best.scale)}"
    return Tile(label, signed_share_text(best.saving.total.value), detail, "good" if sure else "warn", "priced")


def _saved(contender: Contender) -> float:
    return contender.saving.total.value or 0 if contender.saving else 0
