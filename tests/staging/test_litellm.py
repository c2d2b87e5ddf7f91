"""A real LiteLLM proxy in front of the endpoint, asked through the official OpenAI SDK.

LiteLLM's proxy pins its own web stack and takes 0.7 GB, so it lives in an environment of its own:
`python -m venv V && V/bin/pip install 'litellm[proxy]'`; then `TENFOLD_LITELLM=V/bin/litellm` names its executable.
"""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from tests.provider.profiles import openai_limits, profile
from tests.staging.conftest import Endpoint

LITELLM = os.environ.get("TENFOLD_LITELLM")
pytestmark = pytest.mark.skipif(not LITELLM, reason="TENFOLD_LITELLM names no litellm executable")
openai = pytest.importorskip("openai")

MASTER = "sk-" + 4 * "made-up"  # the proxy takes no short one
HELLO = [{"role": "user", "content": "Hello"}]
PROFILE = profile(
    {"gpt": {}, "claude": {"provider": "anthropic"}, "scarce": {"limits": openai_limits(6, 60_000, burst="10s")}},
    stream={"flush": "0s"},
)
READY_WITHIN_S = 60.0


@pytest.fixture(scope="module")
def staging(tmp_path_factory):
    endpoint = Endpoint(tmp_path_factory.mktemp("staging"), PROFILE)
    yield endpoint
    endpoint.stop()


@pytest.fixture(scope="module")
def proxy(staging, tmp_path_factory):
    """URL of a proxy that serves every model of the endpoint, Anthropic's by Anthropic's API."""
    folder, port = tmp_path_factory.mktemp("litellm"), free_port()
    bases = {"gpt": ("openai", "/v1"), "scarce": ("openai", "/v1"), "claude": ("anthropic", "")}
    models = [
        {
            "model_name": name,
            "litellm_params": {"model": f"{api}/{name}", "api_base": staging.url + path, "api_key": "made-up"},
        }
        for name, (api, path) in bases.items()
    ]
    (folder / "config.yaml").write_text(
        json.dumps(
            {
                "model_list": models,
                "litellm_settings": {"num_retries": 0},
                "router_settings": {"num_retries": 0, "disable_cooldowns": True},
                "general_settings": {"master_key": MASTER},
            }
        )
    )
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [LITELLM, "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port), "--telemetry", "False"],
            cwd=folder,
            env=os.environ | {"LITELLM_LOCAL_MODEL_COST_MAP": "True"},  # it would fetch its prices else
            stdout=log,
            stderr=log,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            await_ready(url, process, folder / "log")
            yield url
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture
def client(proxy):
    with openai.OpenAI(base_url=proxy + "/v1", api_key=MASTER, max_retries=0) as made:
        yield made


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def await_ready(url, process, log):
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url + "/health/liveliness", timeout=2).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"LiteLLM did not start: {log.read_text()[-2000:]}")


def broken(fault):
    """A fault of the endpoint, past the proxy."""
    return {"extra_body": {"extra_headers": {"x-sim-fault": fault}}}


@pytest.mark.parametrize("model", ["gpt", "claude"])
def test_whole_and_streamed_answers_come_through_with_their_usage(client, staging, model):
    told = {"extra_body": {"extra_headers": {"x-sim-input-tokens": "321", "x-sim-output-tokens": "7"}}}
    whole = client.chat.completions.create(model=model, messages=HELLO, max_tokens=50, **told)
    streamed = client.chat.completions.create(
        model=model, messages=HELLO, max_tokens=50, stream=True, stream_options={"include_usage": True}, **told
    )
    *chunks, last = streamed
    for usage in (whole.usage, last.usage):
        assert (usage.prompt_tokens, usage.completion_tokens) == (321, 7)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert len(text.split()) == len(whole.choices[0].message.content.split()) == 7
    assert {whole.choices[0].finish_reason, *(c.choices[0].finish_reason for c in chunks if c.choices)} == {
        "stop",
        None,
    }


def test_a_quota_and_when_to_come_back_come_through(client):
    first = client.chat.completions.with_raw_response.create(model="scarce", messages=HELLO, max_tokens=1)
    assert first.headers["x-ratelimit-limit-requests"] == "6"
    with pytest.raises(openai.RateLimitError, match=r"requests per min \(RPM\): Limit 6") as refused:
        client.chat.completions.create(model="scarce", messages=HELLO, max_tokens=1)
    told = refused.value.response.headers
    assert 5 < int(told["llm_provider-retry-after"]) <= 10
    assert 5_000 < int(told["llm_provider-retry-after-ms"]) <= 10_000


@pytest.mark.parametrize("model", ["gpt", "claude"])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("status:status=401", "AuthenticationError"),
        ("status:status=429,retry_after=2s", "RateLimitError"),
        ("status:status=500", "InternalServerError"),
        ("status:status=503", "InternalServerError"),
        ("status:status=529", "InternalServerError"),
        ("stream_error:after_tokens=2", "APIError"),
        ("cut:after_tokens=2", "APIError"),
    ],
)
def test_each_fault_is_the_sdks_own_error_behind_the_proxy_too(client, model, fault, error):
    ask = {"model": model, "messages": HELLO, "max_tokens": 9, "stream": True}
    with pytest.raises(openai.APIError) as raised:
        list(client.chat.completions.create(**ask, **broken(fault)))
    assert type(raised.value).__name__ == error


def test_a_caller_of_the_proxy_that_goes_stops_the_work_behind_it(client, staging):
    staging.reset()
    told = {"extra_body": {"extra_headers": {"x-sim-output-tokens": "900"}}}
    stream = client.chat.completions.create(model="gpt", messages=HELLO, stream=True, **told)
    next(iter(stream))
    stream.close()
    deadline = time.monotonic() + 4  # the whole answer would take 4.5 s
    while time.monotonic() < deadline and not staging.get("/sim/state")["counts"]["cancelled"]:
        time.sleep(0.1)
    state = staging.get("/sim/state")
    assert (state["counts"]["cancelled"], state["models"]["gpt"]["active"]) == (1, 0)
