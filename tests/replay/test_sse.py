"""The event stream is read the same however the bytes are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.replay.dialects.chat import Chat
from simulator.replay.dialects.dialect import Dialect
from simulator.replay.dialects.messages import Messages
from simulator.replay.reading import Reading
from simulator.replay.sse import EventStream

STREAM = (
    b'\xef\xbb\xbfdata: {"a": 1}\n\n: a comment\n\nevent: delta\rdata:two\rdata: lines\r\r'
    b"id: 7\r\ndata: \xc3\xa4\r\n\r\n"
    b"event: lonely\n\ndata\n\ndata: [DONE]\n\n"
)
EVENTS = [(b"", b'{"a": 1}'), (b"delta", b"two\nlines"), (b"", "ä".encode()), (b"", b""), (b"", b"[DONE]")]


def read(*chunks: bytes) -> list[tuple[bytes, bytes]]:
    events: list[tuple[bytes, bytes]] = []
    stream = EventStream(lambda _, kind, data, __: events.append((kind, data)), Reading())
    for chunk in chunks:
        stream.feed(chunk)
    return events


def test_all_line_ends_comments_and_multi_line_data():
    assert read(STREAM) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_cuts_anywhere_change_nothing(cuts: list[int]):
    edges = [0, *sorted(cuts), len(STREAM)]
    assert read(*(STREAM[a:b] for a, b in pairwise(edges))) == EVENTS


def test_byte_by_byte():
    assert read(*(bytes([byte]) for byte in STREAM)) == EVENTS


def test_several_events_in_one_chunk_and_one_event_in_several():
    assert read(b"data: 1\n\ndata: 2\n\n", b"data: 3\n\n", b"da", b"ta: 4\n", b"\n") == [
        (b"", b"%d" % n) for n in (1, 2, 3, 4)
    ]


def test_an_event_without_its_blank_line_is_never_told():
    events: list[bytes] = []
    stream = EventStream(lambda _, __, data, ___: events.append(data), Reading())
    stream.feed(b"data: whole\n\ndata: cut")
    assert events == [b"whole"]


CHAT = b'data: {"choices":[{"index":0,"delta":{"content":"%b"},"finish_reason":null}]}\n\n'
MESSAGES = b"event: content_block_delta\ndata: "
MESSAGES += b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%b"}}\n\n'
TEXTS = [b"one", b" two", rb"\"quoted\"", b"\xc3\xa4", b" last"]


@pytest.mark.parametrize(("dialect", "chunk"), [(Chat(), CHAT), (Messages(), MESSAGES)])
@given(cuts=st.lists(st.integers(0, 900), max_size=6))
def test_chunks_that_are_framed_alike_say_the_same_however_they_are_cut(
    dialect: Dialect, chunk: bytes, cuts: list[int]
):
    whole = b"".join(chunk % text for text in TEXTS)
    reading = Reading()
    stream = EventStream(dialect.event, reading)
    edges = [0, *sorted(cuts), len(whole)]
    for a, b in pairwise(edges):
        stream.feed(whole[a:b], at=b)
    assert (reading.chunks, reading.text) == (5, 'one two"quoted"ä last')


def test_a_chunk_in_the_frame_that_holds_more_than_text_is_parsed():
    reading = Reading()
    stream = EventStream(Chat().event, reading)
    for number, text in enumerate([b"a", b"b", b"", rb"\n", b'x","refusal":"no', b"c"]):
        stream.feed(CHAT % text, at=number)
    assert (reading.chunks, reading.texts, reading.malformed) == (5, [b"a", b"b", b"\n", b"x", b"c"], False)
