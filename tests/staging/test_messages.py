"""Anthropic messages over the wire, through the official SDK."""

import json
import urllib.request
from hashlib import sha256

import pytest

from tests.provider.profiles import FAST, latency, profile

anthropic = pytest.importorskip("anthropic")
HELLO = [{"role": "user", "content": "Hello"}]
INPUT_LEFT = "anthropic-ratelimit-input-tokens-remaining"


@pytest.fixture
def client(endpoint):
    with anthropic.Anthropic(base_url=endpoint.url, api_key="made-up", max_retries=0) as made:
        yield made


def test_a_whole_message_is_the_sdks_own_type(client):
    answer = client.messages.create(
        model="small", max_tokens=50, messages=HELLO, extra_headers={"x-sim-output-tokens": "4"}
    )
    assert anthropic.types.Message.model_validate(answer.model_dump()) == answer
    assert (len(answer.content[0].text.split()), answer.stop_reason) == (4, "end_turn")
    assert answer.usage.output_tokens == 4


def test_a_stream_adds_up_to_the_whole_message(client):
    told = {"x-sim-output-tokens": "12", "x-sim-request": "r1/0/1"}
    whole = client.messages.create(model="small", max_tokens=50, messages=HELLO, extra_headers=told)
    with client.messages.stream(model="small", max_tokens=50, messages=HELLO, extra_headers=told) as stream:
        parts = list(stream.text_stream)
        final = stream.get_final_message()
    assert ("".join(parts), len(parts)) == (whole.content[0].text, 12)
    assert (final.usage.output_tokens, final.stop_reason) == (12, "end_turn")


def test_the_maximum_is_a_stop_reason(client):
    answer = client.messages.create(
        model="small", max_tokens=3, messages=HELLO, system="Be brief", extra_headers={"x-sim-output-tokens": "9"}
    )
    assert (answer.stop_reason, answer.usage.output_tokens) == ("max_tokens", 3)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (429, "RateLimitError"),
        (500, "InternalServerError"),
        (529, "OverloadedError"),
    ],
)
def test_each_status_is_the_sdks_own_error(client, status, error):
    told = {"x-sim-fault": f"status:status={status}"}
    with pytest.raises(anthropic.APIStatusError) as raised:
        client.messages.create(model="small", max_tokens=5, messages=HELLO, extra_headers=told)
    assert (type(raised.value).__name__, raised.value.body["type"]) == (error, "error")


@pytest.mark.parametrize(
    ("prompt", "limit", "said"),
    [
        (10_001, 5, "prompt is too long: 10001 tokens > 10000 maximum"),
        (9_901, 100, "input length and `max_tokens` exceed context limit: 9901 + 100 > 10000"),
        (5, 1_001, "max_tokens: 1001 > 1000, which is the maximum allowed number of output tokens for small"),
    ],
)
def test_what_is_too_long_is_said_in_anthropics_words_with_the_requests_id(client, prompt, limit, said):
    with pytest.raises(anthropic.BadRequestError) as raised:
        client.messages.create(
            model="small", max_tokens=limit, messages=HELLO, extra_headers={"x-sim-input-tokens": str(prompt)}
        )
    assert said in raised.value.body["error"]["message"]
    assert raised.value.body["request_id"] == raised.value.response.headers["request-id"]


def test_the_models_are_the_sdks_own_type(client):
    models = list(client.models.list())
    assert [model.id for model in models] == ["small", "quick", "scarce", "single-slot"]
    assert client.models.retrieve("small") == models[0]
    assert (models[0].max_input_tokens, models[0].max_tokens) == (10_000, 1_000)
    with pytest.raises(anthropic.NotFoundError, match="Served here: small"):
        client.models.retrieve("nobody")


def test_an_error_in_the_stream_is_raised(client):
    told = {"x-sim-output-tokens": "9", "x-sim-fault": "stream_error:after_tokens=2"}
    with (
        pytest.raises(anthropic.APIStatusError),
        client.messages.stream(model="small", max_tokens=50, messages=HELLO, extra_headers=told) as stream,
    ):
        list(stream.text_stream)


def test_without_max_tokens_it_says_so_in_anthropics_form(endpoint):
    call = urllib.request.Request(
        endpoint.url + "/v1/messages", data=json.dumps({"model": "small", "messages": HELLO}).encode()
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(call, timeout=10)
    with refused.value as answer:
        said = json.load(answer)
    assert said["error"] == {"type": "invalid_request_error", "message": "max_tokens: Field required"}


def test_limits_keys_and_cache_writes_in_anthropics_words(start):
    limits = {
        "style": "anthropic",
        "requests_per_minute": 600,
        "input_tokens_per_minute": 60_000,
        "output_tokens_per_minute": 60_000,
        "burst": "1s",
    }
    model = {"limits": limits, "first_token": latency("1ms"), "provider": "anthropic"}
    cache = json.loads(FAST)["cache"] | {"tells_writes": True}
    accounts = {"team": {"keys": ["sha256:" + sha256(b"made-up").hexdigest()]}}
    endpoint = start(profile({"claude": model}, cache=cache, accounts=accounts, auth="required"))
    ask = {"model": "claude", "max_tokens": 5, "messages": HELLO}
    told = {"x-sim-input-tokens": "500", "x-sim-output-tokens": "1", "x-sim-prefix": "a:256"}
    with anthropic.Anthropic(base_url=endpoint.url, api_key="made-up", max_retries=0) as client:
        first = client.messages.with_raw_response.create(**ask, extra_headers=told)
        second = client.messages.create(**ask, extra_headers=told).usage
        with pytest.raises(anthropic.RateLimitError) as refused:
            client.messages.create(**ask, extra_headers=told | {"x-sim-input-tokens": "900"})
    usage = first.parse().usage
    assert (usage.input_tokens, usage.cache_creation_input_tokens, usage.cache_read_input_tokens) == (244, 256, 0)
    assert (second.input_tokens, second.cache_creation_input_tokens, second.cache_read_input_tokens) == (244, 0, 256)
    assert first.headers["anthropic-ratelimit-input-tokens-limit"] == "60000"
    # The nearest to its end: 256 of 1,000 input tokens were taken by the write, nothing yet of the output.
    assert first.headers["anthropic-ratelimit-tokens-remaining"] == first.headers[INPUT_LEFT]
    told = refused.value.response.headers
    assert (told["retry-after"], "retry-after-ms" in told) == ("1", False)
    with (
        anthropic.Anthropic(base_url=endpoint.url, api_key="wrong", max_retries=0) as stranger,
        pytest.raises(anthropic.AuthenticationError),
    ):
        stranger.messages.create(**ask)
