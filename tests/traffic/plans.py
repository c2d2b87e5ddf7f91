"""Plans that several tests start from."""

from simulator.traffic.plan import Traffic


def chat(**changes):
    """A plan of short chats with a shared system prompt."""
    journey = {
        "name": "chat",
        "turns": {"kind": "geometric", "mean": 2, "max": 6},
        "think": {"kind": "lognormal", "median": "1s", "sigma": 0.5},
        "system_tokens": 420,
        "input_tokens": {"kind": "lognormal", "median": 70, "sigma": 0.7},
        "output_tokens": {"kind": "lognormal", "median": 110, "sigma": 0.6},
        "hard": "20%",
    }
    return Traffic.model_validate(
        {"arrivals": {"kind": "poisson", "rate": "5/s"}, "journeys": [journey | changes]},
    )
