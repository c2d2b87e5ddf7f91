"""A caller's key decides whose buckets it draws from; the key itself is told nowhere."""

import json
import urllib.error
import urllib.request
from hashlib import sha256

import pytest

from simulator.errors import Precondition
from simulator.provider.profile import Profile
from simulator.staging.keyring import Keyring
from simulator.yamlfile import parse
from tests.provider.profiles import openai_limits, profile

CHAT = {"model": "small", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}
KEYS = {"batch": "made-up-batch-key", "second": "made-up-second-key", "stranger": "made-up-other-key"}
ACCOUNTS = {
    "batch": {
        "keys": ["env:TENFOLD_TEST_BATCH", "sha256:" + sha256(KEYS["second"].encode()).hexdigest()],
        "limits": {"small": openai_limits(120, 60_000)},
    }
}
TEXT = profile({"small": {"limits": openai_limits(60, 60_000)}}, accounts=ACCOUNTS)


@pytest.fixture
def environ(monkeypatch):
    monkeypatch.setenv("TENFOLD_TEST_BATCH", KEYS["batch"])


def asked(endpoint, key, *, path="/v1/chat/completions"):
    """Status, headers and body of one answer."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    call = urllib.request.Request(endpoint.url + path, data=json.dumps(CHAT).encode(), headers=headers)
    try:
        with urllib.request.urlopen(call, timeout=10) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers, json.load(refused)


def test_each_key_meets_its_own_buckets_and_headers_tell_of_those(start, environ):
    endpoint = start(TEXT)
    seen = {name: asked(endpoint, key) for name, key in [*KEYS.items(), ("nobody", None), ("again", KEYS["stranger"])]}
    assert {name: status for name, (status, _, _) in seen.items()} == {
        "batch": 200,
        "second": 200,  # the account's second request: its quota is twice that of others
        "stranger": 200,
        "nobody": 200,
        "again": 429,
    }
    limits = {name: headers["x-ratelimit-limit-requests"] for name, (_, headers, _) in seen.items()}
    assert limits == {"batch": "120", "second": "120", "stranger": "60", "nobody": "60", "again": "60"}
    accounts = [seen[name][1]["x-sim-account"] for name in ("batch", "second", "nobody")]
    assert accounts == ["batch", "batch", "no key"]
    assert seen["stranger"][1]["x-sim-account"] == seen["again"][1]["x-sim-account"]


def test_no_key_is_told_anywhere(start, environ):
    endpoint = start(TEXT)
    answers = [asked(endpoint, key) for key in KEYS.values()]
    with urllib.request.urlopen(endpoint.url + "/metrics", timeout=10) as metrics:
        told = [
            metrics.read().decode(),
            json.dumps(endpoint.get("/sim/state")),
            json.dumps(endpoint.get("/sim/config")),
        ]
    endpoint.stop()
    told += [endpoint.log.read_text(), endpoint.errors, *(str(headers) + str(body) for _, headers, body in answers)]
    digests = [sha256(key.encode()).hexdigest()[:12] for key in (KEYS["batch"], KEYS["stranger"])]
    for text in told:
        assert not [secret for secret in [*KEYS.values(), *digests] if secret in text]
    assert '"account": "batch"' in endpoint.log.read_text()


def test_the_state_has_the_buckets_by_account(start, environ):
    endpoint = start(TEXT)
    _, headers, _ = asked(endpoint, KEYS["stranger"])
    small = endpoint.get("/sim/state")["models"]["small"]
    assert (small["accounts"], set(small["limits"])) == (1, {"batch", "no key", headers["x-sim-account"]})
    assert small["limits"]["batch"]["requests"] == {"limit": 120, "remaining": 2, "reset_s": 0}


@pytest.mark.parametrize(("key", "said"), [(None, "didn't provide an API key"), ("wrong", "Incorrect API key")])
def test_where_auth_is_required_others_are_told_401(start, environ, key, said):
    endpoint = start(
        profile({"small": {}}, accounts=ACCOUNTS | {"batch": {"keys": ACCOUNTS["batch"]["keys"]}}, auth="required")
    )
    assert asked(endpoint, KEYS["batch"])[0] == 200
    status, _, body = asked(endpoint, key)
    assert (status, said in body["error"]["message"], body["error"]["type"]) == (401, True, "invalid_request_error")


def test_a_variable_that_is_not_set_is_named_at_the_start_and_in_a_change(start, monkeypatch):
    monkeypatch.delenv("TENFOLD_TEST_BATCH", raising=False)
    with pytest.raises(Precondition, match=r"accounts\.batch: TENFOLD_TEST_BATCH is not set"):
        Keyring(parse(TEXT, Profile, name="p.yaml"))
    endpoint = start(profile({"small": {}}))
    change = urllib.request.Request(endpoint.url + "/sim/config", data=json.dumps({"accounts": ACCOUNTS}).encode())
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(change, timeout=10)
    with refused.value as answer:
        assert (answer.code, "TENFOLD_TEST_BATCH is not set" in answer.read().decode()) == (400, True)
    assert endpoint.get("/sim/config")["accounts"] == {}
