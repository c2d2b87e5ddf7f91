"""What a trace or log format promises."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from simulator.traffic.intake import Import


class Format(ABC):
    """One way to write down requests. A subclass sets `name`."""

    name: ClassVar[str]

    @abstractmethod
    def fits(self, head: bytes) -> bool:
        """Whether a file that begins like this (decompressed) is of this format; at most one format may say so."""

    @abstractmethod
    def read(self, path: Path) -> Import:
        """The file as a trace. Raises `InvalidFile` where it is not of this format or has no usable row."""
