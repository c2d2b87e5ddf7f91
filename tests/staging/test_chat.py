"""Chat completions over the wire: whole, streamed, refused, cut off."""

import asyncio
import itertools
import json
import socket
import time

import aiohttp
import pytest

from tests.provider.profiles import FAST, latency, profile

PATH = "/v1/chat/completions"


def body(model="small", **more):
    return {"model": model, "messages": [{"role": "user", "content": "Hello there"}]} | more


def ask(endpoint, content, **headers):
    """Status, headers and JSON of one answer."""

    async def send():
        named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        async with (
            aiohttp.ClientSession() as session,
            session.post(endpoint.url + PATH, json=content, headers=named) as answer,
        ):
            return answer.status, answer.headers, await answer.json()

    return asyncio.run(send())


async def stream(session, endpoint, content, **headers):
    """The events of one streamed answer, each with the time it came."""
    named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    events, rest = [], b""
    async with session.post(endpoint.url + PATH, json=content | {"stream": True}, headers=named) as answer:
        assert answer.status == 200
        async for data in answer.content.iter_any():
            *whole, rest = (rest + data).split(b"\n\n")
            events += [(time.monotonic(), one.removeprefix(b"data: ").decode()) for one in whole]
    assert rest == b""
    return events


def streamed(endpoint, content, **headers):
    async def send():
        async with aiohttp.ClientSession() as session:
            return await stream(session, endpoint, content, **headers)

    return asyncio.run(send())


def test_a_whole_answer_has_text_usage_and_a_reason(endpoint):
    status, headers, answer = ask(endpoint, body(), x_sim_output_tokens=7, x_sim_input_tokens=321)
    assert (status, headers["Content-Type"]) == (200, "application/json")
    (choice,) = answer["choices"]
    assert len(choice["message"]["content"].split()) == 7
    assert choice["finish_reason"] == "stop"
    assert (answer["usage"]["prompt_tokens"], answer["usage"]["completion_tokens"]) == (321, 7)
    assert answer["usage"]["total_tokens"] == 328


def test_a_stream_has_one_event_per_token_then_the_reason_then_usage_then_done(endpoint):
    events = streamed(endpoint, body(stream_options={"include_usage": True}), x_sim_output_tokens=5)
    *chunks, done = [text for _, text in events]
    chunks = [json.loads(chunk) for chunk in chunks]
    assert done == "[DONE]"
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
    assert [len(chunk["choices"][0]["delta"]["content"].split()) for chunk in chunks[1:6]] == [1] * 5
    assert chunks[6]["choices"][0]["finish_reason"] == "stop"
    assert (chunks[7]["choices"], chunks[7]["usage"]["completion_tokens"]) == ([], 5)
    assert all(chunk["usage"] is None for chunk in chunks[:7])


def test_without_include_usage_no_chunk_speaks_of_it(endpoint):
    events = streamed(endpoint, body(), x_sim_output_tokens=2)
    assert all("usage" not in text for _, text in events)


def test_the_streamed_and_the_whole_answer_are_the_same_text(endpoint):
    whole = ask(endpoint, body(), x_sim_output_tokens=20, x_sim_request="r1/0/1")[2]
    events = streamed(endpoint, body(), x_sim_output_tokens=20, x_sim_request="r1/0/1")
    parts = [json.loads(text)["choices"][0]["delta"].get("content", "") for _, text in events[:-1]]
    assert "".join(parts) == whole["choices"][0]["message"]["content"]


def test_answers_without_a_key_have_ids_of_their_own(endpoint):
    async def many():
        async with aiohttp.ClientSession() as session:
            return await asyncio.gather(*(one(session) for _ in range(20)))

    async def one(session):
        async with session.post(endpoint.url + PATH, json=body("quick")) as answer:
            return (await answer.json())["id"]

    assert len(set(asyncio.run(many()))) == 20


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_a_maximum_cuts_the_answer_and_says_length(endpoint, name):
    _, _, answer = ask(endpoint, body(**{name: 3}), x_sim_output_tokens=9)
    assert (answer["choices"][0]["finish_reason"], answer["usage"]["completion_tokens"]) == ("length", 3)


def test_a_labelled_question_is_answered_with_the_truth(endpoint):
    _, _, answer = ask(endpoint, body(), x_sim_labels="easy,hard", x_sim_truth="hard", x_sim_output_tokens=90)
    assert (answer["choices"][0]["message"]["content"], answer["usage"]["completion_tokens"]) == ("hard", 1)


