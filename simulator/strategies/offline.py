"""The offline driver: strategies over sessions whose answers are already known, into the same tables as a run."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from simulator.calls import ANSWERED, CALLS, REQUESTS, Call, Outcome, RequestRow, to_table
from simulator.errors import BadInput
from simulator.strategies.drive import Answers, Attempt, Served, drive
from simulator.strategies.effects import Turn
from simulator.strategies.node import Node
from simulator.traffic.request import Request


def run(
    strategies: Mapping[str, Node],
    sessions: Iterable[Sequence[Request]],
    answers: Answers,
    *,
    scale: float = 1.0,
    seed: int = 0,
) -> tuple[pa.Table, pa.Table]:
    """Every strategy over the same sessions: tables of `CALLS` and `REQUESTS`.

    A session stops at its first turn that is not answered, as a user would; the turns after it are skipped.
    Raises BadInput for a strategy that remembers across sessions: here they are served one after another.
    """
    for name, node in strategies.items():
        if ordered := _ordered(node):
            raise BadInput(f"strategy {name!r}: {ordered.path} needs the order of time; try it with `tenfold rehearse`")
    plan = [list(session) for session in sessions]
    calls: list[Call] = []
    requests: list[RequestRow] = []
    for name, node in strategies.items():
        memory: dict[str, Any] = {}
        for session in plan:
            for outcome in _session(node, session, answers, seed=seed, memory=memory):
                requests.append(_request_row(outcome, name, scale))
                calls += _call_rows(outcome, name, scale) if isinstance(outcome, Served) else []
    return to_table(calls, CALLS), to_table(requests, REQUESTS)


def _ordered(node: Node) -> Node | None:
    """A node of the tree that cannot be served session by session."""
    return node if node.ordered else next(filter(None, map(_ordered, node.children().values())), None)


def _session(
    node: Node, session: Sequence[Request], answers: Answers, *, seed: int, memory: dict[str, Any]
) -> Iterator[Served | Request]:
    """What became of each turn; a bare request was skipped."""
    due, alive = session[0].at or 0.0, True
    for request in session:
        if not alive:
            yield request
            continue
        served = drive(node, Turn(request, seed, due, memory), answers)
        alive, due = served.reply.ok, served.ended_at + request.think_s
        yield served


def _request_row(done: Served | Request, strategy: str, scale: float) -> RequestRow:
    request = done.request if isinstance(done, Served) else done
    served = done if isinstance(done, Served) else None
    return RequestRow(
        scale=scale,
        strategy=strategy,
        replicate=1,
        request_id=request.request_id,
        session_id=request.session_id,
        turn=request.turn,
        journey=request.journey,
        final_outcome=served.reply.outcome if served else Outcome.SKIPPED,
        due_from="plan" if request.turn == 1 else "previous",
        scheduled_at=served.due if served else None,
        ended_at=served.ended_at if served else None,
        attempts=len(served.attempts) if served else 0,
        served_call_id=served.reply.call_id or None if served and served.reply.ok else None,
    )


_TIMES = {"sent_at", "first_token_at", "last_token_at", "ended_at", "scheduled_at"}


def _call_rows(served: Served, strategy: str, scale: float) -> list[Call]:
    return [_call_row(attempt, served, strategy, scale) for attempt in served.attempts]


def _call_row(attempt: Attempt, served: Served, strategy: str, scale: float) -> Call:
    request, reply, answer = served.request, attempt.reply, attempt.answer
    first = answer.first_token_s
    known = {name: value for name, value in (answer.columns or {}).items() if name not in _TIMES}
    return Call(
        **_EMPTY
        | known
        | {
            "scale": scale,
            "strategy": strategy,
            "replicate": 1,
            "request_id": request.request_id,
            "session_id": request.session_id,
            "turn": request.turn,
            "journey": request.journey,
            "call_id": reply.call_id,
            "after_call_id": attempt.after_call_id,
            "attempt": reply.ask.attempt,
            "node": reply.ask.node,
            "purpose": reply.ask.purpose,
            "model": reply.ask.model,
            "provider": reply.ask.provider or known.get("provider"),
            "tier": reply.ask.tier or known.get("tier"),
            "served": reply.call_id == served.reply.call_id and reply.outcome in ANSWERED,
            "due_from": "plan" if request.turn == 1 else "previous",
            "scheduled_at": served.due,
            "sent_at": reply.sent_at,
            "first_token_at": None if first is None else reply.sent_at + first,
            "last_token_at": reply.ended_at if reply.ok else None,
            "ended_at": reply.ended_at,
            "outcome": reply.outcome,
            "prompt_version": request.prompt_version,
        }
    )


_EMPTY: dict[str, Any] = dict.fromkeys(CALLS.names) | {"usage_source": "assumed", "first_token_late": False}
