"""Strategies side by side on identical arrivals: `compare` makes a `Comparison`."""

from simulator.comparison.contenders import compare
from simulator.comparison.result import Comparison, Contender, Saving

__all__ = ["Comparison", "Contender", "Saving", "compare"]
