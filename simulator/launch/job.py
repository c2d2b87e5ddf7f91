"""One run before its first request: what it reads, where it sends, what it may spend, and the directory for it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from simulator.endpoint import embedded
from simulator.errors import BadInput
from simulator.launch.forecast import forecast
from simulator.launch.inputs import Inputs
from simulator.launch.keeping import keep
from simulator.launch.matrix import SCALE
from simulator.launch.options import Options
from simulator.launch.replaying import Tell
from simulator.launch.target import check_answers, check_key, check_listening, is_loopback, shown
from simulator.provider.profile import Profile
from simulator.replay.evidence import any_rows
from simulator.replay.plan import Guards, OwnPrompts, ReplayPlan, Rung, Target
from simulator.run.directory import TRACE_FILE, RunDirectory, writing
from simulator.run.ledger import CALLS_FILE
from simulator.run.record import RunRecord, hashes, redacted, versions
from simulator.strategies.node import Node

_EMBEDDED = "embedded staging endpoint"


@dataclass(frozen=True, slots=True)
class Job:
    """Both drivers begin here: `tenfold run` and plain Locust plan, keep and record the same."""

    options: Options
    inputs: Inputs
    url: str | None
    """Where requests go; None: to the embedded endpoint."""
    directory: RunDirectory

    @classmethod
    def prepare(cls, options: Options, *, tell: Tell) -> "Job":
        """Read, check and keep everything. Raises `BadInput` or `Precondition`, before anything is sent."""
        inputs = Inputs.read(options)
        inputs.refuse_unsent(options.tried)
        tell({"event": "planned", "text": inputs.planned_text()})
        for note in inputs.notes:
            tell({"event": "note", "text": f"note: {note}"})
        for settled in inputs.settled():
            tell({"event": "assumed", "text": settled})
        url = options.url(inputs.scenario)
        if url is not None:
            _check(url, inputs, options, tell)
        directory = RunDirectory.create(options.results, inputs.scenario.name, seed=inputs.seed, out=options.out)
        with kept_once_rows_are_there(directory), writing(directory.path):
            keep(inputs, directory, options)
            inputs.trace.write(directory.path / TRACE_FILE)
        return cls(options, inputs, url, directory)

    @contextmanager
    def endpoint(self, *, cpu: int | None = None) -> Iterator[str]:
        """Where to send while the block runs: the target, or the embedded endpoint, which ends with the block."""
        if self.url is not None:
            yield self.url
        elif self.inputs.profile_path is not None:
            with embedded(self.inputs.profile_path, seed=self.inputs.seed, cpu=cpu) as base_url:
                yield base_url

    def tried_plan(self, base_url: str, *, tell: Tell) -> ReplayPlan:
        """The plan, once each model of a user's target was asked a question. Raises `Precondition`."""
        plan = self.plan(base_url)
        if self.url is not None:
            models = sorted(set[str]().union(*(one.answerers() for one in plan.strategies.values())))
            for trouble in check_answers(plan.target, models):
                tell({"event": "note", "text": f"note: {trouble}"})
        return plan

    def plan(self, base_url: str) -> ReplayPlan:
        """What the replay is told."""
        inputs, options, path = self.inputs, self.options, self.directory.path
        return ReplayPlan(
            run_dir=path,
            trace=path / TRACE_FILE,
            trace_digest=inputs.trace.digest(),
            meaning=options.meaning,
            jitter_s=options.jitter_s,
            prompts={
                journey: OwnPrompts(path=one.path.absolute(), sha256=one.sha256)
                for journey, one in inputs.chats.items()
            },
            seed=inputs.seed,
            users=options.users,
            rungs=self._rungs(),
            strategies={**inputs.strategies, **self._sampled()},
            usd_per_million=inputs.usd_per_million(),
            target=self._target(base_url),
            duration_s=inputs.trace.span_s,
            cooldown_s=options.cooldown_s if self.url else 0.0,
            guards=self._guards(),
            validator=inputs.validator,
        )

    def record(self, started: datetime) -> RunRecord:
        """run.json as it stands before the first request: whoever finds it after a crash knows what this was."""
        inputs, path = self.inputs, self.directory.path
        return RunRecord(
            id=self.directory.id,
            scenario=inputs.scenario.name,
            description=inputs.scenario.description,
            status="running",
            verdict="INCOMPLETE",
            reasons=["the run has not ended"],
            command=redacted(self.options.command, here=Path.cwd()),
            seed=inputs.seed,
            started_at=started.isoformat(timespec="seconds"),
            duration_s=0.0,
            target=shown(self.url) if self.url else _EMBEDDED,
            simulated=self.url is None,
            multiply=inputs.multiply_text(self.options),
            trace=inputs.trace_text(self.options),
            versions=versions(),
            rungs=[],
            prompts=inputs.prompt_hashes(),
            inputs=hashes(path, [f"inputs/{file.name}" for file in (path / "inputs").iterdir()]),
        )

    def begin(self) -> datetime:
        """Put run.json down; returns the instant that it names as the start."""
        started = datetime.now(UTC)
        self.directory.write_record(self.record(started))
        return started

    def _rungs(self) -> list[Rung]:
        """By scale. A matrix follows the other rungs of 1×: after 10× it would find a target's quotas used up."""
        rungs = [
            Rung(scale=scale, strategy=name, replicate=again) for scale, name, again in self.inputs.rungs(self.options)
        ]
        first = sum(rung.scale <= SCALE for rung in rungs)
        return [*rungs[:first], *self._matrix(), *rungs[first:]]

    def _matrix(self) -> Iterator[Rung]:
        if matrix := self.inputs.matrix:
            for name in matrix.strategies:
                yield Rung(scale=SCALE, strategy=name, sessions=frozenset(matrix.sessions))

    def _sampled(self) -> dict[str, Node]:
        return dict(self.inputs.matrix.strategies) if self.inputs.matrix else {}

    def _target(self, base_url: str) -> Target:
        target = self.inputs.scenario.target
        if self.url is None:
            key_env = _account_key(self.inputs.profile, target.key_env) if self.inputs.profile else None
            return Target(
                base_url=base_url, api=target.api, key_env=key_env, body=target.body, timeouts=target.timeouts
            )
        # A server on this machine may want no key; beyond it `prepare` has asked for one.
        key_env = target.key_env if os.environ.get(target.key_env) else None
        return Target(
            base_url=base_url,
            api=target.api,
            app=target.app,
            key_env=key_env,
            models=target.models,
            headers=target.headers,
            body=target.body,
            ca_file=self.inputs.scenario_path.parent / target.ca_file if target.ca_file else None,
            timeouts=target.timeouts,
        )

    def _guards(self) -> Guards:
        spend = self.options.max_spend
        return Guards(
            max_spend_usd=None if spend is None else format(spend, "f"),
            max_error_rate=self.options.max_error_rate,
        )


