"""Proxies of the environment: plain requests name the whole URL, secure ones dig a tunnel, loopback stays direct."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from simulator.errors import BadInput
from simulator.replay.address import Address
from simulator.replay.proxy import proxy_to
from tests.replay.rig import replay
from tests.replay.scripted import Scripted, answer

TARGET = "http://target.test/v1"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def proxy_url(server: Scripted) -> str:
    return server.url.removesuffix("/v1").replace("http://", "http://user:p%40ss@")


def test_a_plain_request_goes_to_the_proxy_with_its_whole_url(monkeypatch: pytest.MonkeyPatch):
    with Scripted(answer()) as server:
        monkeypatch.setenv("http_proxy", proxy_url(server))
        assert replay(TARGET).outcomes() == ["ok"]
        head = server.requests[0].decode()
    assert head.startswith("POST http://target.test:80/v1/chat/completions HTTP/1.1\r\nHost: target.test\r\n")
    assert "Proxy-Authorization: Basic dXNlcjpwQHNz\r\n" in head


def test_this_machine_and_the_exceptions_are_reached_directly(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("http_proxy", "http://proxy.test:3128")
    monkeypatch.setenv("no_proxy", "inside.test")
    found = [proxy_to(Address.of(url)) for url in ("http://127.0.0.1:1", "http://localhost:1", "http://inside.test")]
    assert found == [None, None, None]
    assert proxy_to(Address.of(TARGET)) is not None


def test_another_kind_of_proxy_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("http_proxy", "socks5://proxy.test:1080")
    with pytest.raises(BadInput, match="socks5"):
        proxy_to(Address.of(TARGET))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with the openssl command")
def test_a_secure_request_goes_through_a_tunnel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    make = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=target.test -addext subjectAltName=DNS:target.test"
    subprocess.run(["openssl", *make.split(), "-keyout", key, "-out", cert], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with Scripted(answer(), tunnel=context) as server:
        monkeypatch.setenv("https_proxy", proxy_url(server))
        assert replay("https://target.test/v1", ca_file=cert).outcomes() == ["ok"]
        (tunnel,) = server.tunnels
    assert tunnel.startswith(
        b"CONNECT target.test:443 HTTP/1.1\r\nHost: target.test:443\r\nProxy-Authorization: Basic "
    )
    assert server.requests[0].startswith(b"POST /v1/chat/completions")


def test_a_proxy_that_refuses_the_tunnel(monkeypatch: pytest.MonkeyPatch):
    with Scripted(answer()) as server:
        monkeypatch.setenv("https_proxy", proxy_url(server))
        assert replay("https://target.test/v1").outcomes() == ["connect"]
