"""How fast a rehearsal is: the shipped support chat at 10× for ten minutes of virtual time, on one core."""

import time
from collections.abc import Iterator
from pathlib import Path

from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import Patience, rehearse
from simulator.scenario.scenario import load
from simulator.traffic.generate import generate
from simulator.traffic.multiply import multiply
from simulator.yamlfile import load as load_yaml

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SPAN_S, SCALE, SEED = 600.0, 10, 1


def run() -> Iterator[str]:
    """One line per strategy."""
    scenario = load(SCENARIOS / "support-chat.yaml")
    profile = load_yaml(SCENARIOS / "staging/hosted.yaml", Profile)
    trace = multiply(generate(scenario.traffic, span_s=SPAN_S, seed=SEED), SCALE, seed=SEED)
    for name, strategy in scenario.strategies.items():
        begun = time.process_time()
        calls, _ = rehearse(
            trace, {name: strategy}, profile, scale=SCALE, seed=SEED, patience=Patience(first_token_s=20, total_s=60)
        )
        took = time.process_time() - begun
        yield (
            f"rehearsal: {name}, {len(trace):,} requests of {SPAN_S:g} s in {took:.1f} s of CPU, "
            f"{calls.num_rows / took:,.0f} attempts/s"
        )


if __name__ == "__main__":
    print(*run(), sep="\n")
