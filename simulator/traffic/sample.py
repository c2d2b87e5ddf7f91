"""A stratified sample of a trace: whole sessions, each journey and difficulty in its share, drawn by the seed."""

from collections import defaultdict
from collections.abc import Sequence

from simulator.draws import uniform
from simulator.traffic.request import Request
from simulator.traffic.trace import Trace

_HARD = "hard"


def sample(trace: Trace, requests: int, *, seed: int) -> list[str]:
    """Ids of sessions that hold at least `requests` requests between them (all sessions of a smaller trace).

    The sessions of each stratum stand in an order drawn by the seed; the next one always comes from the stratum that
    is furthest behind its share of the requests. So a larger sample holds the smaller one, and no stratum is missed
    that has a session due. Whole sessions only: a turn needs the ones before it.
    """
    strata: dict[tuple[str, str], list[list[Request]]] = defaultdict(list)
    for session in trace.sessions():
        strata[_stratum(session)].append(session)
    waiting = {name: sorted(strata[name], key=lambda one: _place(one, seed), reverse=True) for name in sorted(strata)}
    shares = {name: sum(map(len, sessions)) for name, sessions in waiting.items()}
    taken, chosen = dict.fromkeys(waiting, 0), []
    while sum(taken.values()) < requests and any(waiting.values()):
        name = min((one for one in waiting if waiting[one]), key=lambda one: (taken[one] / shares[one], one))
        session = waiting[name].pop()
        taken[name] += len(session)
        chosen.append(session[0].session_id)
    return sorted(chosen)


def _stratum(session: Sequence[Request]) -> tuple[str, str]:
    """The journey, and the hardest difficulty among the turns; empty where nothing is labelled."""
    labels = {request.difficulty or "" for request in session}
    return session[0].journey, _HARD if _HARD in labels else max(labels)


def _place(session: Sequence[Request], seed: int) -> float:
    return uniform(seed, "traffic.sample", session[0].session_id)
