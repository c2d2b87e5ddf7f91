"""What a test run controls and reads: hot changes, metrics."""

import json
import time
import urllib.error
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

CHAT = {"model": "small", "messages": [{"role": "user", "content": "Hello"}]}


def post(endpoint, path, content):
    call = urllib.request.Request(endpoint.url + path, data=json.dumps(content).encode())
    try:
        with urllib.request.urlopen(call, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def test_the_config_that_is_told_can_be_sent_back(start):
    endpoint = start()
    told = endpoint.get("/sim/config")
    assert post(endpoint, "/sim/config", told) == (200, told)


def test_a_brownout_in_the_middle_of_a_test(start):
    endpoint = start()
    post(endpoint, "/sim/config", {"models": {"small": {"first_token": {"base": "300ms"}}}})
    begun = time.monotonic()
    assert post(endpoint, "/v1/chat/completions", CHAT | {"max_tokens": 1})[0] == 200
    assert time.monotonic() - begun >= 0.3


def test_a_fault_and_a_limit_that_come_later(start):
    endpoint = start()
    post(endpoint, "/sim/config", {"faults": [{"kind": "status", "status": 503}]})
    assert post(endpoint, "/v1/chat/completions", CHAT)[0] == 503
    limits = {"style": "openai", "requests_per_minute": 60, "tokens_per_minute": 60, "burst": "1s"}
    post(endpoint, "/sim/config", {"faults": [], "models": {"small": {"limits": limits}}})
    assert post(endpoint, "/v1/chat/completions", CHAT | {"max_tokens": 400})[0] == 429
    post(endpoint, "/sim/config", {"models": {"small": {"limits": None}}})
    assert post(endpoint, "/v1/chat/completions", CHAT | {"max_tokens": 1})[0] == 200


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"models": {"small": {"replicas": 0}}}, "models.small.replicas"),
        ({"flush": 3}, "flush"),
        ({"models": {"new": {}}}, "models.new"),
        ({"faults": [{"kind": "explode"}]}, "faults.0"),
    ],
)
def test_a_wrong_change_changes_nothing(start, change, said):
    endpoint = start()
    before = endpoint.get("/sim/config")
    status, answer = post(endpoint, "/sim/config", change)
    assert (status, said in answer["error"]["message"]) == (400, True)
    assert endpoint.get("/sim/config") == before


def test_a_monitor_may_ask_for_the_head_only(endpoint):
    call = urllib.request.Request(endpoint.url + "/health", method="HEAD")
    with urllib.request.urlopen(call, timeout=10) as answer:
        assert (answer.status, answer.read()) == (200, b"")


def test_metrics_are_prometheus_text(endpoint):
    post(endpoint, "/v1/chat/completions", CHAT | {"max_tokens": 1})
    with urllib.request.urlopen(endpoint.url + "/metrics", timeout=10) as answer:
        kind, text = answer.headers["Content-Type"], answer.read().decode()
    assert kind.startswith("text/plain")
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["sim_requests_total", "completed"] == 1
    assert found["sim_limit_remaining", "no key", "scarce", "tokens"] == 1000
    assert found["sim_active", "small"] == 0
    assert ("sim_loop_lag_seconds", "0.99") in found
