"""The truth log: each token's own time, whatever left in which write."""

import http.client
import json
from itertools import accumulate, pairwise

import pytest

from tests.provider.profiles import latency, profile

STEADY = profile({"small": {"first_token": latency("50ms"), "per_token": latency("5ms")}}, stream={"flush": "20ms"})


def streamed(endpoint, tokens, **more):
    """Read one streamed answer to its end."""
    connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=10)
    body = {"model": "small", "stream": True, "messages": [{"role": "user", "content": "Hello"}]}
    headers = {"x-sim-output-tokens": str(tokens), "x-sim-request": "r1/0/1", **more}
    connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
    connection.getresponse().read()
    connection.close()


def test_tokens_of_one_write_have_their_own_times(start):
    endpoint = start(STEADY)
    streamed(endpoint, 41)
    endpoint.stop()
    (line,) = endpoint.truth()
    assert line["token_gaps_us"] == [50_000] + [5_000] * 40
    true_at = [line["offered_at"] + us / 1e6 for us in accumulate(line["token_gaps_us"])]
    assert true_at[0] == pytest.approx(line["first_token_at"], abs=1e-6)
    assert true_at[-1] == pytest.approx(line["ended_at"], abs=1e-6)
    writes = line["writes"]
    assert 10 <= len(writes) <= 13  # four tokens in 20 ms
    begun = 0
    for at, sent in writes:
        for due in true_at[begun:sent]:
            assert -1e-5 <= at - due < 0.1  # never before its time; a busy machine holds it a little longer than 20 ms
        begun = sent
    assert begun == 41


def test_a_stall_holds_the_writes_and_not_the_tokens(start):
    endpoint = start(STEADY)
    streamed(endpoint, 20, **{"x-sim-fault": "stall:after_tokens=5,seconds=300ms"})
    endpoint.stop()
    (line,) = endpoint.truth()
    assert line["token_gaps_us"] == [50_000] + [5_000] * 19
    assert max(after - before for (before, _), (after, _) in pairwise(line["writes"])) >= 0.3
