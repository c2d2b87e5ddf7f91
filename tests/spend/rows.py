"""Rows of a calls table for tests: one line says what matters, the rest is ordinary."""

from typing import Any

import pyarrow as pa

from simulator.calls import CALLS, Call, to_table

_ORDINARY: dict[str, Any] = {
    "scale": 1.0,
    "strategy": "single",
    "replicate": 0,
    "session_id": "s",
    "turn": 1,
    "journey": "question",
    "after_call_id": None,
    "attempt": 1,
    "node": "single",
    "purpose": "answer",
    "provider": None,
    "model": "gpt-4o",
    "tier": None,
    "geo": None,
    "served": True,
    "due_from": "plan",
    "scheduled_at": 0.0,
    "first_token_late": False,
    "outcome": "ok",
    "usage_source": "reported",
}


def call(number: int = 0, **said: Any) -> Call:
    """An answered gpt-4o call without usage, but for what is said."""
    unknown = dict.fromkeys(field.name for field in CALLS if field.nullable)
    ids = {"request_id": f"r{number}", "call_id": f"r{number}/0/1"}
    return Call(**{**unknown, **_ORDINARY, **ids, **said})


def table(*calls: Call) -> pa.Table:
    """Rows as the run directory keeps them."""
    return to_table(calls, CALLS)
