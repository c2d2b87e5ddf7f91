"""Hand-made rows, records and figures for tests of the rooms that read runs."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import pyarrow as pa

from simulator.calls import ANSWERED, CALLS, REQUESTS, UNSENT, Call, Outcome, RequestRow, to_table
from simulator.run.metrics import RungFigures, rung_figures
from simulator.run.record import GeneratorHealth, RungRecord, RunRecord

Rows = tuple[list[Call], list[RequestRow]]


def asked(session: str, at: float, **changes: Any) -> Rows:
    """One request with one attempt: first token after 0.5 s, 101 tokens until 1.5 s, unless `changes` say otherwise."""
    given = {"turn": 1, "outcome": "ok", "lag": 0.0, "took": 1.5, "first": 0.5, "model": "gpt-4o", "scale": 1.0}
    given |= {"strategy": "single", "input": 100, "cached": None, "output": 101, "attempts": 1, "purpose": "answer"}
    given |= {"replicate": 1, "retried": "rate_limited", "left": None, "valid": None} | changes
    key = {"scale": given["scale"], "strategy": given["strategy"], "replicate": given["replicate"], "journey": "chat"}
    key |= {"request_id": f"{session}/{given['turn']}", "session_id": session, "turn": given["turn"]}
    outcome = Outcome(given["outcome"])
    ok, sent = outcome in ANSWERED, at + given["lag"]
    served = f"{key['request_id']}/0/{given['attempts']}" if ok else None
    attempts = 0 if outcome in UNSENT else given["attempts"]
    row = RequestRow(
        **key,
        final_outcome=outcome,
        due_from="plan",
        scheduled_at=at if outcome not in UNSENT - {Outcome.DROPPED} else None,
        ended_at=sent + given["took"] if attempts else None,
        attempts=attempts,
        served_call_id=served,
    )
    last = range(1, attempts + 1)
    return [_attempt(key, given, number, served=ok and number == attempts, at=at, sent=sent) for number in last], [row]


def _attempt(key: dict[str, Any], given: dict[str, Any], number: int, *, served: bool, at: float, sent: float) -> Call:
    """Attempts before the last one end as `retried` says."""
    last = number == given["attempts"]
    outcome = given["outcome"] if last else given["retried"]
    answered = Outcome(outcome) in ANSWERED
    return Call(
        **key,
        call_id=f"{key['request_id']}/0/{number}",
        after_call_id=None,
        attempt=number,
        node="single",
        purpose=given["purpose"],
        provider="openai",
        model=given["model"],
        tier=None,
        geo=None,
        valid=given["valid"] if last else None,
        served=served,
        due_from="plan",
        scheduled_at=at,
        sent_at=sent,
        first_token_at=sent + given["first"] if answered and given["first"] is not None else None,
        last_token_at=sent + given["took"] if answered and given["first"] is not None else None,
        ended_at=sent + given["took"],
        first_token_late=False,
        status=200 if answered else 429,
        outcome=outcome,
        finish_reason="stop" if answered else None,
        input_tokens=given["input"] if answered else None,
        cache_read_tokens=given["cached"] if answered else None,
        cache_write_5m_tokens=None,
        cache_write_1h_tokens=None,
        output_tokens=given["output"] if answered else None,
        reasoning_tokens=None,
        usage_source="reported",
        chunks=10,
        max_gap_s=0.1,
        retry_after_s=None,
        ratelimit_remaining_requests=given["left"],
        ratelimit_remaining_tokens=None,
        prompt_version=None,
        worker=None,
    )


def tables(rows: Iterable[Rows]) -> tuple[pa.Table, pa.Table]:
    """The two tables of a run from the rows of its requests."""
    calls, requests = (list(chain.from_iterable(side)) for side in zip(*rows, strict=True))
    return to_table(calls, CALLS), to_table(requests, REQUESTS)


def record(planned: int, **changes: Any) -> RungRecord:
    """A rung of 10 s of `single` at 1×, on a generator that kept up."""
    health = {"hub_stall_max_s": 0.01, "endpoint_lag_p99_s": 0.001, "cpu_share": 0.3, "clock": "monotonic clock"}
    health |= changes.pop("health", {})
    given = {"scale": 1.0, "strategy": "single", "replicate": 1, "started_at": "2026-11-20T12:00:00Z"}
    given |= {"planned_span_s": 10.0, "planned": planned, "sent": planned, "dropped": 0}
    return RungRecord(**(given | changes), health=GeneratorHealth(**health))


def run_record(**changes: object) -> RunRecord:
    """A complete run of one rung."""
    given = {"id": "x", "scenario": "support-chat", "status": "complete", "verdict": "VALID", "seed": 1}
    given |= {"command": "tenfold run s.yaml", "started_at": "2026-11-20T12:00:00Z", "duration_s": 20.0}
    given |= {"target": "embedded", "simulated": True, "multiply": "clone", "trace": "generated", "versions": {}}
    return RunRecord.model_validate(given | {"rungs": [record(3)], "inputs": {}} | changes)


def figures_of(rows: Iterable[Rows], **changes: Any) -> RungFigures:
    """The figures of one rung made of these rows."""
    calls, requests = tables(rows)
    given = {"scale": requests["scale"][0].as_py(), "strategy": requests["strategy"][0].as_py()} | changes
    (figures,) = rung_figures(calls, requests, rungs=[record(given.pop("planned", len(requests)), **given)])
    return figures