@contextmanager
def kept_once_rows_are_there(directory: RunDirectory) -> Iterator[None]:
    """Remove the directory again where the block fails before a row was recorded: nothing was run."""
    try:
        yield
    except BaseException:
        if not any_rows(directory.path) and not (directory.path / CALLS_FILE).exists():
            shutil.rmtree(directory.path, ignore_errors=True)
        raise


def _account_key(profile: Profile, key_env: str) -> str | None:
    """Variable with a key that the embedded endpoint lets in, where its profile does not let in everybody."""
    if profile.auth == "open":
        return None
    if os.environ.get(key_env):
        return key_env
    keys = [key.partition(":") for account in profile.accounts.values() for key in account.keys]
    if found := next((value for kind, _, value in keys if kind == "env"), None):
        return found
    raise BadInput(
        f"profile {profile.name} says auth: required, and this run has no key to send: export one of its accounts in "
        f"{key_env}, or name an account's key by its variable, as in keys: [env:STAGING_KEY]"
    )


def _check(url: str, inputs: Inputs, options: Options, tell: Tell) -> None:
    """Beyond loopback a run says what it will cost and needs a limit, a key and somebody who listens."""
    ahead = forecast(inputs, options)
    ahead.refuse_beyond(options.max_spend)
    if not is_loopback(url):
        tell({"event": "forecast", "text": f"this test sends to {shown(url)} and will cost about {ahead.text()}"})
        if options.max_spend is None:
            raise BadInput(
                f"{shown(url)} is beyond loopback: say how much may be spent, as in --max-spend {ahead.limit()}"
            )
        check_key(inputs.scenario.target)
    check_listening(url)
