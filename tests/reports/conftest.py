"""A plausible launch as reports get it: support chat, one model and a routed pair, at 1×, 2× and 10×.

One provider limit breaks at 4.6×: the 10× rung refuses much of the single strategy and little of the routed one.
Counts settle and dollars add up, because reports print both sides.
"""

import json
import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import pytest

from simulator.comparison import Comparison, Contender, Saving
from simulator.figures import Interval
from simulator.reports import html
from simulator.reports.charts.chart import Chart
from simulator.reports.figures import figures
from simulator.run.metrics import Health, Latency, RungFigures
from simulator.spend.bill import LineItem, RungCost
from simulator.spend.budget import verdict
from simulator.spend.contracted import Band, ContractTerm, billed
from simulator.spend.projection import MonthCost, Projection, Sensitivity
from simulator.summary import Reconciliation, RunFacts, Summary
from simulator.verdicts.breaks import Break
from simulator.verdicts.objectives import Judgement

INF = math.inf
SPAN = 18.0
REQUESTS = {1.0: 106, 2.0: 211, 10.0: 1058}
ANSWERED = {
    ("single", 1.0): 106,
    ("single", 2.0): 211,
    ("single", 10.0): 571,
    ("routed", 1.0): 106,
    ("routed", 2.0): 211,
    ("routed", 10.0): 1031,
}
TTFT = {
    ("single", 1.0): (0.38, 0.71, 0.93),
    ("single", 2.0): (0.39, 0.74, 1.02),
    ("single", 10.0): (1.9, INF, INF),
    ("routed", 1.0): (0.62, 1.12, 1.41),
    ("routed", 2.0): (0.63, 1.15, 1.49),
    ("routed", 10.0): (0.66, 1.64, INF),
}
PRICES = [
    ("gpt-4o", "input_tokens", "2.50"),
    ("gpt-4o", "cache_read_tokens", "1.25"),
    ("gpt-4o", "output_tokens", "10.00"),
    ("gpt-4o-mini", "input_tokens", "0.15"),
    ("gpt-4o-mini", "cache_read_tokens", "0.075"),
    ("gpt-4o-mini", "output_tokens", "0.60"),
]
USAGE = {
    "single": [("gpt-4o", "answer", 1.0, (410, 402, 141))],
    "routed": [
        ("gpt-4o-mini", "classify", 1.0, (260, 0, 2)),
        ("gpt-4o-mini", "answer", 0.62, (410, 402, 141)),
        ("gpt-4o", "answer", 0.38, (410, 402, 141)),
    ],
}
"""Model, purpose, share of the answered requests, and tokens of each: uncached input, cached input, output."""
CATALOGUE = {(model, meter): Decimal(price) for model, meter, price in PRICES}


def interval(value: float | None, *, spread: float = 0.06) -> Interval:
    if value is None or math.isinf(value):
        return Interval(value=value)
    return Interval(value=value, low=round(value * (1 - spread), 4), high=round(value * (1 + spread), 4))


def latency(p50: float, p95: float, p99: float, *, count: int) -> Latency:
    p90 = p95 * 0.92
    return Latency(p50=interval(p50), p90=interval(p90), p95=interval(p95), p99=interval(p99), count=count)


def health(**changed: Any) -> Health:
    kept_up = {
        "send_lag_p50_s": 0.00021,
        "send_lag_p99_s": 0.0034,
        "send_lag_max_s": 0.011,
        "hub_stall_max_s": 0.018,
        "endpoint_lag_p99_s": 0.0013,
        "cpu_share": 0.41,
        "workers_planned": 1,
        "workers_reported": 1,
        "first_token_late": 3,
        "clock": "kernel receive timestamps",
        "littles_law_ratio": 1.004,
        "littles_law_tolerance": 0.02,
    }
    return Health(**(kept_up | changed))


