"""OpenAI responses and embeddings over the wire, through the official SDK."""

import math

import pytest

openai = pytest.importorskip("openai")


@pytest.fixture
def client(endpoint):
    with openai.OpenAI(base_url=endpoint.url + "/v1", api_key="made-up", max_retries=0) as made:
        yield made


def test_a_whole_response_is_the_sdks_own_type(client):
    answer = client.responses.create(model="small", input="Hello", extra_headers={"x-sim-output-tokens": "4"})
    assert openai.types.responses.Response.model_validate(answer.model_dump()).output_text == answer.output_text
    assert (len(answer.output_text.split()), answer.usage.output_tokens, answer.status) == (4, 4, "completed")


def test_a_stream_is_numbered_and_adds_up(client):
    told = {"x-sim-output-tokens": "12", "x-sim-request": "r1/0/1"}
    whole = client.responses.create(model="small", input="Hello", extra_headers=told)
    events = list(client.responses.create(model="small", input="Hello", stream=True, extra_headers=told))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert ("".join(deltas), len(deltas)) == (whole.output_text, 12)
    assert [event.type for event in events[:2] + events[-1:]] == [
        "response.created",
        "response.in_progress",
        "response.completed",
    ]
    assert events[-1].response.output_text == whole.output_text
    assert events[-1].response.usage.output_tokens == 12


def test_a_maximum_leaves_it_incomplete(client):
    messages = [{"role": "user", "content": [{"type": "input_text", "text": "Hello"}]}]
    answer = client.responses.create(
        model="small", input=messages, max_output_tokens=3, extra_headers={"x-sim-output-tokens": "9"}
    )
    assert (answer.status, answer.incomplete_details.reason) == ("incomplete", "max_output_tokens")


def test_an_error_in_the_stream_is_an_event(client):
    told = {"x-sim-output-tokens": "9", "x-sim-fault": "stream_error:after_tokens=2"}
    events = list(client.responses.create(model="small", input="Hello", stream=True, extra_headers=told))
    assert [event.type for event in events[-3:]] == ["response.output_text.delta"] * 2 + ["error"]
    assert events[-1].code == "server_error"


@pytest.mark.parametrize("given", [[], [1], {"a": 1}, None, [{"role": 3}]])
def test_a_wrong_input_is_a_bad_request(client, given):
    with pytest.raises(openai.BadRequestError):
        client.responses.create(model="small", input=given)


def test_the_same_text_has_the_same_unit_vector_in_both_encodings(client):
    floats, packed = (
        client.embeddings.create(model="small", input=["one", "two", "one"], encoding_format=form).data
        for form in ("float", "base64")
    )
    first, second, third = (one.embedding for one in floats)
    assert first == third != second
    assert (len(first), math.hypot(*first)) == (1536, pytest.approx(1.0, abs=1e-5))
    assert packed[0].embedding != first  # the text of its bytes
    assert client.embeddings.create(model="small", input="one").data[0].embedding == pytest.approx(first)


def test_embeddings_count_their_prompt_only(client):
    answer = client.embeddings.create(
        model="small", input="one", dimensions=8, extra_headers={"x-sim-input-tokens": "77"}
    )
    assert (answer.usage.prompt_tokens, answer.usage.total_tokens, len(answer.data[0].embedding)) == (77, 77, 8)


@pytest.mark.parametrize("wrong", [{"input": []}, {"input": "a", "dimensions": 9999}, {"input": [[]]}])
def test_a_wrong_embedding_is_a_bad_request(client, wrong):
    with pytest.raises(openai.BadRequestError):
        client.embeddings.create(model="small", **wrong)
