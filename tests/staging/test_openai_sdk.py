"""The official OpenAI SDK against the endpoint: types, streams, retries, errors."""

import json

import pytest

from tests.provider.profiles import profile

openai = pytest.importorskip("openai")
HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def client(endpoint):
    with openai.OpenAI(base_url=endpoint.url + "/v1", api_key="made-up", max_retries=0) as made:
        yield made


def test_a_whole_completion_is_the_sdks_own_type(client):
    answer = client.chat.completions.create(model="small", messages=HELLO, extra_headers={"x-sim-output-tokens": "4"})
    assert openai.types.chat.ChatCompletion.model_validate(answer.model_dump()) == answer
    assert (len(answer.choices[0].message.content.split()), answer.usage.completion_tokens) == (4, 4)


def test_every_chunk_is_the_sdks_own_type_and_adds_up(client):
    told = {"x-sim-output-tokens": "12", "x-sim-request": "r1/0/1"}
    whole = client.chat.completions.create(model="small", messages=HELLO, extra_headers=told)
    chunks = list(
        client.chat.completions.create(
            model="small", messages=HELLO, stream=True, stream_options={"include_usage": True}, extra_headers=told
        )
    )
    for chunk in chunks:
        assert openai.types.chat.ChatCompletionChunk.model_validate(chunk.model_dump()) == chunk
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage.completion_tokens == 12
    assert chunks[-2].choices[0].finish_reason == "stop"


TOOLS = [{"type": "function", "function": {"name": name, "parameters": {}}} for name in ("look_up", "add")]


@pytest.mark.parametrize(
    ("choice", "name"), [("required", "look_up"), ({"type": "function", "function": {"name": "add"}}, "add")]
)
def test_a_forced_tool_is_called_with_valid_arguments_whole_and_streamed(client, choice, name):
    ask = {"model": "small", "messages": HELLO, "tools": TOOLS, "tool_choice": choice}
    told = {"x-sim-output-tokens": "4", "x-sim-request": "r1/0/1"}
    whole = client.chat.completions.create(**ask, extra_headers=told).choices[0]
    assert (whole.finish_reason, whole.message.content) == ("tool_calls", None)
    called = whole.message.tool_calls[0].function
    assert (called.name, len(json.loads(called.arguments)["text"].split())) == (name, 4)
    chunks = list(client.chat.completions.create(**ask, stream=True, extra_headers=told))
    parts = [delta.function for chunk in chunks for delta in chunk.choices[0].delta.tool_calls or ()]
    assert (parts[0].name, "".join(part.arguments for part in parts)) == (name, called.arguments)
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


def test_a_tool_that_is_not_there_is_a_bad_request_and_an_unforced_one_a_text(client):
    with pytest.raises(openai.BadRequestError, match="no function 'nobody'"):
        client.chat.completions.create(
            model="small", messages=HELLO, tools=TOOLS, tool_choice={"type": "function", "function": {"name": "nobody"}}
        )
    free = client.chat.completions.create(
        model="small", messages=HELLO, tools=TOOLS, extra_headers={"x-sim-output-tokens": "2"}
    )
    assert free.choices[0].message.content


def test_reasoning_is_waited_for_and_billed_but_not_seen(start):
    thinking = {"reasoning": {"median": 40, "sigma": 0}, "label_accuracy": 1.0}
    endpoint = start(profile({"small": thinking}))
    told = {"x-sim-output-tokens": "10", "x-sim-input-tokens": "5"}
    ask = {"model": "small", "messages": HELLO, "extra_headers": told}
    with openai.OpenAI(base_url=endpoint.url + "/v1", api_key="made-up", max_retries=0) as client:
        whole = client.chat.completions.create(**ask)
        *chunks, last = client.chat.completions.create(**ask, stream=True, stream_options={"include_usage": True})
        cut = client.chat.completions.create(**ask, max_completion_tokens=40)
    for usage in (whole.usage, last.usage):
        assert (usage.completion_tokens, usage.completion_tokens_details.reasoning_tokens) == (50, 40)
    assert len(whole.choices[0].message.content.split()) == 10
    assert sum(1 for chunk in chunks if chunk.choices[0].delta.content) == 10
    assert (cut.choices[0].message.content, cut.choices[0].finish_reason, cut.usage.completion_tokens) == (
        "",
        "length",
        40,
    )
    endpoint.stop()
    first = endpoint.truth()[0]
    assert first["first_token_at"] - first["offered_at"] == pytest.approx(0.030 + 40 * 0.005)


def test_the_models_are_listed(client):
    assert [model.id for model in client.models.list()] == ["small", "quick", "scarce", "single-slot"]
    assert client.models.retrieve("small").owned_by == "openai"
    with pytest.raises(openai.NotFoundError, match="Served here: small"):
        client.models.retrieve("nobody")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("status:status=401", "AuthenticationError"),
        ("status:status=429", "RateLimitError"),
        ("status:status=500", "InternalServerError"),
        ("reset", "APIConnectionError"),
    ],
)
def test_each_fault_is_the_sdks_own_error(client, fault, error):
    with pytest.raises(openai.APIError) as raised:
        client.chat.completions.create(model="small", messages=HELLO, extra_headers={"x-sim-fault": fault})
    assert type(raised.value).__name__ == error


def test_an_unknown_model_is_not_found_and_a_bad_body_a_bad_request(client):
    with pytest.raises(openai.NotFoundError, match="gpt-9"):
        client.chat.completions.create(model="gpt-9", messages=HELLO)
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="small", messages=[])


def test_an_error_in_the_stream_is_raised(client):
    told = {"x-sim-output-tokens": "9", "x-sim-fault": "stream_error:after_tokens=2"}
    stream = client.chat.completions.create(model="small", messages=HELLO, stream=True, extra_headers=told)
    with pytest.raises(openai.APIError):
        list(stream)


def test_the_sdk_waits_as_long_as_a_429_says_and_then_succeeds(endpoint):
    told = {"x-sim-input-tokens": "900", "x-sim-output-tokens": "1"}
    with openai.OpenAI(base_url=endpoint.url + "/v1", api_key="made-up", max_retries=2) as client:
        for _ in range(2):
            answer = client.chat.completions.create(model="scarce", messages=HELLO, extra_headers=told)
    assert answer.usage.prompt_tokens == 900
    assert endpoint.get("/sim/state")["counts"]["rate_limited"] == 1
