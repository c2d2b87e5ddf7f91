"""Server-sent events, read as the bytes come (WHATWG HTML, 9.2.6 "Interpreting an event stream")."""

from collections.abc import Callable

_BOM = b"\xef\xbb\xbf"

Sink = Callable[[bytes, bytes], None]
"""Called with an event's type (empty for `message`) and its data, both as bytes of UTF-8."""


class EventStream:
    """Bytes in, events out. Lines may end in CR, LF or CRLF and be cut anywhere; an event without data is none."""

    __slots__ = ("_data", "_event", "_rest", "_sink", "_skip_lf", "_start")

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._rest = b""
        self._data: list[bytes] = []
        self._event = b""
        self._skip_lf = False
        self._start = True

    @property
    def pending(self) -> bool:
        """Whether an event was begun that its blank line has not ended: the stream was cut."""
        return bool(self._rest or self._data)

    def feed(self, chunk: bytes) -> None:
        """Hot: once per chunk. Whole events that each stand on one `data: ` line skip the line machine."""
        if not (self._rest or self._data or self._event or self._skip_lf or self._start):
            if chunk.endswith(b"\n\n") and b"\r" not in chunk:
                for part in chunk[:-2].split(b"\n\n"):
                    if part.startswith(b"data: ") and b"\n" not in part:
                        self._sink(b"", part[6:])
                    else:
                        self._lines(part + b"\n\n")
                return
        elif self._start:
            chunk = self._rest + chunk
            self._rest = b""
            if _BOM.startswith(chunk):
                self._rest = chunk
                return
            self._start = False
            self.feed(chunk.removeprefix(_BOM))
            return
        self._lines(chunk)

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
                self._sink(event, b"\n".join(data))
            return
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._event = value
