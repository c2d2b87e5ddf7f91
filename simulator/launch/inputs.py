"""Everything that a run stands on, read and checked together before anything is sent, and kept beside its results."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from simulator import yamlfile
from simulator.comparison.foretold import Foretold
from simulator.comparison.labels import Labels
from simulator.errors import BadInput, InvalidFile
from simulator.launch.matrix import SCALE, Matrix
from simulator.launch.options import Options
from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownPrice
from simulator.pricing.snapshot import snapshot_text
from simulator.provider import structured
from simulator.provider.profile import Profile
from simulator.run.directory import PROFILE_FILE, RATES_FILE, SCENARIO_FILE, RunDirectory
from simulator.run.kept import ANSWER_SCHEMA, LABELS, STRATEGIES
from simulator.run.record import relative, sha256
from simulator.scenario import scenario as scenarios
from simulator.scenario.own_prompts import chats_text, planned_trace, read_chats, repeats_note
from simulator.scenario.quality import Quality, Validator
from simulator.scenario.scenario import Scenario
from simulator.strategies import ranges
from simulator.strategies.effects import BATCH
from simulator.strategies.library import Library
from simulator.traffic.chats import Chats
from simulator.traffic.multiply import default_jitter, multiply
from simulator.traffic.reading import read as read_log
from simulator.traffic.slice import cut
from simulator.traffic.trace import Trace
from simulator.units import count_text, scale_text, seconds_text

_MOST_REQUESTS = 2_000_000
"""In the largest rung: about two minutes of planning per strategy, and some gigabytes."""


@dataclass(frozen=True)
class Inputs:
    """A scenario with its profile, prices and 1× trace, in force for one run."""

    scenario: Scenario
    scenario_path: Path
    profile: Profile | None
    profile_path: Path | None
    book: PriceBook
    strategies: list[str]
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
            _refuse_unmade(options.scenario, scenario)
        strategies = list(options.chosen(scenario))
        at = datetime.now(UTC)
        problems = list(_unknown_models(options.scenario, options.tried, scenario, book=book, profile=profile, at=at))
        if problems:
            raise InvalidFile(*problems)
        seed = scenario.seed if options.seed is None else options.seed
        chats = {} if options.trace else read_chats(scenario, options.scenario)
        trace, notes = _trace(scenario, options, chats, seed)
        matrix = _matrix(scenario, options, trace, seed)
        asked = set[str]().union(*(scenario.strategies[name].answerers() for name in strategies))
        notes = (*notes, *_too_long(trace, profile, sorted(asked)), *_passed(scenario, at))
        if options.tried:
            notes = (*notes, *Library.load(options.tried).notes)
        quality, folder = scenario.quality, options.scenario.parent
        if quality and quality.labels:
            Labels.read(folder / quality.labels)
        return cls(
            scenario,
            options.scenario,
            profile,
            profile_path,
            book,
            strategies,
            trace,
            seed,
            at,
            notes,
            matrix,
            chats,
            _foretold(options, scenario, trace),
            quality.validator.beside(folder) if quality and quality.validator else None,
        )

    def rungs(self, options: Options) -> Iterator[tuple[float, str, int]]:
        """Scale by scale, so that strategies meet the same machine; each strategy on identical arrivals."""
        for scale in options.scales:
            for again in range(1, options.repeat + 1):
                for name in self.strategies:
                    yield scale, name, again

    def at_scale(self, scale: float, options: Options) -> Trace:
        """The traffic of a rung."""
        return multiply(self.trace, scale, meaning=options.meaning, seed=self.seed, jitter_s=options.jitter_s)

    def models(self) -> set[str]:
        """All models that the chosen strategies may ask."""
        named = self.scenario.models()
        return set().union(*(named[name] for name in self.strategies))

    def settled(self) -> list[str]:
        """What a strategy says as a range, and what is served instead: nothing is drawn in a run or a rehearsal."""
        trees = (self.scenario.strategies[name] for name in self.strategies)
        return [f"{path}: {one.taken_text}" for tree in trees for path, one in ranges.found(tree).items()]

    def refuse_unsent(self, also: Path | None) -> None:
        """Raises `InvalidFile` for strategies that a load test cannot send; `also` is the file of further ones."""
        trees = {name: self.scenario.strategies[name].unsent() for name in self.strategies}
        found = [
            f"{_where(name, self.scenario_path, also)}: a load test cannot send {node.path}, whose API is another; "
            "try `tenfold rehearse`, or `tenfold compare RUN --try FILE`, and leave it out here with --strategy"
            for name, node in trees.items()
            if node
        ]
        if found:
            raise InvalidFile(*found)

    def rates(self) -> list[dict[str, str]]:
        """The prices of those models now and at every change until the projection ends, at each tier that is asked.

        The batch tier is kept wherever there is one: what could have waited is asked about afterwards.
        """
        trees = [self.scenario.strategies[name] for name in self.strategies]
        tiers = {(model, BATCH) for model in self.models()}.union(*(tree.tiers() for tree in trees))
        named = set[tuple[str, str]]().union(*(tree.providers() for tree in trees))
        end, rows = self._projection_end(), []
        for model in sorted(self.models()):
            for name in (model, *sorted(f"{provider}/{model}" for asked, provider in named if asked == model)):
                own = sorted(tier for asked, tier in tiers if asked == model and self._priced(name, tier))
                rows += self.book.snapshot([name], self.at, until=end, tiers=(None, *own))
        return rows

    def _priced(self, model: str, tier: str) -> bool:
        try:
            self.book.rates(model, at=self.at, tier=tier)
        except UnknownPrice:
            return False
        return True

    def usd_per_million(self) -> dict[str, dict[str, str]]:
        """For what must know its spending while it runs: a guard, a budget in dollars."""
        tiers = set[tuple[str, str]]().union(*(self.scenario.strategies[name].tiers() for name in self.strategies))
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
        return "; ".join([log, *_unsent_prompts(self.scenario)])

    def prompt_hashes(self) -> dict[str, str]:
        """SHA-256 of a user's own prompts, by path as it may be written down."""
        return {relative(one.path, here=Path.cwd()): one.sha256 for one in self.chats.values()}

    def _labelled(self) -> bool:
        return bool(self.trace.table["difficulty"].null_count < len(self.trace))

    def _projection_end(self) -> datetime:
        start: date = self.scenario.launch.starts
        return datetime(start.year, start.month, 1, tzinfo=UTC) + timedelta(
            days=31 * (self.scenario.projection.months + 1)
        )


