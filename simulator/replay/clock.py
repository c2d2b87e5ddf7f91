"""Time as the replay reads it: nanoseconds of the monotonic clock, and the kernel's receive stamps brought onto it."""

import socket
import struct
import sys
import time

now = time.monotonic_ns

# Linux numbers SO_TIMESTAMPNS 35 (asm-generic/socket.h); the stamp is a struct timespec of the wall clock.
SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("qq")
_MEASUREMENTS = 9  # of the offset; the tightest counts


class Clock:
    """Receive times of one process. The wall clock may be stepped or slewed, so its offset is measured anew."""

    def __init__(self, *, kernel: bool = sys.platform == "linux") -> None:
        self.kernel = kernel
        self.fallbacks = 0
        """Stamps that lay outside [previous read, now] and were replaced by the time of the read."""
        self.offset_ns = 0
        self.drift_ns = 0
        """Largest change of the offset between two measurements."""
        self.measure()
        self.drift_ns = 0

    @property
    def name(self) -> str:
        return "kernel receive timestamps" if self.kernel else "monotonic clock"

    def measure(self) -> None:
        """Wall clock − monotonic clock, from the reading pair that took the least time."""
        pairs = [(now(), time.time_ns(), now()) for _ in range(_MEASUREMENTS)]
        before, wall, after = min(pairs, key=lambda pair: pair[2] - pair[0])
        offset = wall - (before + after) // 2
        self.drift_ns = max(self.drift_ns, abs(offset - self.offset_ns))
        self.offset_ns = offset

    def prepare(self, sock: socket.socket) -> None:
        """Ask the kernel to stamp what the socket receives."""
        if self.kernel:
            sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)

    def received(self, ancillary: list[tuple[int, int, bytes]], earliest: int) -> int:
        """When the last segment of a read arrived, between `earliest` and now."""
        read = now()
        if not ancillary:
            self.fallbacks += self.kernel
            return read
        seconds, nanoseconds = _TIMESPEC.unpack(ancillary[0][2])
        stamp: int = seconds * 1_000_000_000 + nanoseconds - self.offset_ns
        if earliest <= stamp <= read:
            return stamp
        self.fallbacks += 1
        return read
