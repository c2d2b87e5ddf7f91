"""Everything that a run stands on, read and checked together before anything is sent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from simulator import yamlfile
from simulator.comparison.foretold import Foretold
from simulator.comparison.labels import Labels
from simulator.errors import BadInput, InvalidFile
from simulator.launch import asked
from simulator.launch.matrix import SCALE, Matrix
from simulator.launch.options import Options
from simulator.launch.planned import planned, too_long, unsent_prompts
from simulator.pricing.book import PriceBook
from simulator.provider.profile import Profile
from simulator.run.record import relative, sha256
from simulator.scenario import scenario as scenarios
from simulator.scenario.own_prompts import chats_text, read_chats
from simulator.scenario.quality import Validator
from simulator.scenario.scenario import Scenario
from simulator.strategies import ranges
from simulator.strategies.library import Library
from simulator.strategies.node import Node
from simulator.traffic.chats import Chats
from simulator.traffic.multiply import default_jitter, multiply
from simulator.traffic.trace import Trace
from simulator.units import scale_text, seconds_text


@dataclass(frozen=True)
class Inputs:
    """A scenario with its profile, prices and 1× trace, in force for one run."""

    scenario: Scenario
    scenario_path: Path
    profile: Profile | None
    profile_path: Path | None
    book: PriceBook
    strategies: Mapping[str, Node]
    """Those that were chosen, in the scenario's order."""
    trace: Trace
    seed: int
    at: datetime
    """The instant whose prices hold for the run's bill."""
    notes: tuple[str, ...] = ()
    """What was dropped or repaired in a recorded trace; what to know of a user's own prompts."""
    matrix: Matrix | None = None
    chats: dict[str, Chats] = field(default_factory=dict)
    """A user's own prompts, by journey."""
    foretold: Foretold | None = None
    """What an earlier run says of the strategies."""
    validator: Validator | None = None
    """What every answer must be, its schema read."""

    @classmethod
    def read(cls, options: Options) -> "Inputs":
        """Raises `InvalidFile` or `BadInput` with everything that is wrong."""
        scenario = scenarios.load(options.scenario, also=options.tried)
        book = PriceBook.load(options.prices)
        profile_path = _profile_path(scenario, options)
        profile = yamlfile.load(profile_path, Profile) if profile_path else None
        if profile:
            asked.refuse_unmade(options.scenario, scenario)
        chosen, at = options.chosen(scenario), datetime.now(UTC)
        files = options.scenario, options.tried
        problems = list(asked.unknown_models(*files, scenario, book=book, profile=profile, at=at))
        if problems:
            raise InvalidFile(*problems)
        seed = scenario.seed if options.seed is None else options.seed
        chats = {} if options.trace else read_chats(scenario, options.scenario)
        trace, notes = planned(scenario, options, chats, seed)
        models = set[str]().union(*(node.answerers() for node in chosen.values()))
        notes = (*notes, *too_long(trace, profile, models), *_passed(scenario, at))
        notes = (*notes, *(caution for node in chosen.values() for caution in node.cautions()))
        if options.tried:
            notes = (*notes, *Library.load(options.tried).notes)
        quality, folder = scenario.quality, options.scenario.parent
        if quality and quality.labels:
            Labels.read(folder / quality.labels)
        inputs = cls(
            scenario=scenario,
            scenario_path=options.scenario,
            profile=profile,
            profile_path=profile_path,
            book=book,
            strategies=chosen,
            trace=trace,
            seed=seed,
            at=at,
            notes=notes,
            matrix=_matrix(chosen, options, trace, seed),
            chats=chats,
            foretold=_foretold(chosen, options, trace),
            validator=quality.validator.beside(folder) if quality and quality.validator else None,
        )
        for scale in options.scales:
            if scale < 1:  # others leave everything
                inputs.at_scale(scale, options)
        return inputs

    def rungs(self, options: Options) -> Iterator[tuple[float, str, int]]:
        """Scale by scale, so that strategies meet the same machine; each strategy on identical arrivals."""
        for scale in options.scales:
            for again in range(1, options.repeat + 1):
                for name in self.strategies:
                    yield scale, name, again

    def at_scale(self, scale: float, options: Options) -> Trace:
        """The traffic of a rung. Raises `BadInput` where a scale leaves no request of it."""
        trace = multiply(self.trace, scale, meaning=options.meaning, seed=self.seed, jitter_s=options.jitter_s)
        if not len(trace):
            raise BadInput(
                f"--scale: no request is left at {scale_text(scale)} of {self.planned_text()}; "
                "give a larger scale, or a longer --duration"
            )
        return trace

    def models(self) -> set[str]:
        """All models that the chosen strategies may ask."""
        return set[str]().union(*(tree.models() for tree in self.strategies.values()))

    def settled(self) -> list[str]:
        """What a strategy says as a range, and what is served instead: nothing is drawn in a run or a rehearsal."""
        return [
            f"{path}: {one.taken_text}" for tree in self.strategies.values() for path, one in ranges.found(tree).items()
        ]

    def refuse_unsent(self, also: Path | None) -> None:
        """Raises `InvalidFile` for strategies that a load test cannot send; `also` is the file of further ones."""
        asked.refuse_unsent(self.scenario_path, also, self.strategies)

    def usd_per_million(self) -> dict[str, dict[str, str]]:
        """For what must know its spending while it runs: a guard, a budget in dollars."""
        tiers = set[tuple[str, str]]().union(*(tree.tiers() for tree in self.strategies.values()))
        return self.book.usd_per_million(self.models(), at=self.at, tiers=tiers)

    def planned_text(self) -> str:
        sessions = len(self.trace.sessions())
        return f"{len(self.trace)} requests in {sessions} sessions over {seconds_text(self.trace.span_s)} at 1×"

    def multiply_text(self, options: Options) -> str:
        if options.users is not None:
            return f"closed loop, {options.users} sessions at a time: 1× is what they ask for, not the plan's arrivals"
        if options.meaning != "clone":
            return options.meaning
        given = options.jitter_s
        jitter = seconds_text(default_jitter(self.trace.span_s) if given is None else given)
        return f"clone: each session k times on the same clock, starts jittered by up to {jitter}"

    def trace_text(self, options: Options) -> str:
        if options.trace is None:
            return "; ".join([f"generated, seed {self.seed}", *chats_text(self.scenario, self.chats)])
        span = f"{seconds_text(options.trace_from_s)} + {seconds_text(self.trace.span_s)}"
        labels = "" if self._labelled() else "; no difficulty labels, so a simulated classifier guesses"
        log = f"{options.trace.name} sha256:{sha256(options.trace)[:12]}, {span}{labels}"
        return "; ".join([log, *unsent_prompts(self.scenario)])

    def prompt_hashes(self) -> dict[str, str]:
        """SHA-256 of a user's own prompts, by path as it may be written down."""
        return {relative(one.path, here=Path.cwd()): one.sha256 for one in self.chats.values()}

    def _labelled(self) -> bool:
        return bool(self.trace.table["difficulty"].null_count < len(self.trace))


