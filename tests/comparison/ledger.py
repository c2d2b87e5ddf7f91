"""Small ledgers by hand: what a test of the comparison arranges."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa

from simulator.calls import ANSWERED, CALLS, REQUESTS, Outcome


@dataclass
class Ledger:
    """Rows of a run with their dollars, in the order they were added."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    costs: list[Decimal | None] = field(default_factory=list)

    def add(self, strategy: str, request: str, *attempts: tuple[str, str, str | None], **known: Any) -> None:
        """One request. An attempt is (model, purpose or outcome, dollars); the last one is the answer."""
        scale, replicate = known.get("scale", 1.0), known.get("replicate", 1)
        at = known.get("at", 0.0)
        keys = {
            "scale": scale,
            "strategy": strategy,
            "replicate": replicate,
            "request_id": request,
            "session_id": known.get("session", request),
            "turn": 1,
            "journey": "question",
            "due_from": "plan",
            "scheduled_at": at,
        }
        ended = at + known.get("seconds", 1.0)
        for index, (model, word, usd) in enumerate(attempts):
            outcome = word if word in set(Outcome) else "ok"
            served = index == len(attempts) - 1 and outcome in ANSWERED
            self.calls.append(
                dict.fromkeys(CALLS.names)
                | keys
                | {
                    "call_id": f"{request}/{index}/1",
                    "attempt": 1,
                    "node": known.get("node", f"{strategy}.call"),
                    "purpose": word if word in ("classify", "judge") else "answer",
                    "model": model,
                    "served": served,
                    "sent_at": at,
                    "first_token_at": at + 0.5 if served else None,
                    "ended_at": ended,
                    "first_token_late": False,
                    "outcome": outcome,
                    "usage_source": "reported",
                }
            )
            self.costs.append(None if usd is None else Decimal(usd))
        last = self.calls[-1]
        self.requests.append(
            keys
            | {
                "final_outcome": last["outcome"],
                "ended_at": ended,
                "attempts": len(attempts),
                "served_call_id": last["call_id"] if last["served"] else None,
            }
        )

    def tables(self) -> tuple[pa.Table, pa.Table, list[Decimal | None]]:
        calls = pa.Table.from_pylist(self.calls, schema=CALLS)
        return calls, pa.Table.from_pylist(self.requests, schema=REQUESTS), self.costs
