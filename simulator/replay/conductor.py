"""Leads a plan through its rungs: tells the workers when to start, gathers what they report, keeps the evidence."""

import math
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import gevent

from simulator.errors import ExitCode, TenfoldError
from simulator.replay.clock import now
from simulator.replay.delivery import Intake
from simulator.replay.endpoint import Endpoint
from simulator.replay.evidence import Evidence
from simulator.replay.guard import crossed
from simulator.replay.health import together
from simulator.replay.offsets import Offset, Ping, boot_id, offset
from simulator.replay.plan import ReplayPlan, Rung

_NS = 1_000_000_000
LEAD_S = 0.25
"""From the order to start until the rung's zero: long enough for every worker to have it."""
_LAST_WORDS_S = 40  # for the rows of a rung that was cut: a worker itself gives up after 30
_POLL_S = 0.05
_PINGS = 5
"""Rounds of clock questions before a rung, where a worker runs on another host."""
_PROGRESS_S = 1.0
_SUMS = (
    "due",
    "answered",
    "refused",
    "failed",
    "cancelled",
    "dropped",
    "skipped",
    "not_reached",
    "planned",
    "in_flight",
)

Message = dict[str, Any]


class Conductor:
    """One plan, once. `conduct` runs in a greenlet of the master, or of the only process."""

    def __init__(
        self,
        plan: ReplayPlan,
        workers: list[str],
        *,
        send: Callable[[str, Message], None],
        alive: Callable[[str], bool],
        tell: Callable[[Message], None],
    ) -> None:
        self.plan = plan
        self.workers = workers
        self.evidence = Evidence(plan.run_dir, on_failure=self._refused)
        self.status = "running"
        self.reason: str | None = None
        self.finished = False
        self._code = ExitCode.CRASH
        self._send = send
        self._alive = alive
        self._tell = tell
        self._endpoint = Endpoint(plan.target)
        self._last_words_ns = math.inf
        self._intake = Intake(self.evidence.append)
        self._rungs: list[Message] = []
        self._boot = boot_id()
        self._replies: dict[str, Message] = {}
        self._counts: dict[str, dict[str, int]] = {}
        self._spent: dict[str, tuple[str, str]] = {}

    @property
    def exit_code(self) -> ExitCode:
        """Of the process, by how the plan ended; objectives are judged elsewhere."""
        return {"interrupted": ExitCode.INTERRUPTED, "complete": ExitCode.PASS}.get(self.status, self._code)

    @property
    def in_flight(self) -> int:
        """Sessions in flight by the workers' last word."""
        return sum(counts["in_flight"] for counts in self._counts.values())

    def conduct(self) -> None:
        """All rungs, or as many as the workers and the user let pass."""
        try:
            simulated = self._endpoint.check()
            self._write()
            for index, rung in enumerate(self.plan.rungs):
                self._conduct_rung(index, rung, simulated=simulated)
                if self.status != "running":
                    break
            self._settle("complete")
        except TenfoldError as error:
            self._code = error.exit_code
            self._settle("failed", str(error))
        finally:
            self._settle("failed", "the replay crashed; the traceback stands on stderr")
            self._write()
            self.evidence.close()
            self.finished = True

    def stop(self, status: str, reason: str, code: ExitCode = ExitCode.NOT_VALID) -> None:
        """End early, keeping what there is: `interrupted`, `stopped` or `failed`."""
        if self.status == "running":
            self._code = code
            self._settle(status, reason)
            self._last_words_ns = now() + _LAST_WORDS_S * _NS
            for worker in self.workers:
                self._send(worker, {"type": "stop"})

    def _refused(self, reason: str) -> None:
        """The disk took no more rows: without evidence there is nothing to run for."""
        self.stop("failed", reason, ExitCode.PRECONDITION)

    def told(self, worker: str, message: Message) -> None:
        """A report of a worker."""
        if "counts" in message:
            self._counts[worker] = message["counts"]
            self._spent[worker] = message.get("spent_usd", "0"), message.get("open_usd", "0")
            self._guard()
        if message["type"] == "rows":
            self._intake.take(worker, message)
            self._send(worker, {"type": "ack", "number": message["number"]})
        if message["type"] == "trace":
            self._send(worker, {"type": "trace", "content": self.plan.trace.read_bytes()})
        if message["type"] in ("failed", "crashed"):
            self.stop("failed", message["reason"], ExitCode(message.get("exit_code", ExitCode.CRASH)))
        if message["type"] in ("ready", "done", "failed", "clock"):
            self._replies[worker] = message | {"received_ns": now()}

    def _guard(self) -> None:
        reason = crossed(self.plan.guards, self._totals(), self._spent.values())
        if reason is not None:
            self.stop("stopped", reason, ExitCode.GUARD)

    def _conduct_rung(self, index: int, rung: Rung, *, simulated: bool) -> None:
        ready = self._ask_all({"type": "prepare", "index": index, "shards": len(self.workers), "simulated": simulated})
        if self.status != "running":
            return
        self._clear_target(index, simulated=simulated)
        self._counts = {}
        offsets = self._offsets()
        if self.status != "running":
            return
        facts = self._open(rung, planned=sum(one["planned"] for one in ready.values()))
        clock_error = {"clock_error_max_s": max(one.error_ns for one in offsets.values()) / _NS}
        start_ns = now() + int(LEAD_S * _NS)
        done = self._ask_all(
            {"type": "begin"},
            each=lambda worker: {"start_ns": start_ns + offsets[worker].offset_ns},
            watch=lambda: self._event("tick", facts),
        )
        self._close(facts, done, simulated=simulated, known=clock_error)

    def _offsets(self) -> dict[str, Offset]:
        """How far each worker's clock is from ours; workers on this host answer the first ping with nothing."""
        pings: dict[str, list[Ping]] = {worker: [] for worker in self.workers}
        for _ in range(_PINGS):
            for worker, reply in self._ask_all({"type": "clock"}, each=lambda _: {"sent_ns": now()}).items():
                ping = Ping(reply["sent_ns"], reply["there_ns"], reply["received_ns"], reply["boot"])
                pings[worker].append(ping)
            if all(ping.boot == self._boot is not None for found in pings.values() for ping in found):
                break
        return {worker: offset(found, here=self._boot) for worker, found in pings.items() if found}

    def _clear_target(self, index: int, *, simulated: bool) -> None:
        """Rungs must not see each other: caches and quotas start anew, or have time to."""
        if simulated:
            self._endpoint.reset()
        elif index:
            gevent.sleep(self.plan.cooldown_s)

    def _ask_all(
        self,
        message: Message,
        *,
        each: Callable[[str], Message] = lambda _: {},
        watch: Callable[[], None] = lambda: None,
    ) -> dict[str, Message]:
        """Tell every worker, with what `each` adds; their replies, without those of workers that were lost."""
        self._replies = {}
        for shard, worker in enumerate(self.workers):
            self._send(worker, message | {"shard": shard} | each(worker))
        next_word = now() + int(_PROGRESS_S * _NS)
        while len(self._replies) < len(self.workers):
            gevent.sleep(_POLL_S)
            if now() >= next_word:
                next_word += int(_PROGRESS_S * _NS)
                watch()
            lost = [worker for worker in self.workers if worker not in self._replies and not self._alive(worker)]
            if lost:
                self.stop("failed", f"lost {len(lost)} of {len(self.workers)} workers; their last rows are missing")
            if len(lost) + len(self._replies) == len(self.workers) or now() > self._last_words_ns:
                break
        return self._replies

    def _open(self, rung: Rung, *, planned: int) -> Message:
        facts: Message = {
            "scale": rung.scale,
            "strategy": rung.strategy,
            "replicate": rung.replicate,
            "planned": planned,
            "sampled": rung.sessions is not None,
        }
        started = datetime.now(UTC) + timedelta(seconds=LEAD_S)
        facts |= {"started_at": started.isoformat(timespec="milliseconds"), "planned_span_s": self.plan.duration_s}
        self._rungs.append(facts)
        self._event("rung", facts)
        return facts

    def _close(self, facts: Message, done: dict[str, Message], *, simulated: bool, known: Message) -> None:
        """What replay.json says of a rung."""
        endpoint = self._endpoint.state() if simulated else {}
        processes = [message["health"] for message in done.values() if "health" in message]
        totals = self._totals()
        if self.plan.users is not None:  # not the clock ended it
            took = [one["took_s"] for one in done.values() if one.get("took_s")]
            facts["planned_span_s"] = max(took, default=self.plan.duration_s)
        facts |= {"sent": sum(one["sent"] for one in processes), "dropped": totals["dropped"], "counts": totals}
        facts |= {
            "endpoint": endpoint,
            "processes": processes,
        }
        span_s = facts["planned_span_s"]
        facts["health"] = known | together(processes, endpoint=endpoint, planned=len(self.workers), span_s=span_s)
        self._event("rung_end", facts)
        self._write()

    def _totals(self) -> dict[str, int]:
        total: Counter[str] = Counter()
        for counts in self._counts.values():
            total.update(counts)
        return {word: total[word] for word in _SUMS}

    def _event(self, event: str, facts: Message) -> None:
        """Progress, for whoever started the process."""
        named = {"event": event} | {name: facts[name] for name in ("scale", "strategy", "replicate")}
        self._tell(named | self._totals() | {"planned": facts["planned"]})

    def _settle(self, status: str, reason: str | None = None) -> None:
        if self.status == "running":
            self.status, self.reason = status, reason

    def _write(self) -> None:
        self.evidence.write_facts(
            {"status": self.status, "reason": self.reason, "seed": self.plan.seed, "rungs": self._rungs}
        )