def rung(strategy: str, scale: float, **changed: Any) -> RungFigures:
    planned, answered = REQUESTS[scale], ANSWERED[strategy, scale]
    skipped = (planned - answered) // 6
    refused = planned - answered - skipped
    p50, p95, p99 = TTFT[strategy, scale]
    attempts = round((planned - skipped) * (1 if strategy == "single" else 2) + refused * 2)
    whole = latency(p50 * 5, p95 * 5, p99 * 5, count=planned)
    answered_only = latency(p50 * 4.6, min(p95, 1.7) * 4.8, min(p99, 2.2) * 5, count=answered)
    figures = {
        "scale": scale,
        "strategy": strategy,
        "replicate": 1,
        "started_at": "2026-11-20T11:20:00Z",
        "planned_span_s": SPAN,
        "sessions": round(2.8 * SPAN * scale),
        "different_sessions": round(2.8 * SPAN),
        "planned": planned,
        "settled": {
            "answered": answered,
            "refused": refused,
            "timed_out": 0,
            "failed": 0,
            "cancelled": 0,
            "dropped": 0,
            "skipped": skipped,
            "not_reached": 0,
        },
        "sent": planned - skipped,
        "attempts": attempts,
        "attempts_per_request": attempts / planned,
        "planned_rate": planned / SPAN,
        "offered_rate": (planned - skipped) / SPAN,
        "completed_rate": answered / SPAN,
        "goodput": answered * 0.97 / SPAN,
        "outcomes": {"ok": answered, "rate_limited": refused * 3},
        "response_time": whole,
        "response_time_answered": answered_only,
        "time_to_first_token": latency(p50, p95, p99, count=planned),
        "time_to_first_token_answered": latency(p50, min(p95, 1.7), min(p99, 2.2), count=answered),
        "time_per_output_token": latency(0.011, 0.016, 0.021, count=answered),
        "service_time": latency(p50 * 4.5, 5.1, 6.8, count=answered),
        "input_tokens": answered * 812,
        "cache_read_tokens": answered * 402,
        "output_tokens": answered * 141,
        "tokens_by_model": {"gpt-4o": {"input_tokens": answered * 812, "output_tokens": answered * 141}},
        "ratelimit_remaining_min": {"gpt-4o/tokens": 0 if refused else 41_000},
        "health": health(),
    }
    return RungFigures(**(figures | changed))


def items(strategy: str, scale: float) -> list[LineItem]:
    """The lines of a rung; at 10× a fiftieth of the answers was cut off and billed."""
    answered = ANSWERED[strategy, scale]
    lines = []
    for model, purpose, share, tokens in USAGE[strategy]:
        outcomes = [("ok", 1.0)] if scale < 10 or purpose != "answer" else [("ok", 0.98), ("truncated", 0.02)]
        for outcome, part in outcomes:
            for meter, count in zip(("input_tokens", "cache_read_tokens", "output_tokens"), tokens, strict=True):
                quantity, price = round(count * answered * share * part), CATALOGUE[model, meter]
                lines.append(
                    LineItem(
                        scale=scale,
                        strategy=strategy,
                        replicate=1,
                        model=model,
                        purpose=purpose,
                        outcome=outcome,
                        meter=meter,
                        usd_per_million=price,
                        list_usd_per_million=price,
                        layer="catalogue",
                        source="genai-prices 0.2.3",
                        quantity=quantity,
                        cost=quantity * price / 1_000_000,
                    )
                )
    return [line for line in lines if line.quantity]


def cost(strategy: str, scale: float, **changed: Any) -> RungCost:
    lines = items(strategy, scale)
    total = dollars(lines)
    figures = {
        "scale": scale,
        "strategy": strategy,
        "replicate": 1,
        "total": total,
        "per_request": total / REQUESTS[scale],
        "per_answered": total / ANSWERED[strategy, scale],
        "wasted": dollars(line for line in lines if line.outcome == "truncated"),
        "overhead": dollars(line for line in lines if line.purpose == "classify"),
        "by_model": {one: dollars(line for line in lines if line.model == one) for one in ("gpt-4o", "gpt-4o-mini")},
        "by_meter": {one: dollars(line for line in lines if line.meter == one) for one in ("input_tokens",)},
        "unpriced_calls": 0,
        "assumed_usage_calls": 0,
    }
    return RungCost(**(figures | changed))


def dollars(lines: Iterable[LineItem]) -> Decimal:
    return sum((line.cost for line in lines), Decimal(0))


