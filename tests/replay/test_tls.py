"""HTTPS as in the field: verified by default, streamed and timed as plain HTTP is."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from simulator.errors import InvalidFile
from simulator.replay.tls import context
from tests.replay.rig import replay, request
from tests.replay.scripted import STREAM, Scripted, answer, end, event

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="makes its certificate with the openssl command"
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for `localhost` that signs itself, and its key."""
    where = tmp_path_factory.mktemp("tls")
    cert, key = where / "cert.pem", where / "key.pem"
    make = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    subprocess.run(["openssl", *make.split(), "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of whoever runs the tests stays out of them."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server_context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def secure(server: Scripted) -> str:
    return server.url.replace("http://127.0.0.1", "https://localhost")


def test_a_stream_over_tls_is_timed_as_over_tcp(certificate: tuple[Path, Path], server_context: ssl.SSLContext):
    with Scripted([STREAM, 0.1, event(content="a"), 0.05, event(content="b"), end()], context=server_context) as server:
        (call,) = replay(secure(server), ca_file=certificate[0]).calls
    assert (call.outcome, call.chunks) == ("ok", 2)
    assert call.first_token_at - call.sent_at >= 0.1
    assert 0.05 <= call.max_gap_s < 0.1


def test_connections_are_kept(certificate: tuple[Path, Path], server_context: ssl.SSLContext):
    turns = [request("s1.t1"), request("s1.t2", turn=2, at=None, think_s=0.05)]
    with Scripted(answer(), context=server_context) as server:
        assert replay(secure(server), turns, ca_file=certificate[0]).outcomes() == ["ok", "ok"]
        assert server.connections == 1


def test_an_unknown_authority_is_refused(server_context: ssl.SSLContext):
    with Scripted(answer(), context=server_context) as server:
        assert replay(secure(server)).outcomes() == ["tls"]
        assert server.requests == []


def test_a_name_that_the_certificate_does_not_hold_is_refused(
    certificate: tuple[Path, Path], server_context: ssl.SSLContext
):
    with Scripted(answer(), context=server_context) as server:
        url = server.url.replace("http://", "https://")
        assert replay(url, ca_file=certificate[0]).outcomes() == ["tls"]


def test_a_plain_server_behind_an_https_url_is_a_tls_failure(certificate: tuple[Path, Path]):
    with Scripted(answer()) as server:
        (call,) = replay(secure(server), ca_file=certificate[0]).calls
    assert call.outcome in ("tls", "connect", "connect_timeout")


def test_a_large_prompt_goes_through(certificate: tuple[Path, Path], server_context: ssl.SSLContext):
    with Scripted(answer(), context=server_context) as server:
        rows = replay(secure(server), [request(input_tokens=200_000)], ca_file=certificate[0])
        assert len(server.requests[0]) > 500_000
    assert rows.outcomes() == ["ok"]


def test_a_ca_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no certificate")
    with pytest.raises(InvalidFile, match=r"notes\.txt: holds no certificate; target\.ca_file names a PEM file"):
        context(tmp_path / "notes.txt")
    with pytest.raises(InvalidFile, match=r"gone\.pem: cannot be read: .*; check target\.ca_file"):
        context(tmp_path / "gone.pem")
