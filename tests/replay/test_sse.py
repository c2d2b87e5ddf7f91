"""The event stream is read the same however the bytes are cut."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from simulator.replay.sse import EventStream

STREAM = (
    b'\xef\xbb\xbfdata: {"a": 1}\n\n: a comment\n\nevent: delta\rdata:two\rdata: lines\r\r'
    b"id: 7\r\ndata: \xc3\xa4\r\n\r\n"
    b"event: lonely\n\ndata\n\ndata: [DONE]\n\n"
)
EVENTS = [(b"", b'{"a": 1}'), (b"delta", b"two\nlines"), (b"", "ä".encode()), (b"", b""), (b"", b"[DONE]")]


def read(*chunks: bytes) -> list[tuple[bytes, bytes]]:
    events: list[tuple[bytes, bytes]] = []
    stream = EventStream(lambda kind, data, _: events.append((kind, data)))
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
    stream = EventStream(lambda _, data, __: events.append(data))
    stream.feed(b"data: whole\n\ndata: cut")
    assert events == [b"whole"]
