"""The official OpenAI SDK and Tenfold see the same answer of the same endpoint: text, tokens, finish reason."""

from collections.abc import Iterator

import openai
import pytest

from simulator.endpoint import embedded
from simulator.traffic.prompts import Prompts
from tests.provider.profiles import FAST
from tests.replay.rig import Rows, replay, request
from tests.replay.scripted import STREAM, Scripted, end, event

REQUEST = request(input_tokens=40, output_tokens=12)
TEXTS = ['plain, "quoted" ', "línea\nnueva ", "\\", " end"]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    profile = tmp_path_factory.mktemp("staging") / "profile.yaml"
    profile.write_text(FAST, encoding="utf-8")
    with embedded(profile, seed=1) as url:
        yield url + "/v1"


def seen_by_the_sdk(url: str) -> tuple[str, int, int, str]:
    with openai.OpenAI(base_url=url, api_key="k", max_retries=0) as client:
        stream = client.chat.completions.create(
            model="small",
            messages=Prompts(1).messages(REQUEST),
            max_completion_tokens=12,
            stream=True,
            stream_options={"include_usage": True},
        )
        text, reason, usage = "", "", None
        for chunk in stream:
            for choice in chunk.choices:
                text += choice.delta.content or ""
                reason = choice.finish_reason or reason
            usage = chunk.usage or usage
    assert usage is not None
    return text, usage.prompt_tokens, usage.completion_tokens, reason


def seen_by_tenfold(url: str) -> tuple[str, int | None, int | None, str | None]:
    texts: list[str] = []

    class Watching(Rows):
        def take(self, calls, request, turn):
            texts.append(turn.attempts[0].reading.text)
            super().take(calls, request, turn)

    (call,) = replay(url, [REQUEST], strategy="small", rows=Watching()).calls
    return texts[0], call.input_tokens, call.output_tokens, call.finish_reason


def test_the_embedded_endpoint(endpoint: str):
    ours, theirs = seen_by_tenfold(endpoint), seen_by_the_sdk(endpoint)
    assert ours[1:] == theirs[1:]
    assert ours[0].strip()


def test_the_same_bytes_read_twice():
    script = [STREAM, *(event(content=text) for text in TEXTS), end(prompt_tokens=40, completion_tokens=4)]
    with Scripted(script) as server:
        assert seen_by_tenfold(server.url) == seen_by_the_sdk(server.url) == ("".join(TEXTS), 40, 4, "stop")
