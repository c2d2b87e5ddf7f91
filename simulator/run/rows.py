"""One rung's rows as columns: a request with the attempt that served it. Seconds since its start; unknown is NaN."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulator.calls import settled_as
from simulator.run.percentiles import Floats, Ints
from simulator.strategies.held import held


class Rung(Protocol):
    """What names a rung."""

    @property
    def scale(self) -> float: ...
    @property
    def strategy(self) -> str: ...
    @property
    def replicate(self) -> int: ...


def of_rung(table: pa.Table, rung: Rung) -> pa.Table:
    """The rows of one rung, of either table."""
    here = pc.and_(pc.equal(table["scale"], rung.scale), pc.equal(table["strategy"], rung.strategy))
    return table.filter(pc.and_(here, pc.equal(table["replicate"], rung.replicate)))


def origins(table: pa.Table) -> pa.Array:
    """The session of the 1× trace that each row's session copies: `s12` for `s12#3`, itself at 1× and below.

    Copies ask the same lengths in the same turns, so they are one observation: intervals resample originals.
    """
    copied = pc.replace_substring_regex(table["session_id"], r"#[0-9]+$", "")
    return pc.if_else(pc.greater(table["scale"], 1.0), copied, table["session_id"]).combine_chunks()


def settled(requests: pa.Table) -> NDArray[np.str_]:
    """How each request settled: a term of the reconciliation equation."""
    coded = requests["final_outcome"].combine_chunks().dictionary_encode()
    terms = np.array([settled_as(word) for word in coded.dictionary.to_pylist()], dtype=np.str_)
    return np.asarray(terms[coded.indices.to_numpy()] if len(terms) else terms)


def floats(table: pa.Table, column: str) -> Floats:
    """A numeric column, null as NaN."""
    values: Floats = table[column].cast(pa.float64()).to_numpy().astype(float)
    return values


@dataclass(frozen=True, slots=True)
class Rows:
    """Requests of a rung, column by column, in the order of the table."""

    sessions: int
    originals: Ints
    """Number of the original session of each request: see `origins`."""
    settled: NDArray[np.str_]
    scheduled: Floats
    ended: Floats
    stored: NDArray[np.bool_]
    """Answered from a store, without any call."""
    first_sent: Floats
    """First sending of any attempt."""
    first_token: Floats
    """When the user saw the first of the served attempt: an answer that had to pass a check is seen at its end."""
    per_output_token: Floats
    service: Floats

    @classmethod
    def of(cls, calls: pa.Table, requests: pa.Table) -> "Rows":
        served = _Served(calls, requests)
        return cls(
            sessions=len(pc.unique(requests["session_id"])),
            originals=origins(requests).dictionary_encode().indices.to_numpy().astype(np.int64),
            settled=settled(requests),
            scheduled=floats(requests, "scheduled_at"),
            ended=floats(requests, "ended_at"),
            stored=_stored(requests),
            first_sent=_first_sent(calls, requests),
            first_token=np.where(served.held_back(), floats(requests, "ended_at"), served.take("first_token_at")),
            per_output_token=_per_output_token(served),
            service=served.take("ended_at") - served.take("sent_at"),
        )

    @property
    def answered(self) -> NDArray[np.bool_]:
        return np.asarray(self.settled == "answered")

    @property
    def offered(self) -> NDArray[np.bool_]:
        """Due, and owed an answer: what the run itself stopped is left out, what the generator dropped is not."""
        return np.asarray(~np.isin(self.settled, ["cancelled", "skipped", "not_reached"]) & ~np.isnan(self.scheduled))

    @property
    def response(self) -> Floats:
        """Seconds from the schedule to the end; a failure is +∞ (house rule 3)."""
        return np.where(self.answered, self.ended - self.scheduled, np.inf)

    @property
    def shown(self) -> Floats:
        """Seconds from the schedule until the user saw something: the first token, or a stored answer, there at once.

        A failure is +∞; NaN for an answer that came in one piece, and for all where no answer was streamed.
        """
        called = self.answered & ~self.stored
        if called.any() and np.isnan(self.first_token[called]).all():
            return np.full(len(called), np.nan)
        first = np.where(self.stored, self.ended, self.first_token)
        return np.where(self.answered, first - self.scheduled, np.inf)

    def within(self, start: float, end: float) -> NDArray[np.bool_]:
        """Requests scheduled in [start, end): the window is cut by the plan, never by when something ended."""
        return np.asarray((self.scheduled >= start) & (self.scheduled < end))


class _Served:
    """The attempt that answered each request; nothing where none did."""

    def __init__(self, calls: pa.Table, requests: pa.Table) -> None:
        self._calls = calls
        found = pc.index_in(requests["served_call_id"], value_set=calls["call_id"].combine_chunks(), skip_nulls=True)
        self._at = found.combine_chunks()

    def held_back(self) -> NDArray[np.bool_]:
        """Whether the strategy kept the answer back until it was checked."""
        nodes = pc.take(self._calls["node"].combine_chunks(), self._at)
        checked = held(pc.unique(self._calls["node"]).to_pylist())
        return np.asarray(
            pc.is_in(nodes, value_set=pa.array(sorted(checked), pa.string())).to_numpy(zero_copy_only=False)
        )

    def take(self, column: str) -> Floats:
        values: Floats = pc.take(self._calls[column].combine_chunks().cast(pa.float64()), self._at).to_numpy(
            zero_copy_only=False
        )
        return values.astype(float)


def _stored(requests: pa.Table) -> NDArray[np.bool_]:
    nameless = requests["served_call_id"].is_null().to_numpy()
    return np.asarray(nameless & (settled(requests) == "answered"))


def _first_sent(calls: pa.Table, requests: pa.Table) -> Floats:
    sent = np.full(len(requests), np.inf)
    owner = pc.index_in(calls["request_id"], value_set=requests["request_id"].combine_chunks()).fill_null(-1).to_numpy()
    at = floats(calls, "sent_at")
    known = (owner >= 0) & ~np.isnan(at)
    np.minimum.at(sent, owner[known], at[known])
    return np.where(np.isinf(sent), np.nan, sent)


def _per_output_token(served: _Served) -> Floats:
    """(last − first)/(output tokens − 1); undefined for one token, and for an answer in one piece (rule 2)."""
    stream, tokens = served.take("last_token_at") - served.take("first_token_at"), served.take("output_tokens")
    defined = (tokens > 1) & (stream > 0)
    return np.where(defined, stream / np.where(defined, tokens - 1, 1), np.nan)
