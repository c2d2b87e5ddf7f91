"""What strategies lose of the prompt cache by changing models within a session, as columns: dollars and seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.comparison.dollars import Dollars, priced, with_columns
from simulator.comparison.source import Source
from simulator.run.percentiles import Floats, Ints
from simulator.run.rows import floats
from simulator.strategies.batch import Evaluation, Sent
from simulator.strategies.warmth import UNCACHED, Warmth, lost_tokens


@dataclass(frozen=True, slots=True)
class Reads:
    """How one model answered every request."""

    tokens: Ints
    """From the cache; -1 where the provider did not say."""
    at: Floats
    saved: Dollars
    """What the recorded cache saves of a prompt; negative where writing it costs more than that."""
    usd_each: Dollars
    """What a token costs more that is not read from the cache."""
    seconds_each: float


@dataclass(frozen=True, slots=True)
class PromptCaches:
    """Of the models whose caches were used; the others lose nothing."""

    reads: Mapping[str, Reads]
    first: Ints
    """By request: the place of its session's first one."""
    idle_s: float

    @classmethod
    def of(cls, source: Source, warmth: Warmth, answers: Mapping[str, tuple[pa.Table, Dollars]], first: Ints) -> Self:
        """From each model's answers in the order of the requests, and what was paid for them."""
        found = {model: _reads(*one, source, warmth) for model, one in answers.items()}
        used = {model: one for model, one in found.items() if one.tokens.max(initial=0) > 0 or any(one.saved)}
        return cls(used, first, warmth.idle_s)

    def cost(self, evaluation: Evaluation) -> tuple[Decimal, Floats]:
        """Dollars that all calls of an evaluation cost more, and seconds that each request takes longer.

        More than answers as recorded and labels without a cache: what answers lose, less what labels find.
        """
        usd, seconds = Decimal(0), np.zeros(len(self.first))
        for (model, _), sent in self._chains(evaluation).items():
            reads, asked = self.reads[model], np.zeros(len(self.first), dtype=bool)
            for one in sent:
                asked[one.at] = True
                usd -= sum(reads.saved[one.at].tolist(), Decimal(0)) if one.purpose != "answer" else 0
            lost = lost_tokens(asked, reads.tokens, reads.at, self.first, idle_s=self.idle_s)
            here = np.flatnonzero(lost)
            usd += sum((lost[here].astype(object) * reads.usd_each[here]).tolist(), Decimal(0))
            seconds += lost * reads.seconds_each
        return usd, seconds

    def _chains(self, evaluation: Evaluation) -> dict[tuple[str, int], list[Sent]]:
        """Calls whose prompts begin alike from turn to turn."""
        chains: dict[tuple[str, int], list[Sent]] = {}
        for sent in evaluation.sent:
            if sent.model in self.reads and sent.start is not None and sent.tier is None:
                chains.setdefault((sent.model, sent.start), []).append(sent)
        return chains


def _reads(rows: pa.Table, paid: Dollars, source: Source, warmth: Warmth) -> Reads:
    tokens = np.asarray(pc.fill_null(rows["cache_read_tokens"], -1).to_numpy().astype(np.int64))
    habit = warmth.habits[rows["model"][0].as_py()]
    without: dict[str, Any] = {"cache_read_tokens": 0}
    if habit.written_as:
        without[habit.written_as] = pc.fill_null(rows[habit.written_as], 0).to_numpy() + np.maximum(tokens, 0)
    more = priced(with_columns(rows, without), source) - paid
    saved = priced(with_columns(rows, UNCACHED), source) - paid
    each = [usd / int(read) if read > 0 else Decimal(0) for usd, read in zip(more, tokens, strict=True)]
    return Reads(tokens, floats(rows, "sent_at"), saved, np.array(each, dtype=object), habit.seconds_each)
