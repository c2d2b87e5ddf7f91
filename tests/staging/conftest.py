"""A real endpoint in its own process, on a free port of the loopback."""

import http.client
import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.provider.profiles import FAST


class Endpoint:
    """A running endpoint; `log` is its truth log, complete after `stop`."""

    def __init__(self, folder: Path, profile: str, *options: str) -> None:
        path = folder / "profile.yaml"
        path.write_text(profile)
        self.log = folder / "truth.jsonl"
        command = [sys.executable, "-m", "simulator.staging", "--profile", str(path), "--log", str(self.log), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline()
        assert ready, self.process.stderr.read()
        self.url = json.loads(ready)["url"]
        assert json.loads(ready)["pid"] == self.process.pid
        self.port = int(self.url.rpartition(":")[2])

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return json.load(answer)

    def reset(self) -> None:
        urllib.request.urlopen(urllib.request.Request(self.url + "/sim/reset", method="POST"), timeout=10).close()

    def stop(self) -> int:
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGTERM)
        code = self.process.wait(timeout=10)
        self.errors = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    def truth(self) -> list[dict]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def send(endpoint, path, body, headers):
    """Status and body of one POST, on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=10)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.fixture
def start(tmp_path):
    """Starts endpoints and ends them."""
    started = []

    def begin(profile=FAST, *options):
        folder = tmp_path / str(len(started))
        folder.mkdir()
        started.append(Endpoint(folder, profile, *options))
        return started[-1]

    yield begin
    for endpoint in started:
        if not endpoint.process.stdout.closed:
            endpoint.stop()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    endpoint = Endpoint(tmp_path_factory.mktemp("staging"), FAST)
    yield endpoint
    assert endpoint.stop() == 0
    assert endpoint.errors == ""


@pytest.fixture
def endpoint(shared):
    """One endpoint for a file's tests, reset before each."""
    shared.reset()
    return shared