def judged(strategy: str, scale: float) -> list[Judgement]:
    p95 = TTFT[strategy, scale][1]
    refused = rung(strategy, scale).settled["refused"] / REQUESTS[scale]
    rows = [
        ("p(95) time_to_first_token < 2s", p95, 2.0, "s"),
        ("p(95) response_time < 8s", p95 * 5, 8.0, "s"),
        ("refused < 1%", refused, 0.01, "share"),
        ("errors < 1%", 1 - ANSWERED[strategy, scale] / REQUESTS[scale], 0.01, "share"),
    ]
    return [
        Judgement(
            objective=objective,
            scale=scale,
            strategy=strategy,
            outcome="pass" if measured < target else "fail",
            measured=measured,
            target=target,
            unit=unit,
            low=None if math.isinf(measured) else measured * 0.95,
            high=None if math.isinf(measured) else measured * 1.05,
            provenance="measured",
        )
        for objective, measured, target, unit in rows
    ]


def month(name: str, strategy: str, scale: float, *, growth: float = 1.0) -> MonthCost:
    """As projected: the mean cost of a request of the measured rung × planned requests that need not be whole."""
    sessions = round(930_000 * scale * growth)
    per_request = cost(strategy, min(scale, 2.0)).per_request or Decimal(0)
    planned = sessions * Decimal("2.11")
    requests = round(planned)
    p50 = (per_request * planned).quantize(Decimal("0.01"))
    budget = Decimal(6000)
    p90 = (p50 * Decimal("1.09")).quantize(Decimal("0.01"))
    over = "over" if p50 > budget else "risk" if p90 > budget else "within"
    capped = (
        {1.0: 0.0, 10.0: 0.46, 100.0: 0.95}[scale]
        if strategy == "single"
        else {1.0: 0.0, 10.0: 0.02, 100.0: 0.8}[scale]
    )
    return MonthCost(
        month=name,
        scale=scale,
        strategy=strategy,
        sessions=sessions,
        requests=requests,
        p10=(p50 * Decimal("0.92")).quantize(Decimal("0.01")),
        p50=p50,
        p90=p90,
        provenance="extrapolated",
        based_on_scale=min(scale, 2.0),
        per_request=p50 / planned,
        per_answered=p50 / planned,
        budget=budget,
        over_budget=over,
        chance_over_budget={"over": 0.99, "risk": 0.31, "within": 0.0}[over],
        capped_share=capped or None,
    )


def projection() -> Projection:
    names = [("2026-12", 1.0), ("2027-01", 1.08), ("2027-02", 1.0)]
    months = [month(n, s, x, growth=g) for n, g in names for s in ("single", "routed") for x in (1.0, 10.0, 100.0)]
    base = {one.strategy: one.p50 for one in months if (one.month, one.scale) == ("2026-12", 10.0)}

    def moved(strategy: str, name: str, low: tuple[str, str], high: tuple[str, str]) -> Sensitivity:
        middle = base[strategy]
        return Sensitivity(
            assumption=name,
            low_label=low[0],
            high_label=high[0],
            low=(middle * Decimal(low[1])).quantize(Decimal("0.01")),
            high=(middle * Decimal(high[1])).quantize(Decimal("0.01")),
        )

    shared = [
        ("output tokens per request", ("−30 %", "0.82"), ("+30 %", "1.18")),
        ("sessions per day", ("20k", "0.667"), ("45k", "1.5")),
        ("cache hit rate", ("60 %", "0.88"), ("10 %", "1.14")),
        ("list price", ("−10 %", "0.9"), ("+10 %", "1.1")),
    ]
    tornado = {strategy: [moved(strategy, *row) for row in shared] for strategy in ("single", "routed")}
    tornado["routed"].append(moved("routed", "share of hard requests", ("15 %", "0.79"), ("40 %", "1.35")))
    assumptions = [
        {
            "id": "launch.sessions_per_day",
            "value": "30,000",
            "source": "scenarios/support-chat.yaml:9",
            "provenance": "assumed",
        },
        {
            "id": "launch.growth",
            "value": "8 %/month",
            "source": "scenarios/support-chat.yaml:11",
            "provenance": "assumed",
        },
        {
            "id": "launch.weekend",
            "value": "57 % of a weekday",
            "source": "scenarios/support-chat.yaml:10",
            "provenance": "assumed",
        },
        {"id": "cost per session", "value": "$0.0072", "source": "rung 1× single, 50 sessions", "provenance": "priced"},
    ]
    return Projection(
        months=months, tornado=tornado, assumptions=assumptions, needed_sessions=412, first_full_month="2026-12"
    )