def _foretold(chosen: Mapping[str, Node], options: Options, trace: Trace) -> Foretold | None:
    if options.predicted_by is None:
        if options.label_accuracy is not None:
            raise BadInput("--label-accuracy is assumed by a prediction; name its run with --predicted-by RUN")
        return None
    if SCALE not in options.scales:
        raise BadInput("--predicted-by is held against what is measured at 1×; add 1 to --scale")
    return Foretold.of(options.predicted_by, chosen, trace, label_accuracy=options.label_accuracy)


def _profile_path(scenario: Scenario, options: Options) -> Path | None:
    if options.url(scenario) is not None:
        return None
    if scenario.target.staging is None:
        raise BadInput(f"{options.scenario}: target: names neither staging nor url; give one, or use --target URL")
    return options.scenario.parent / scenario.target.staging


def _matrix(chosen: Mapping[str, Node], options: Options, trace: Trace, seed: int) -> Matrix | None:
    if options.matrix_sample is None:
        return None
    if SCALE not in options.scales:
        raise BadInput("--matrix is recorded beside the baseline at 1×; add 1 to --scale")
    return Matrix.of(chosen, trace, requests=options.matrix_sample, seed=seed)


def _passed(scenario: Scenario, at: datetime) -> Iterator[str]:
    """A month before today is projected as asked, and nobody should sign it for the coming one."""
    starts = scenario.launch.starts
    if starts < at.date():
        yield f"launch.starts {starts} has passed: the months projected are those from {starts:%B %Y} on"
