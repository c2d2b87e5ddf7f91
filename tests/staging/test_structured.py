"""Answers in the form that a request asks for, read by the official SDKs."""

import json

import pytest

openai = pytest.importorskip("openai")
anthropic = pytest.importorskip("anthropic")
HELLO = [{"role": "user", "content": "the invoice"}]
SCHEMA = {
    "type": "object",
    "required": ["total", "note"],
    "additionalProperties": False,
    "properties": {"total": {"type": "number"}, "note": {"type": "string"}},
}
FORM = {"type": "json_schema", "json_schema": {"name": "fields", "strict": True, "schema": SCHEMA}}


def chat(endpoint, *, tokens=30, **more):
    with openai.OpenAI(base_url=endpoint.url + "/v1", api_key="made-up", max_retries=0) as client:
        told = {"x-sim-output-tokens": str(tokens), "x-sim-request": "r1/0/1"}
        answer = client.chat.completions.create(model="small", messages=HELLO, extra_headers=told, **more)
        return list(answer) if more.get("stream") else answer


def streamed(chunks):
    parts = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    return parts, "".join(parts)


def test_an_answer_fits_the_schema_whole_and_streamed_with_as_many_tokens_as_planned(endpoint):
    whole = chat(endpoint, response_format=FORM)
    parts, text = streamed(chat(endpoint, response_format=FORM, stream=True))
    assert text == whole.choices[0].message.content
    assert json.loads(text).keys() == {"total", "note"}
    assert (len(parts), whole.usage.completion_tokens) == (30, 30)


def test_an_answer_that_is_cut_is_no_json(endpoint):
    cut = chat(endpoint, response_format={"type": "json_object"}, max_completion_tokens=9)
    assert cut.choices[0].finish_reason == "length"
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut.choices[0].message.content)


def test_anthropic_and_responses_say_it_in_their_own_words(endpoint):
    told = {"x-sim-output-tokens": "30", "x-sim-request": "r1/0/1"}
    form = {"format": {"type": "json_schema", "schema": SCHEMA, "name": "fields"}}
    with anthropic.Anthropic(base_url=endpoint.url, api_key="made-up", max_retries=0) as client:
        said = client.messages.create(
            model="small", max_tokens=64, messages=HELLO, extra_headers=told, extra_body={"output_config": form}
        )
    with openai.OpenAI(base_url=endpoint.url + "/v1", api_key="made-up", max_retries=0) as client:
        answer = client.responses.create(model="small", input="the invoice", text=form, extra_headers=told)
    for text in (said.content[0].text, answer.output_text):
        assert json.loads(text).keys() == {"total", "note"}


def test_a_schema_that_cannot_be_answered_is_refused_in_one_sentence(endpoint):
    odd = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "string", "pattern": "^a+$"}}}
    with pytest.raises(openai.BadRequestError, match=r"no answer can be made up for this schema: pattern '\^a\+\$'"):
        chat(endpoint, response_format=odd)
