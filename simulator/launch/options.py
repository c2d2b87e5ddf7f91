"""What `tenfold run` was asked to do, after parsing and before anything happens."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from simulator.errors import BadInput
from simulator.scenario.scenario import Scenario
from simulator.strategies.node import Node
from simulator.traffic.multiply import Meaning

SCALES = (1.0, 2.0, 10.0)
DURATION_S = 18.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Flags of one run; None or empty means what the scenario says."""

    scenario: Path
    command: tuple[str, ...]
    """As typed; keys in it are redacted before it is written anywhere."""
    scales: tuple[float, ...] = SCALES
    strategies: tuple[str, ...] = ()
    repeat: int = 1
    duration_s: float = DURATION_S
    """Planned span of each rung."""
    seed: int | None = None
    trace: Path | None = None
    trace_format: str | None = None
    trace_from_s: float = 0.0
    meaning: Meaning = "clone"
    jitter_s: float | None = None
    """Within which a clone starts around its original; None: a minute, or a twentieth of a shorter span."""
    keep_prompts: bool = False
    """Copy a user's own prompts into the run directory; else only their hash is kept."""
    target: str | None = None
    cooldown_s: float = 10.0
    prices: Path | None = None
    out: Path | None = None
    results: Path = Path("results")
    processes: int = 1
    matrix_sample: int | None = None
    """Requests to record on every model once; None: no matrix."""
    tried: Path | None = None
    """More strategies than the scenario's: a file of them."""
    predicted_by: Path | None = None
    """An earlier run whose recorded answers say beforehand what the strategies will cost and take."""
    label_accuracy: float | None = None
    """Assumed in that prediction, for classifiers that the earlier run did not have."""
    max_spend: Decimal | None = None
    max_error_rate: float | None = None
    users: int | None = None
    """Closed loop: so many sessions at a time instead of the trace's times."""

    def __post_init__(self) -> None:
        """Refuses what would measure something else than was asked.

        An empty URL is a variable that nobody set: it must not send a test of staging to the embedded endpoint.
        A closed loop has as many users at every scale: its 10× would be no ten times the load, nor break at it.
        """
        if self.target is not None and not self.target.startswith(("http://", "https://")):
            raise BadInput(f"--target: {self.target!r} is not a URL; write http://… or https://…")
        if self.users is not None and self.scales != (1.0,):
            raise BadInput(
                f"--users {self.users}: a closed loop has so many sessions in flight at every scale, so a scale is no "
                "multiple of its load; write --scale 1, and a longer --duration for a longer test"
            )

    def chosen(self, scenario: Scenario) -> dict[str, Node]:
        """The strategies to run, in the scenario's order; the baseline first. Raises `BadInput` for an unknown one."""
        unknown = [name for name in self.strategies if name not in scenario.strategies]
        if unknown:
            known = ", ".join(scenario.strategies)
            raise BadInput(f"--strategy {', '.join(unknown)}: not in {self.scenario}; it has {known}")
        return {
            name: node for name, node in scenario.strategies.items() if not self.strategies or name in self.strategies
        }

    def url(self, scenario: Scenario) -> str | None:
        """Where requests go; None: to the embedded endpoint."""
        return scenario.target.url if self.target is None else self.target
