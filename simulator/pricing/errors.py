"""A price that is not known. Billing rows counts these as unpriced; everything else stops."""

from simulator.errors import BadInput


class UnknownPrice(BadInput):
    """Something has no price in the book; never priced as $0."""


class UnknownModel(UnknownPrice):
    """No layer of the book knows the model."""


class UnknownTier(UnknownPrice):
    """The model is known, the service tier or region is not, or two tiers exclude each other."""


class UnknownMeter(UnknownPrice):
    """The model is known, but what was used has no price."""


class BadUsage(UnknownPrice):
    """Counts that contradict each other, as more cached than input tokens, or that are missing."""
