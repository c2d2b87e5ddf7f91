"""One provider, two drivers: the endpoint's truth log and the rehearsal tell the same story of the same keys."""

import asyncio

import aiohttp
import pytest

from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import rehearse
from simulator.strategies.node import parse
from simulator.strategies.tree import bind
from simulator.traffic.request import Request
from simulator.yamlfile import parse as parse_yaml
from tests.provider.profiles import latency, profile
from tests.staging.conftest import Endpoint

JITTERY = profile(
    {"small": {"first_token": latency("20ms", cv=0.5), "per_token": latency("1ms", cv=0.3), "label_accuracy": 0.5}},
    faults=[{"kind": "cut", "after_tokens": 7, "rate": "30%"}],
)
SEED, COUNT = 7, 40


class Alone:
    """Every request in a session of its own, far enough apart not to meet."""

    def sessions(self):
        return [[Request(f"r{n}", f"s{n}", 1, "chat", float(n), 0.0, 100 + n, 5 + n % 20)] for n in range(COUNT)]


async def ask_live(url, sessions):
    async with aiohttp.ClientSession() as session:
        for (request,) in sessions:
            headers = {
                "x-sim-request": f"{request.request_id}/0/1",
                "x-sim-input-tokens": str(request.input_tokens),
                "x-sim-output-tokens": str(request.output_tokens),
            }
            body = {"model": "small", "messages": [{"role": "user", "content": "x"}], "stream": True}
            async with session.post(url + "/v1/chat/completions", json=body, headers=headers) as answer:
                try:
                    await answer.read()
                except aiohttp.ClientError:
                    continue  # cut off


def test_the_endpoint_and_the_rehearsal_draw_the_same(tmp_path):
    endpoint = Endpoint(tmp_path, JITTERY, "--seed", str(SEED))
    try:
        asyncio.run(ask_live(endpoint.url, Alone().sessions()))
    finally:
        endpoint.stop()
    live = {line["key"]: line for line in endpoint.truth()}
    calls, _ = rehearse(
        Alone(),
        {"only": bind("only", parse("small"))},
        parse_yaml(JITTERY, Profile, name="jittery.yaml"),
        scale=1,
        seed=SEED,
    )
    outcomes = set()
    for call in calls.to_pylist():
        truth = live[call["call_id"]]
        assert (truth["output_tokens"], truth["input_tokens"]) == (call["output_tokens"], call["input_tokens"])
        first_s, whole_s = truth["first_token_at"] - truth["offered_at"], truth["ended_at"] - truth["offered_at"]
        assert call["first_token_at"] - call["sent_at"] == pytest.approx(first_s, abs=1e-6)
        assert call["ended_at"] - call["sent_at"] == pytest.approx(whole_s, abs=1e-6)
        assert (call["outcome"] == "truncated") == (truth["fault"] == "cut")
        outcomes.add(call["outcome"])
    assert outcomes == {"ok", "truncated"}