def test_a_prefix_seen_before_is_reported_as_cached(endpoint):
    told = {"x_sim_input_tokens": 200, "x_sim_output_tokens": 1, "x_sim_prefix": "1,2:64,3"}
    first, second = (ask(endpoint, body(), **told)[2]["usage"]["prompt_tokens_details"] for _ in range(2))
    assert (first["cached_tokens"], second["cached_tokens"]) == (0, 192)


def test_a_prompt_without_a_length_is_counted(endpoint):
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
    ]
    usage = ask(endpoint, body(messages=messages))[2]["usage"]
    assert usage["prompt_tokens"] == 3 + 1 + 2 * 4  # "Be brief." is 3 tokens of o200k_base, "Hi" is 1, 4 frame each
    long = [{"role": "user", "content": " the" * 9_000}]
    assert ask(endpoint, body(messages=long))[2]["usage"]["prompt_tokens"] == 9_004


def test_beyond_the_quota_is_a_real_429(endpoint):
    first = ask(endpoint, body("scarce"), x_sim_input_tokens=900, x_sim_output_tokens=1)
    assert first[0] == 200
    assert first[1]["x-ratelimit-limit-tokens"] == "60000"
    status, headers, answer = ask(endpoint, body("scarce"), x_sim_input_tokens=900, x_sim_output_tokens=1)
    assert (status, answer["error"]["code"], answer["error"]["type"]) == (429, "rate_limit_exceeded", "tokens")
    assert "Limit 60000" in answer["error"]["message"]
    wait_s = int(headers["retry-after-ms"]) / 1000
    assert 0.3 < wait_s <= 1.0
    assert headers["retry-after"] == "1"
    time.sleep(wait_s)
    assert ask(endpoint, body("scarce"), x_sim_input_tokens=900, x_sim_output_tokens=1)[0] == 200


@pytest.mark.parametrize(
    ("prompt", "limit", "said"),
    [
        (10_001, None, "maximum context length is 10000 tokens. However, your messages resulted in 10001 tokens."),
        (9_901, 100, "However, you requested 10001 tokens (9901 in the messages, 100 in the completion)."),
    ],
)
def test_a_prompt_beyond_the_window_is_400(endpoint, prompt, limit, said):
    status, _, answer = ask(endpoint, body() | ({"max_tokens": limit} if limit else {}), x_sim_input_tokens=prompt)
    assert (status, answer["error"]["code"], said in answer["error"]["message"]) == (
        400,
        "context_length_exceeded",
        True,
    )


@pytest.mark.parametrize(
    ("content", "status", "param"),
    [
        ({"messages": []}, 400, "messages"),
        ({"model": "small"}, 400, "messages"),
        (body("gpt-9"), 404, None),
        (body(n=2), 400, "n"),
        (body(max_tokens=0), 400, "max_tokens"),
        (body(max_tokens=True), 400, "max_tokens"),
        (body(max_tokens=1001), 400, "max_tokens"),
        (body(stream="yes"), 400, "stream"),
        ({"model": "small", "messages": [{"content": "no role"}]}, 400, "messages"),
        ([1], 400, None),
    ],
)
def test_a_bad_body_is_told_what_is_wrong(endpoint, content, status, param):
    got, _, answer = ask(endpoint, content)
    assert (got, answer["error"]["param"]) == (status, param)
    assert answer["error"]["message"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x_sim_output_tokens", "many"),
        ("x_sim_input_tokens", "0"),
        ("x_sim_prefix", "a:b"),
        ("x_sim_labels", 'a"b'),
        ("x_sim_request", "back\\slash"),
    ],
)
def test_a_bad_header_is_told_what_is_wrong(endpoint, name, value):
    status, _, answer = ask(endpoint, body(), **{name: value})
    assert (status, answer["error"]["code"]) == (400, "invalid_header")
    assert name.replace("_", "-") in answer["error"]["message"]


def test_a_full_machine_says_so_with_the_status_of_its_profile(endpoint):
    async def two():
        async with aiohttp.ClientSession() as session:
            first = asyncio.create_task(stream(session, endpoint, body("single-slot"), x_sim_output_tokens=40))
            await asyncio.sleep(0.05)
            async with session.post(endpoint.url + PATH, json=body("single-slot")) as second:
                status, answer = second.status, await second.json()
            await first
            return status, answer

    status, answer = asyncio.run(two())
    assert (status, answer["error"]["code"]) == (529, "overloaded")


def long_stream(session, endpoint, model="small"):
    """An answer of 900 tokens that takes 4.5 s."""
    headers = {"x-sim-output-tokens": "900"}
    return session.post(endpoint.url + PATH, json=body(model) | {"stream": True}, headers=headers)