def breaks() -> list[Break]:
    return [
        Break(
            kind="budget",
            title="monthly budget of $6,000 passed",
            strategy="single",
            multiplier=1.06,
            low=0.98,
            high=1.15,
            provenance="extrapolated",
            evidence="The month costs $5,764 at 1×.",
            costs="$51,643 over the budget at 10×.",
            fix="Route easy requests to gpt-4o-mini: $2,484 at 1×.",
        ),
        Break(
            kind="limit",
            title="gpt-4o tokens-per-minute limit exhausted",
            strategy="single",
            multiplier=4.6,
            low=4.2,
            high=5.1,
            provenance="measured",
            evidence="Demand at 1× is 326k tokens/min of a limit of 1.5M; 38.4 % of the requests get a 429 at 10×.",
            costs="38.4 % of the requests are refused at 10×.",
            fix="Raise the limit to 3.3M tokens/min, or move 55 % of the requests to another model.",
            verify="tenfold run scenarios/support-chat.yaml --scale 10 --strategy routed",
        ),
        Break(
            kind="objective",
            title="p(95) time_to_first_token < 2s missed",
            strategy="single",
            multiplier=5.0,
            provenance="measured",
            evidence="p95 is 740 ms at 2× and ∞ at 10×: more than 5 % of the requests get no answer.",
            fix="Fix the limit first: service time does not grow with scale.",
        ),
        Break(
            kind="errors",
            title="more than 1 % of the requests unanswered",
            strategy="routed",
            multiplier=8.0,
            provenance="extrapolated",
            evidence="2.6 % at 10×, none at 2×.",
            fix="Run a rung at 5× to find the place.",
        ),
    ]


def comparison() -> Comparison:
    def contender(strategy: str, scale: float) -> Contender:
        paid, figures = cost(strategy, scale), rung(strategy, scale)
        base = cost("single", scale).total or Decimal(1)
        share = {name: float((getattr(paid, name) or Decimal(0)) / base) for name in ("total", "overhead", "wasted")}
        waste = share["wasted"] - float(cost("single", scale).wasted / base)
        unanswered = 0.0 if scale < 10 else -0.3
        saving = Saving(
            total=interval(1 - share["total"], spread=0.08),
            moved=1 - share["total"] + share["overhead"] + waste + 0.004 - unanswered,
            same_model=-0.004,
            unanswered=unanswered,
            overhead=share["overhead"],
            waste=waste,
            request_share_small=0.62,
            cost_share_moved=0.59,
        )
        return Contender(
            scale=scale,
            strategy=strategy,
            baseline="single",
            cost=paid.total,
            cost_per_answered=paid.per_answered,
            response_p95=figures.response_time.p95.value,
            first_token_p95=figures.time_to_first_token.p95.value,
            error_share=1 - figures.settled["answered"] / figures.planned,
            answered=figures.settled["answered"],
            planned=figures.planned,
            saving=saving if strategy == "routed" else None,
        )

    return Comparison(baseline="single", contenders=[contender(s, x) for x in REQUESTS for s in ("single", "routed")])


def timeline() -> list[dict[str, Any]]:
    rows = []
    for strategy, scale in ANSWERED:
        due = REQUESTS[scale] / SPAN
        share = ANSWERED[strategy, scale] / REQUESTS[scale]
        for second in range(int(SPAN)):
            wave = round(due * (1 + 0.35 * math.sin(second * 1.7)))
            answered = wave if second < 4 else min(wave, round(wave * share))
            row = {
                "scale": scale,
                "strategy": strategy,
                "t": float(second),
                "due": wave,
                "answered": answered,
                "refused": wave - answered,
            }
            rows.append(row | {"failed": 0})
    return rows


def run_facts(**changed: Any) -> RunFacts:
    facts = {
        "id": "2026-11-20T1120Z_support-chat_3f9c2a",
        "scenario": "support-chat",
        "description": "Support chat of a consumer product; short conversations, one shared system prompt.",
        "command": "tenfold run scenarios/support-chat.yaml --seed 20261201",
        "started_at": "2026-11-20T11:20:00Z",
        "duration_s": 148.2,
        "seed": 20261201,
        "verdict": "VALID",
        "reasons": [],
        "status": "complete",
        "exit_code": 99,
        "target": "embedded staging endpoint (simulated)",
        "simulated": True,
        "multiply": "clone, jitter 5 s",
        "trace": "generated",
        "versions": {"tenfold": "0.1.0", "python": "3.11.7", "locust": "2.47.0"},
        "hashes": {"trace.parquet": "3f9c2a" + "0" * 58, "inputs/support-chat.yaml": "b1" * 32},
        "measured_scales": [1.0, 2.0, 10.0],
    }
    return RunFacts(**(facts | changed))


