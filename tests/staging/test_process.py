"""The endpoint as a process: its ready line, its end, and what a bad start says."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from aiohttp import web

from simulator.provider.engine import Order, Refusal
from simulator.provider.profile import Profile
from simulator.staging.server import Surface
from simulator.staging.service import Service
from simulator.staging.truth import TruthLog
from simulator.yamlfile import parse
from tests.provider.profiles import FAST

HOSTED = Path(__file__).parents[2] / "scenarios/staging/hosted.yaml"


def refused(*options):
    done = subprocess.run(
        [sys.executable, "-m", "simulator.staging", *options], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    return done.returncode, done.stderr


def status_of(call):
    try:
        with urllib.request.urlopen(call, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


def test_the_shipped_profile_serves_its_models_and_ends_on_sigterm(start):
    endpoint = start(HOSTED.read_text())
    assert [one["id"] for one in endpoint.get("/v1/models")["data"]] == [
        "gpt-4o",
        "gpt-4o-mini",
        "text-embedding-3-small",
    ]
    assert endpoint.get("/health") == endpoint.get("/ready") == {"status": "ok"}
    assert endpoint.stop() == 0
    assert endpoint.errors == ""


def test_ctrl_c_is_a_clean_end_too(start):
    endpoint = start()
    os.kill(endpoint.process.pid, signal.SIGINT)
    assert endpoint.process.wait(timeout=10) == 0


def test_it_ends_with_its_parent_when_asked(tmp_path):
    """A load test that is killed must not leave an endpoint behind."""
    path = tmp_path / "profile.yaml"
    path.write_text(FAST)
    starter = (
        "import subprocess, sys; p = subprocess.Popen([sys.executable, '-m', 'simulator.staging', '--profile', "
        f"{str(path)!r}, '--with-parent'], stdout=subprocess.PIPE); print(p.stdout.readline().decode())"
    )
    said = subprocess.run([sys.executable, "-W", "ignore", "-c", starter], capture_output=True, text=True, timeout=30)
    port = int(json.loads(said.stdout)["url"].rpartition(":")[2])
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.1)
    pytest.fail("the endpoint outlived its parent")


def test_a_connection_that_never_speaks_is_closed(tmp_path):
    async def silent():
        service = Service(parse(FAST, Profile, name="fast.yaml"), seed=1, truth=TruthLog(None))
        runner = web.ServerRunner(Surface(service, headers_within_s=0.2).server())
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        reader, writer = await asyncio.open_connection("127.0.0.1", runner.addresses[0][1])
        writer.write(b"GET /health HTTP/1.1\r\nHost:")
        begun = time.monotonic()
        data = await reader.read()
        writer.close()
        await runner.cleanup()
        return data, time.monotonic() - begun

    data, seconds = asyncio.run(silent())
    assert (data, 0.15 < seconds < 2.0) == (b"", True)


def test_a_reset_makes_everything_new(start):
    endpoint = start()
    call = urllib.request.Request(
        endpoint.url + "/v1/chat/completions",
        data=json.dumps({"model": "scarce", "messages": [{"role": "user", "content": "hi"}]}).encode(),
        headers={"x-sim-input-tokens": "400", "x-sim-output-tokens": "1"},
    )
    statuses = [status_of(call) for _ in range(4)]
    assert statuses[:2] == [200, 200]
    assert 429 in statuses
    assert endpoint.get("/sim/state")["counts"]["rate_limited"] == statuses.count(429)
    endpoint.reset()
    state = endpoint.get("/sim/state")
    assert set(state["counts"].values()) == {0}
    assert state["models"]["scarce"]["limits"]["no key"]["tokens"]["remaining"] == 1000
    assert state["clock_s"] < 1


def test_the_truth_log_has_one_line_per_order(start):
    endpoint = start()
    call = urllib.request.Request(
        endpoint.url + "/v1/chat/completions",
        data=json.dumps({"model": "small", "messages": [{"role": "user", "content": "hi"}]}).encode(),
        headers={"x-sim-request": "r1/0/1", "x-sim-output-tokens": "3"},
    )
    urllib.request.urlopen(call, timeout=10).close()
    endpoint.stop()
    (line,) = endpoint.truth()
    assert (line["key"], line["model"], line["outcome"], line["output_tokens"]) == ("r1/0/1", "small", "stop", 3)
    assert line["first_token_at"] - line["offered_at"] == pytest.approx(0.03)
    assert line["ended_at"] - line["first_token_at"] == pytest.approx(0.01)


def test_a_port_in_use_is_one_line_and_exit_3():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, said = refused("--profile", str(HOSTED), "--port", port)
    assert code == 3
    assert f"127.0.0.1:{port}: the port is in use" in said


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system cannot pin")
def test_a_core_that_is_not_there_is_one_line_and_exit_3():
    code, said = refused("--profile", str(HOSTED), "--cpu", "4095")
    assert (code, "--cpu 4095" in said) == (3, True)


def test_a_log_that_cannot_be_written_is_one_line_and_exit_3(tmp_path):
    code, said = refused("--profile", str(HOSTED), "--log", str(tmp_path / "none" / "truth.jsonl"))
    assert (code, "truth log cannot be written" in said) == (3, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_ends_the_log_and_not_the_endpoint(capsys):
    log = TruthLog(Path("/dev/full"))
    order = Order("r1/0/1", 10)
    for _ in range(200):  # more than a buffer
        log.refused(order, Refusal("overloaded", 503), model="small", at=0.0)
    log.close()
    assert capsys.readouterr().err.splitlines() == ["the truth log ends here: No space left on device"]


def test_a_missing_profile_is_one_line_and_exit_2(tmp_path):
    code, said = refused("--profile", str(tmp_path / "none.yaml"))
    assert (code, "no such file" in said) == (2, True)


def test_a_wrong_profile_names_its_place(tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text(FAST.replace('"queue": 50', '"queue": -1', 1))
    code, said = refused("--profile", str(path))
    assert code == 2
    assert "models.small.queue" in said


def test_an_unknown_path_is_told_what_there_is(start):
    endpoint = start()
    with pytest.raises(urllib.error.HTTPError) as lost:
        endpoint.get("/v1/nothing")
    with lost.value as answer:
        assert (answer.code, "/v1/chat/completions" in answer.read().decode()) == (404, True)
    with pytest.raises(urllib.error.HTTPError) as wrong:
        endpoint.get("/v1/chat/completions")
    with wrong.value as answer:
        assert answer.code == 405