def keep(inputs: Inputs, directory: RunDirectory, options: Options) -> None:
    """Copy what was read into `inputs/`: an old run is read again without the files that it was made from.

    A user's own prompts only when asked: they may hold what nobody else should read.
    """
    directory.keep(inputs.scenario_path, name=Path(SCENARIO_FILE).name)
    if inputs.profile_path:
        directory.keep(inputs.profile_path, name=Path(PROFILE_FILE).name)
    if options.tried:
        directory.keep(options.tried, name=f"{STRATEGIES}{options.tried.suffix}")
    for named, name in _of_quality(inputs.scenario.quality):
        directory.keep(inputs.scenario_path.parent / named, name=f"{name}{named.suffix}")
    if inputs.foretold:
        inputs.foretold.write(directory.path)
    for number, chats in enumerate(inputs.chats.values() if options.keep_prompts else (), 1):
        for file in chats.files:
            directory.keep(file, name=f"prompts-{number}-{file.name}")
    book = inputs.book
    rates = snapshot_text(
        inputs.rates(),
        contracts=book.contracts,
        commitments=book.commitments,
        free=book.free_pools,
        attempts=book.replaced_attempts,
    )
    (directory.path / RATES_FILE).write_text(rates, encoding="utf-8")


def _refuse_unmade(path: Path, scenario: Scenario) -> None:
    """Raises `InvalidFile` for a form of answers that a simulated model cannot make up."""
    try:
        structured.wanted(scenario.target.body)
    except ValueError as error:
        raise InvalidFile(f"{path}:{yamlfile.place(yamlfile.read_text(path), ('target', 'body'))}: {error}") from None


def _of_quality(quality: Quality | None) -> Iterator[tuple[Path, str]]:
    """Files that say how good answers are, with the name that they are kept by."""
    if quality and quality.labels:
        yield quality.labels, LABELS
    if quality and quality.validator and isinstance(quality.validator.fits, Path):
        yield quality.validator.fits, ANSWER_SCHEMA


def _foretold(options: Options, scenario: Scenario, trace: Trace) -> Foretold | None:
    if options.predicted_by is None:
        if options.label_accuracy is not None:
            raise BadInput("--label-accuracy is assumed by a prediction; name its run with --predicted-by RUN")
        return None
    if SCALE not in options.scales:
        raise BadInput("--predicted-by is held against what is measured at 1×; add 1 to --scale")
    chosen = {name: scenario.strategies[name] for name in options.chosen(scenario)}
    return Foretold.of(options.predicted_by, chosen, trace, label_accuracy=options.label_accuracy)


def _profile_path(scenario: Scenario, options: Options) -> Path | None:
    if options.url(scenario) is not None:
        return None
    if scenario.target.staging is None:
        raise BadInput(f"{options.scenario}: target: names neither staging nor url; give one, or use --target URL")
    return options.scenario.parent / scenario.target.staging


