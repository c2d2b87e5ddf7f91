"""Both parsers read the same answers, however they are cut."""

from itertools import pairwise

import h11
import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.replay.framing import PlainFraming
from tests.replay.scripted import LAST, STREAM, chunk

ANSWERS = (
    b"HTTP/1.1 100 Continue\r\n\r\n"
    + STREAM
    + chunk(b"data: 1\n\n")
    + chunk(b"data: 2\n\n")
    + LAST
    + b"HTTP/1.1 429 Too Many\r\nRetry-After: 2\r\ncontent-length: 4\r\n\r\nwait"
    + b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)


class Told:
    """Everything that a parser said, with cuts of bodies undone."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[bytes, bytes], bytes, bool]] = []
        self.parser: PlainFraming | httptools.HttpResponseParser
        self.headers: dict[bytes, bytes] = {}
        self.body = b""

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.lower()] = value

    def on_headers_complete(self) -> None: ...

    def on_body(self, data: bytes) -> None:
        self.body += data

    def on_message_complete(self) -> None:
        status = self.parser.get_status_code()
        keep = status >= 200 and self.parser.should_keep_alive()
        self.answers.append((status, self.headers, self.body, keep))
        self.headers, self.body = {}, b""


def read(kind: type[PlainFraming] | type[httptools.HttpResponseParser], *pieces: bytes) -> Told:
    told = Told()
    told.parser = kind(told)
    for piece in pieces:
        told.parser.feed_data(piece)
    return told


def test_what_both_read():
    assert [(status, body, keep) for status, _, body, keep in read(PlainFraming, ANSWERS).answers] == [
        (100, b"", False),
        (200, b"data: 1\n\ndata: 2\n\n", True),
        (429, b"wait", True),
        (200, b"", False),
    ]


@given(st.lists(st.integers(0, len(ANSWERS)), max_size=6))
def test_they_agree_wherever_the_bytes_are_cut(cuts: list[int]):
    pieces = [ANSWERS[start:end] for start, end in pairwise([0, *sorted(cuts), len(ANSWERS)]) if start < end]
    assert read(PlainFraming, *pieces).answers == read(httptools.HttpResponseParser, *pieces).answers


def test_what_is_not_http_is_refused():
    with pytest.raises(h11.RemoteProtocolError):
        read(PlainFraming, b"SSH-2.0-nonsense\r\n\r\n")