async def read_tokens(answer, tokens):
    """Read on until so many have come."""
    while tokens > 0:
        tokens -= (await answer.content.readany()).count(b'"content":" ')


def test_a_client_that_leaves_frees_its_slot(endpoint):
    async def leave_and_ask():
        async with aiohttp.ClientSession() as session:
            async with long_stream(session, endpoint, "single-slot") as answer:
                await read_tokens(answer, 5)
            while endpoint.get("/sim/state")["models"]["single-slot"]["active"]:
                await asyncio.sleep(0.01)
            return await stream(session, endpoint, body("single-slot"), x_sim_output_tokens=2)

    assert asyncio.run(leave_and_ask())[-1][1] == "[DONE]"
    counts = endpoint.get("/sim/state")["counts"]
    assert (counts["cancelled"], counts["completed"]) == (1, 1)


def test_a_reset_cuts_off_what_is_being_written(start):
    endpoint = start()

    async def reset_in_the_middle():
        async with aiohttp.ClientSession() as session, long_stream(session, endpoint) as answer:
            await read_tokens(answer, 5)
            await asyncio.to_thread(endpoint.reset)
            with pytest.raises(aiohttp.ClientError):
                await answer.read()

    asyncio.run(reset_in_the_middle())
    assert endpoint.get("/sim/state")["models"]["small"]["active"] == 0
    endpoint.stop()
    assert endpoint.errors == ""


def test_what_a_client_that_leaves_would_be_billed(start):
    cancel = {"billed": "delivered", "notice": "100ms"}
    endpoint = start(json.dumps(json.loads(FAST) | {"cancel": cancel}))

    async def leave():
        async with aiohttp.ClientSession() as session:
            async with long_stream(session, endpoint) as answer:
                await read_tokens(answer, 20)
            await asyncio.sleep(0.3)

    asyncio.run(leave())
    endpoint.stop()
    (line,) = endpoint.truth()
    delivered, generated = line["writes"][-1][1], line["output_tokens"]
    assert (line["outcome"], line["billed_output_tokens"]) == ("cancelled", delivered)
    assert 20 <= delivered < generated < 900
    assert generated - delivered >= 15  # a token each 5 ms for the 100 ms until it notices


def test_tokens_come_when_they_are_due(endpoint):
    begun = time.monotonic()
    events = streamed(endpoint, body(), x_sim_output_tokens=41)
    times = [at - begun for at, _ in events]
    assert times[1] >= 0.03
    assert 40 * 0.005 - 0.03 < times[41] - times[1] < 1.0  # a busy machine may read late, never early
    assert len({round(at, 4) for at in times[1:42]}) > 10  # flush 0: one by one, as far as the reader keeps up


def test_tokens_of_one_window_leave_in_one_write_and_the_first_at_once(start):
    slow = {"slow": {"per_token": latency("25ms")}, "small": {}}
    endpoint = start(profile(slow, stream={"flush": "20ms"}))
    streamed(endpoint, body(), x_sim_output_tokens=41)
    streamed(endpoint, body("slow"), x_sim_output_tokens=11)
    endpoint.stop()
    joined, single = (line["writes"] for line in endpoint.truth())
    assert joined[0][1] == 1
    # 4 tokens of 5 ms to a window, by timers of a millisecond; the end does not wait, and a busy machine writes late.
    assert all(later[0] - earlier[0] >= 0.0185 for earlier, later in itertools.pairwise(joined[:-1]))
    assert len(joined) <= 12
    assert len(single) >= 9  # slower than a window: each as it is due


def test_a_client_that_does_not_read_is_not_written_to_for_ever(endpoint):
    content = json.dumps(body("quick") | {"stream": True}).encode()
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\nx-sim-output-tokens: 1000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", endpoint.port)) as deaf:
        deaf.sendall((head.encode() + content) * 3)
        assert endpoint.get("/health") == {"status": "ok"}
    while endpoint.get("/sim/state")["models"]["quick"]["active"]:
        time.sleep(0.01)


def test_a_mixed_load_leaves_nothing_behind(endpoint):
    async def many():
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            asks = [stream(session, endpoint, body("quick"), x_sim_output_tokens=20) for _ in range(200)]
            return await asyncio.gather(*asks)

    answers = asyncio.run(many())
    assert {len(events) for events in answers} == {20 + 3}
    state = endpoint.get("/sim/state")
    assert state["counts"]["completed"] == 200
    assert state["models"]["quick"]["active"] == 0
    assert state["loop_lag_p99_s"] is not None
