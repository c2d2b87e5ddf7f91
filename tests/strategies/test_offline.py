from dataclasses import replace

from simulator.calls import CALLS, REQUESTS, Outcome
from simulator.strategies import offline
from simulator.strategies.drive import Answer
from simulator.strategies.effects import Ask, Turn
from tests.strategies.scripted import REQUEST, tree

SESSION = [
    replace(REQUEST, request_id=f"r{n}", turn=n, at=2.0 if n == 1 else None, think_s=float(n + 1)) for n in (1, 2, 3)
]


def _answers(ask: Ask, turn: Turn) -> Answer:
    request = turn.request
    if ask.purpose == "classify":
        return Answer(seconds=0.5, text=request.difficulty or "easy", columns={"input_tokens": 120})
    if request.request_id == "r2" and ask.model == "big":
        return Answer(Outcome.SERVER_ERROR, seconds=0.25, columns={"status": 500})
    usage = {"input_tokens": request.input_tokens, "output_tokens": 100, "usage_source": "reported"}
    return Answer(seconds=2.0, first_token_s=0.5, text="done", columns=usage)


def test_a_session_runs_turn_after_turn_and_stops_where_it_got_no_answer() -> None:
    calls, requests = offline.run({"single": tree("big", "single")}, [SESSION], _answers)
    assert (calls.schema, requests.schema) == (CALLS, REQUESTS)
    columns = ["request_id", "final_outcome", "due_from", "scheduled_at", "ended_at", "attempts", "served_call_id"]
    assert [tuple(row.values()) for row in requests.select(columns).to_pylist()] == [
        ("r1", "ok", "plan", 2.0, 4.0, 1, "r1/0/1"),
        ("r2", "server_error", "previous", 7.0, 7.25, 1, None),
        ("r3", "skipped", "previous", None, None, 0, None),
    ]


def test_a_row_keeps_what_was_asked_and_what_came_back() -> None:
    routed = tree("classify: {with: small, routes: {easy: small, hard: big}, otherwise: hard}", "routed")
    calls, _ = offline.run({"routed": routed}, [[replace(SESSION[0], difficulty="easy")]], _answers, scale=2.0)
    columns = ["scale", "strategy", "node", "purpose", "call_id", "after_call_id", "served", "sent_at", "input_tokens"]
    assert calls["due_from"].unique().to_pylist() == ["plan"]
    assert [tuple(row.values()) for row in calls.select(columns).to_pylist()] == [
        (2.0, "routed", "routed.classify", "classify", "r1/0/1", None, False, 2.0, 120),
        (2.0, "routed", "routed.classify.easy.call", "answer", "r1/1/1", "r1/0/1", True, 2.5, 500),
    ]
    served = calls.to_pylist()[1]
    times = [served[name] for name in ("first_token_at", "last_token_at", "ended_at")]
    assert (times, served["usage_source"]) == ([3.0, 4.5, 4.5], "reported")
    assert calls.to_pylist()[0]["usage_source"] == "assumed"


def test_adding_a_strategy_changes_no_other() -> None:
    canary = tree("split: {parts: {a: {share: 50%, of: small}, b: {share: 50%, of: tiny}}, by: request}", "canary")
    alone, _ = offline.run({"canary": canary}, [SESSION], _answers, seed=3)
    both, _ = offline.run({"single": tree("big", "single"), "canary": canary}, [SESSION], _answers, seed=3)
    assert [row for row in both.to_pylist() if row["strategy"] == "canary"] == alone.to_pylist()


def test_turns_are_served_in_the_order_in_which_they_are_due() -> None:
    other = [replace(REQUEST, request_id="late", session_id="s2", at=5.0)]
    _, requests = offline.run({"single": tree("small", "single")}, [SESSION, other], _answers)
    assert requests["request_id"].to_pylist() == ["r1", "late", "r2", "r3"]


def test_what_no_chat_api_answers_has_no_tokens_in_time() -> None:
    node = tree("batch: {of: small, deadline: 1h}", "later")
    calls, _ = offline.run({"later": node}, [SESSION[:1]], _answers)
    (row,) = calls.to_pylist()
    assert (row["first_token_at"], row["last_token_at"], row["ended_at"]) == (None, None, 3602.0)