def books(costs: list[RungCost], rungs: list[RungFigures]) -> Reconciliation:
    settled = {name: sum(one.settled[name] for one in rungs) for name in rungs[0].settled}
    total = sum((one.total or Decimal(0) for one in costs), Decimal(0))
    return Reconciliation(
        planned=sum(one.planned for one in rungs), settled=settled, ledger_usd=total, rows_usd=total, holds=True
    )


def whole(**changed: Any) -> Summary:
    rungs = [rung(strategy, scale) for scale in REQUESTS for strategy in ("single", "routed")]
    costs = [cost(strategy, scale) for scale in REQUESTS for strategy in ("single", "routed")]
    figures = {
        "run": run_facts(),
        "rungs": rungs,
        "costs": costs,
        "items": [line for scale in REQUESTS for strategy in ("single", "routed") for line in items(strategy, scale)],
        "total_usd": sum((one.total or Decimal(0) for one in costs), Decimal(0)),
        "unpriced_calls": 0,
        "unpriced_reasons": {},
        "prices": [
            {
                "model": m,
                "meter": t,
                "usd_per_million": p,
                "from": "2024-10-01",
                "layer": "catalogue",
                "source": "genai-prices 0.2.3",
            }
            for m, t, p in PRICES
        ],
        "objectives": [
            one for scale in REQUESTS for strategy in ("single", "routed") for one in judged(strategy, scale)
        ],
        "breaks": breaks(),
        "projection": projection(),
        "comparison": comparison(),
        "reconciliation": books(costs, rungs),
        "provenance": {
            "requests, latency, tokens": "measured: calls.parquet of this run",
            "cost of the test": "priced: measured usage × inputs/rates.yaml",
            "the month": "extrapolated: cost per session × assumed volume",
        },
        "timeline": timeline(),
    }
    return Summary(**(figures | changed))


@pytest.fixture(scope="session")
def launch() -> Summary:
    """The whole run: valid, complete, failing at 10×."""
    return whole()


def _unjudged(judgements: list[Judgement], *, why: str) -> list[Judgement]:
    """What an invalid run leaves of its judgements: latency has no data."""
    blank = {"outcome": "no data", "measured": None, "low": None, "high": None, "note": why}
    return [one.model_copy(update=blank) if one.unit == "s" else one for one in judgements]


@pytest.fixture(scope="session")
def contracted() -> Summary:
    """The prices are a tenth off the list; a minimum holds at 1×, a volume discount at 10× and 100×."""
    term = ContractTerm(
        id="msa",
        share=Decimal("0.9"),
        minimum=Decimal(6500),
        bands=[Band(up_to=Decimal(20_000), discount=Decimal(0)), Band(up_to=None, discount=Decimal("0.05"))],
    )
    plain = whole()
    items = [
        one.model_copy(update={"list_usd_per_million": one.usd_per_million / Decimal("0.9")}) for one in plain.items
    ]
    months = [_under(month, term) for month in plain.projection.months]
    return plain.model_copy(
        update={"items": items, "projection": plain.projection.model_copy(update={"months": months})}
    )


def _under(month: MonthCost, term: ContractTerm) -> MonthCost:
    bounds = {name: billed(getattr(month, name), [term]).quantize(Decimal("0.01")) for name in ("p10", "p50", "p90")}
    held = verdict(month.budget, p50=bounds["p50"], p90=bounds["p90"])
    return month.model_copy(update=bounds | {"contracts": [term], "over_budget": held})


@pytest.fixture(scope="session")
def invalid() -> Summary:
    """The load generator could not keep up: latency has no data, cost stands."""
    objectives = _unjudged(whole().objectives, why="run CLIENT-LIMITED: latency not judged")
    reasons = ["send lag p99 412 ms at 10× single is over 50 ms", "97.1 % of the due requests were sent, needs 99.5 %"]
    return whole(run=run_facts(verdict="CLIENT-LIMITED", reasons=reasons, exit_code=5), objectives=objectives)


