"""A locustfile as a careful Locust user writes it: FastHttpUser, a greenlet per request at its time, `readline`.

Reads PEER_RATE, PEER_SECONDS and PEER_OUT; writes a row per request: sent and first token, seconds from the start.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

import gevent
from gevent.pool import Group
from locust import FastHttpUser, task

from simulator.replay.selfcheck import TOKENS, steady

RATE, SECONDS = float(os.environ["PEER_RATE"]), float(os.environ["PEER_SECONDS"])
OUT = Path(os.environ["PEER_OUT"])
BODY = {"model": os.environ["PEER_MODEL"], "messages": [{"role": "user", "content": "hello"}], "stream": True}
BODY |= {"max_completion_tokens": TOKENS, "stream_options": {"include_usage": True}}


class Peer(FastHttpUser):
    """One user whose task is the whole load."""

    fixed_count = 1
    concurrency = 20_000

    @task
    def replay(self) -> None:
        group, rows = Group(), list[dict[str, float]]()
        start = time.perf_counter()
        for at in steady(RATE, SECONDS).table["at"].to_pylist():
            delay = start + at - time.perf_counter()
            if delay > 0:
                gevent.sleep(delay)
            group.spawn(self.one, start, at, rows)
        group.join()
        OUT.write_text(json.dumps(rows), encoding="utf-8")
        self.environment.runner.quit()

    def one(self, start: float, at: float, rows: list[dict[str, float]]) -> None:
        sent, first = time.perf_counter(), None
        with self.client.post("/v1/chat/completions", json=BODY, stream=True, catch_response=True) as answer:
            stream: Any = answer._response
            while line := stream.readline(b"\n"):
                if first is None and line.startswith(b"data: {"):
                    delta = json.loads(line[6:])["choices"][0]["delta"]
                    first = time.perf_counter() if delta.get("content") else None
            answer.success()
        if first is not None:
            rows.append({"due": at, "sent": sent - start, "first": first - start})