def _matrix(scenario: Scenario, options: Options, trace: Trace, seed: int) -> Matrix | None:
    if options.matrix_sample is None:
        return None
    if SCALE not in options.scales:
        raise BadInput("--matrix is recorded beside the baseline at 1×; add 1 to --scale")
    return Matrix.of(
        {name: scenario.strategies[name] for name in options.chosen(scenario)},
        trace,
        requests=options.matrix_sample,
        seed=seed,
    )


def _unknown_models(
    path: Path, also: Path | None, scenario: Scenario, *, book: PriceBook, profile: Profile | None, at: datetime
) -> Iterator[str]:
    """A model or tier that nobody can price or serve, at the strategy that asks it."""
    for name, strategy in scenario.strategies.items():
        where, models = _where(name, path, also), sorted(strategy.models())
        for model, tier in [*((model, None) for model in models), *sorted(strategy.tiers())]:
            try:
                book.rates(model, at=at, tier=tier)
            except UnknownPrice as error:
                yield f"{where}: {error}"
        for model in models:
            if profile and model not in profile.models:
                served = ", ".join(profile.models)
                yield (
                    f"{where}: the profile {scenario.target.staging} serves no {model!r}; it has {served}: "
                    "add the model to it, or send to a --target"
                )


def _trace(scenario: Scenario, options: Options, chats: dict[str, Chats], seed: int) -> tuple[Trace, tuple[str, ...]]:
    if options.trace is None:
        _refuse_beyond(options, scenario.traffic.arrivals.mean_rate * options.duration_s)
        trace = planned_trace(scenario, chats, span_s=options.duration_s, seed=seed)
        if not len(trace):
            raise BadInput(f"no session starts within {seconds_text(options.duration_s)}; use a longer --duration")
        _refuse_beyond(options, len(trace))
        return trace, (*chats_text(scenario, chats), *repeats_note(chats, trace))
    found = read_log(options.trace, form=options.trace_format)
    end = options.trace_from_s + options.duration_s
    trace = cut(found.trace, options.trace_from_s, end)
    if not len(trace):
        raise BadInput(
            f"{options.trace}: no session starts between {seconds_text(options.trace_from_s)} and {seconds_text(end)}; "
            f"the trace spans {seconds_text(found.trace.span_s)}"
        )
    _refuse_beyond(options, len(trace))
    return trace, (*found.report.text().splitlines(), *_shorter(trace, options), *_unsent_prompts(scenario))


def _shorter(trace: Trace, options: Options) -> Iterator[str]:
    if trace.span_s < 0.99 * options.duration_s:
        span, asked = seconds_text(trace.span_s), seconds_text(options.duration_s)
        yield f"the log ends {span} after --from: a rung spans {span}, not {asked}"


def _unsent_prompts(scenario: Scenario) -> Iterator[str]:
    """A log gives lengths, not texts: which of a user's own prompts stay at home."""
    if named := [f"{one.prompts} ({one.name})" for one in scenario.traffic.journeys if one.prompts]:
        yield f"not sent with --trace: {', '.join(named)}; a log's requests are synthetic texts of its lengths"


def _too_long(trace: Trace, profile: Profile | None, models: list[str]) -> Iterator[str]:
    """Which requests a model of the profile turns down for their length alone."""
    lengths = trace.table["input_tokens"].to_numpy()
    for name, model in profile.models.items() if profile else ():
        over = int((lengths >= model.context_window).sum())
        if over and name in models:
            yield (
                f"{count_text(over)} of {count_text(len(lengths))} requests at 1× do not fit the "
                f"{count_text(model.context_window)} tokens of {name}'s context window: "
                "unless a strategy shortens them, they fail"
            )


def _passed(scenario: Scenario, at: datetime) -> Iterator[str]:
    """A month before today is projected as asked, and nobody should sign it for the coming one."""
    starts = scenario.launch.starts
    if starts < at.date():
        yield f"launch.starts {starts} has passed: the months projected are those from {starts:%B %Y} on"


def _refuse_beyond(options: Options, requests: float) -> None:
    """Raises `BadInput` for a plan beyond what is held in memory, before minutes go into it; `requests` at 1×."""
    largest = max(options.scales)
    if (planned := round(requests * largest)) > _MOST_REQUESTS:
        raise BadInput(
            f"{scale_text(largest)} over {seconds_text(options.duration_s)} is a plan of {count_text(planned)} "
            f"requests, beyond {count_text(_MOST_REQUESTS)}; give a smaller --scale or a shorter --duration "
            "(the projection speaks of larger scales without sending)"
        )


def _where(name: str, *files: Path | None) -> str:
    """`file:line:col: strategies.name` of the last file that has it; without a line where another format says it."""
    given = [file for file in files if file]
    for file in reversed(given):
        text = yamlfile.read_text(file)
        place = yamlfile.place(text, ("strategies", name))
        if place != yamlfile.place(text, ("strategies",)):
            return f"{file}:{place}: strategies.{name}"
    return f"{given[-1]}: strategies.{name}"