@pytest.fixture(scope="session")
def interrupted() -> Summary:
    """Ctrl-C in the 2× rung: no comparison at 10×, no breaks, short month."""
    rungs = [rung("single", 1.0), rung("routed", 1.0), rung("single", 2.0, settled=_stopped(211))]
    costs = [cost("single", 1.0), cost("routed", 1.0), cost("single", 2.0)]
    objectives = _unjudged([*judged("single", 1.0), *judged("routed", 1.0)], why="run INCOMPLETE: latency not judged")
    facts = run_facts(
        status="interrupted",
        verdict="INCOMPLETE",
        reasons=["stopped by Ctrl-C in 2× single"],
        exit_code=130,
        measured_scales=[1.0, 2.0],
    )
    bare = Projection(months=[], tornado={}, assumptions=[], needed_sessions=None)
    return whole(
        run=facts,
        rungs=rungs,
        costs=costs,
        items=[*items("single", 1.0), *items("routed", 1.0), *items("single", 2.0)],
        total_usd=sum((one.total or Decimal(0) for one in costs), Decimal(0)),
        objectives=objectives,
        breaks=[],
        projection=bare,
        comparison=Comparison(baseline="single", contenders=[]),
        reconciliation=books(costs, rungs),
        timeline=[],
    )


def _stopped(planned: int) -> dict[str, int]:
    reached = {"answered": 80, "refused": 0, "timed_out": 0, "failed": 0, "cancelled": 4, "dropped": 0, "skipped": 0}
    return reached | {"not_reached": planned - 84}


@pytest.fixture(scope="session")
def unpriced() -> Summary:
    """A model without a price: some calls of one rung, and all of another."""
    costs = list(whole().costs)
    costs[0] = cost(
        "single", 1.0, total=None, per_request=None, per_answered=None, by_model={}, by_meter={}, unpriced_calls=106
    )
    costs[1] = cost("routed", 1.0, unpriced_calls=12, assumed_usage_calls=7)
    known = sum((one.total or Decimal(0) for one in costs), Decimal(0))
    contenders = [
        one.model_copy(update={"cost": None, "cost_per_answered": None, "saving": None, "note": "unpriced calls"})
        for one in comparison().contenders
    ]
    return whole(
        costs=costs,
        items=[line for line in whole().items if (line.strategy, line.scale) != ("single", 1.0)],
        reconciliation=books(costs, list(whole().rungs)),
        total_usd=known,
        unpriced_calls=118,
        unpriced_reasons={"no price for model our-finetune": 118},
        comparison=Comparison(baseline="single", contenders=contenders),
    )


HOSTILE = '=1+1<script>alert("x")</script> & $5 [bold]| `x` __init__ ' + "very-long-name-" * 8
FREE_TEXTS = {"title", "evidence", "fix", "note", "assumption", "low_label", "scenario", "description", "command"}


def poisoned(value: Any) -> Any:
    """The tree with a hostile name for `single` and hostile text wherever people or files may put text."""
    if isinstance(value, dict):
        return {poisoned(key): HOSTILE if key in FREE_TEXTS else poisoned(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [poisoned(entry) for entry in value]
    return HOSTILE if value == "single" else value


@pytest.fixture(scope="session")
def hostile() -> Summary:
    """Names that a page, a terminal, a chart or a spreadsheet could take for markup or a formula."""
    return Summary.model_validate(poisoned(json.loads(whole().model_dump_json())))


@pytest.fixture(scope="session", params=["launch", "invalid", "interrupted", "unpriced", "hostile"])
def summary(request: pytest.FixtureRequest) -> Summary:
    """Each of the five, for what must hold of every report."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def page(charts: Callable[[Summary], list[Chart]]) -> Callable[[Summary], str]:
    """The HTML page of a summary, drawn once for all tests that read it."""
    drawn: dict[int, str] = {}

    def of(summary: Summary) -> str:
        if id(summary) not in drawn:
            drawn[id(summary)] = html.render(summary, charts=charts(summary))
        return drawn[id(summary)]

    return of


@pytest.fixture(scope="session")
def charts() -> Callable[[Summary], list[Chart]]:
    """The pictures of a summary, drawn once."""
    drawn: dict[int, list[Chart]] = {}

    def of(summary: Summary) -> list[Chart]:
        if id(summary) not in drawn:
            drawn[id(summary)] = figures(summary)
        return drawn[id(summary)]

    return of
