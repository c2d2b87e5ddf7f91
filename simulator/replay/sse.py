"""Server-sent events, read as the bytes come (WHATWG HTML, 9.2.6 "Interpreting an event stream")."""

from collections.abc import Callable

from simulator.replay.reading import Reading

_BOM = b"\xef\xbb\xbf"

Read = Callable[[Reading, bytes, bytes, int], None]
"""Called with a reading, an event's type (empty for `message`) and its data, as UTF-8, and when its last byte came."""


class EventStream:
    """Bytes in, events out. Lines may end in CR, LF or CRLF and be cut anywhere; an event without data is none."""

    __slots__ = ("_at", "_between", "_data", "_event", "_read", "_reading", "_rest", "_skip_lf", "_start")

    def __init__(self, read: Read, reading: Reading) -> None:
        self._read = read
        self._reading = reading
        self._rest = b""
        self._data: list[bytes] = []
        self._event = b""
        self._skip_lf = False
        self._start = True
        self._between = False
        """Whether the next byte begins an event, with nothing left over from before."""
        self._at = 0

    def feed(self, chunk: bytes, at: int = 0) -> None:
        """Hot: once per chunk. One that is framed as the ones before differs from them in its text alone."""
        frame = self._reading.frame
        if frame is not None and self._between and chunk.startswith(frame[0]) and chunk.endswith(frame[1]):
            text = chunk[len(frame[0]) : -len(frame[1])]
            if text and b'"' not in text and b"\\" not in text:
                self._reading.output(at, text)
                return
        self._events(chunk, at)

    def _events(self, chunk: bytes, at: int) -> None:
        """Whole events that each stand on one `data: ` line skip the line machine."""
        if not (self._between and chunk.endswith(b"\n\n") and b"\r" not in chunk):
            self._slowly(chunk, at)
            return
        for part in chunk[:-2].split(b"\n\n"):
            if part.startswith(b"data: ") and b"\n" not in part:
                self._read(self._reading, b"", part[6:], at)
            else:
                self._slowly(part + b"\n\n", at)

    def _slowly(self, chunk: bytes, at: int) -> None:
        self._at = at
        if self._start:
            chunk = self._rest + chunk
            self._rest = b""
            if _BOM.startswith(chunk):
                self._rest = chunk
                return
            self._start = False
            chunk = chunk.removeprefix(_BOM)
        self._lines(chunk)
        self._between = not (self._rest or self._data or self._event or self._skip_lf)

    def _lines(self, chunk: bytes) -> None:
        if self._skip_lf and chunk:
            self._skip_lf = False
            chunk = chunk.removeprefix(b"\n")
        lines = (self._rest + chunk).splitlines(keepends=True)  # for bytes: CR, LF and CRLF only
        self._rest = b""
        if lines and not lines[-1].endswith((b"\n", b"\r")):
            self._rest = lines.pop()
        elif lines and lines[-1].endswith(b"\r"):  # its LF may come with the next chunk
            self._skip_lf = True
        for line in lines:
            self._line(line.rstrip(b"\r\n"))

    def _line(self, line: bytes) -> None:
        if not line:
            data, event = self._data, self._event
            self._data, self._event = [], b""
            if data:
                self._read(self._reading, event, b"\n".join(data), self._at)
            return
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._event = value
