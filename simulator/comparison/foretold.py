"""A prediction that was fixed before a run began: what an earlier run recorded says of the strategies to be confirmed.

It is kept among the inputs of the run that confirms it, row by row, so that its report can be made again without the
earlier run, and nobody can fit the prediction to the measurement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from simulator import parquet
from simulator.comparison.predicted import accuracy
from simulator.comparison.prediction import Prediction, beside
from simulator.comparison.source import Source
from simulator.comparison.whatif import worked_out
from simulator.errors import BadInput
from simulator.figures import Figures, joined
from simulator.run.directory import RunDirectory
from simulator.run.kept import kept_profile
from simulator.run.ledger import CALLS_FILE, Ledger
from simulator.run.record import sha256
from simulator.strategies.node import Node
from simulator.strategies.recorded import Assumed
from simulator.traffic.request import Request
from simulator.traffic.trace import Trace
from simulator.units import share_text

_FACTS, _CALLS, _REQUESTS = (
    "inputs/predicted.json",
    "inputs/predicted_calls.parquet",
    "inputs/predicted_requests.parquet",
)


class Facts(Figures):
    """Where a prediction comes from."""

    run: str
    """Id of the earlier run."""
    calls_sha256: str
    simulated: bool
    same_requests: bool
    """Whether each request that it speaks of is one of the run to come, length by length."""
    label_accuracy: dict[str, float]
    """Assumed, by strategy, of labels that were not recorded."""
    why_not: dict[str, str]
    """Strategies that it could not predict."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """The rows that the strategies were expected to leave."""

    facts: Facts
    calls: pa.Table
    requests: pa.Table

    @classmethod
    def of(
        cls, earlier: Path, strategies: Mapping[str, Node], trace: Trace, *, label_accuracy: float | None = None
    ) -> "Foretold":
        """What `earlier` says of `strategies` at 1×, for a run that will send `trace`.

        Raises BadInput where it says nothing of any of them.
        """
        source, directory = Source.read(earlier), RunDirectory.open(earlier)
        profile = kept_profile(directory.path)
        tables, why_not, guesses = [], {}, {}
        for name, node in strategies.items():
            guess = label_accuracy or accuracy(node, profile)
            try:
                found = worked_out(source, {name: node}, assumed=Assumed(guess, source.seed))
            except BadInput as error:
                why_not[name] = str(error)
                continue
            tables.append(found)
            if guess is not None and _guessed(found[0]):
                guesses[name] = guess
        if not tables:
            raise BadInput(f"--predicted-by {earlier}: {next(iter(why_not.values()))}")
        calls, requests = (pa.concat_tables(both) for both in zip(*tables, strict=True))
        facts = Facts(
            run=directory.id,
            calls_sha256=sha256(directory.path / CALLS_FILE),
            simulated=directory.read_record().simulated,
            same_requests=_all_in(trace, source, set(requests["request_id"].to_pylist())),
            label_accuracy=guesses,
            why_not=why_not,
        )
        return cls(facts, calls, requests)

    def write(self, directory: Path) -> None:
        """Into the inputs of the run directory that will confirm it."""
        rows = Ledger.of(self.calls, self.requests)
        (directory / _FACTS).write_text(self.facts.model_dump_json(indent=1) + "\n", encoding="utf-8")
        for table, name in ((rows.calls, _CALLS), (rows.requests, _REQUESTS)):
            parquet.write(table, directory / name)

    @classmethod
    def read(cls, directory: Path) -> "Foretold | None":
        """What a run directory kept; None where nothing was predicted."""
        if not (directory / _FACTS).is_file():
            return None
        facts = Facts.model_validate_json((directory / _FACTS).read_bytes())
        return cls(facts, *(parquet.read(directory / name) for name in (_CALLS, _REQUESTS)))

    def beside(self, source: Source) -> list[Prediction]:
        """Each predicted strategy beside what `source` measured of it."""
        names = pc.unique(self.requests["strategy"]).to_pylist()
        missing = [
            Prediction(strategy=name, by="earlier run", predicted=None, measured=None, note=why)
            for name, why in self.facts.why_not.items()
        ]
        return [self._beside(source, name) for name in names] + missing

    def _beside(self, source: Source, name: str) -> Prediction:
        rows = (table.filter(pc.equal(table["strategy"], name)) for table in (self.calls, self.requests))
        found = beside(source, name, (next(rows), next(rows)), by="earlier run", same=self.facts.same_requests)
        guess = self.facts.label_accuracy.get(name)
        said = None if guess is None else f"labels that were not recorded were assumed to be right {share_text(guess)}"
        simulated = "it rests on answers of a simulated endpoint" if self.facts.simulated else None
        return found.model_copy(update={"note": joined(found.note, said, simulated)})


def _guessed(calls: pa.Table) -> bool:
    """Whether a classifier or judge answered that the earlier run did not have."""
    labels = pc.is_in(calls["purpose"], value_set=pa.array(["classify", "judge"]))
    return bool(pc.any(pc.and_(labels, pc.equal(calls["usage_source"], "assumed"))).as_py())


def _all_in(trace: Trace, source: Source, asked: set[str]) -> bool:
    """Whether the trace to come holds each request that was asked, with the same lengths."""

    def lengths(one: Request) -> tuple[int, int, int]:
        return one.turn, one.input_tokens, one.output_tokens

    ahead = {one.request_id: lengths(one) for session in trace.sessions() for one in session}
    recorded = (one for session in source.sessions for one in session if one.request_id in asked)
    return all(ahead.get(one.request_id) == lengths(one) for one in recorded)
