"""The offline driver: strategies over sessions whose answers are already known, into the same tables as a run."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
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

    A session stops at its first turn that is not answered, as a user would; the turns after it are skipped. Turns are
    served whole, in the order in which they are due: see `ordered_node` for what that cannot do.
    """
    plan = [list(session) for session in sessions]
    calls: list[Call] = []
    requests: list[RequestRow] = []
    for name, node in strategies.items():
        for done in _served(node, plan, answers, seed=seed):
            requests.append(_request_row(done, name, scale))
            calls += _call_rows(done, name, scale) if isinstance(done, Served) else []
    return to_table(calls, CALLS), to_table(requests, REQUESTS)


def ordered_node(node: Node) -> Node | None:
    """A node of the tree that remembers across requests: whole turns in due order only approximate what it would do."""
    return node if node.remembers else next(filter(None, map(ordered_node, node.children().values())), None)


def refuse_unknowable(name: str, node: Node) -> None:
    """Raises BadInput for a strategy that needs the order of time, or the text of answers, which no row keeps."""
    if node.reads_answers():
        raise BadInput(
            f"strategy {name!r} checks the text of answers, which no run keeps: declare the check as quality.validator "
            "of the scenario and write accept: valid; its verdicts are kept"
        )
    if found := ordered_node(node):
        raise BadInput(f"strategy {name!r}: {found.path} needs the order of time; try it with `tenfold rehearse`")


def _served(
    node: Node, plan: Sequence[Sequence[Request]], answers: Answers, *, seed: int
) -> Iterator[Served | Request]:
    """What became of each turn, in the order of time; a bare request was skipped."""
    memory: dict[str, Any] = {}
    due = [(session[0].at or 0.0, index, 0) for index, session in enumerate(plan)]
    heapify(due)
    while due:
        at, index, turn = heappop(due)
        session = plan[index]
        served = drive(node, Turn(session[turn], seed, at, memory), answers)
        yield served
        if not served.reply.ok:
            yield from session[turn + 1 :]
        elif turn + 1 < len(session):
            heappush(due, (served.ended_at + session[turn + 1].think_s, index, turn + 1))


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
        served_call_id=(served.reply.call_id or None) if served and served.reply.ok else None,
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
            "last_token_at": reply.ended_at if reply.ok and reply.ask.takes_s is None else None,
            "ended_at": reply.ended_at,
            "outcome": reply.outcome,
            "label": reply.label,
            "prompt_version": request.prompt_version,
        }
    )


_EMPTY: dict[str, Any] = dict.fromkeys(CALLS.names) | {"usage_source": "assumed", "first_token_late": False}
