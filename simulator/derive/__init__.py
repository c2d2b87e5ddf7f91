"""From evidence to figures: what is drawn from the files of one run directory."""

from simulator.derive.summary import derive

__all__ = ["derive"]
