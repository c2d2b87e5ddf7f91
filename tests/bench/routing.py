"""How fast strategies are: over a million recorded requests, every threshold of a score, and one request live."""

import json
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

import numpy as np
import pyarrow as pa

from simulator import yamlfile
from simulator.calls import Outcome
from simulator.comparison.cooled import PromptCaches, Reads
from simulator.comparison.curve import Choice, Curve
from simulator.comparison.dollars import Rate
from simulator.comparison.measured import Measured
from simulator.comparison.resample import saving_interval
from simulator.comparison.setting import setting
from simulator.comparison.source import Source
from simulator.comparison.sweep import sweep
from simulator.figures import Interval
from simulator.pricing.book import PriceBook
from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import rehearse
from simulator.scenario.quality import Validator
from simulator.scenario.scenario import load
from simulator.shipped import shipped
from simulator.strategies.axis import Axis
from simulator.strategies.batch import Batch, Known
from simulator.strategies.effects import Ask, Reply, Turn
from simulator.strategies.library import Library
from simulator.strategies.node import Node, parse
from simulator.strategies.tree import bind
from simulator.traffic import keys
from simulator.traffic.generate import generate
from simulator.traffic.request import Request

T = TypeVar("T")
REQUESTS, TURNS = 1_000_000, 4
RATES = {"big": Rate(Decimal("2.5"), Decimal(10)), "small": Rate(Decimal("0.15"), Decimal("0.6"))}
_ROUTED = {"classify": {"with": "small", "routes": {"easy": "small", "hard": "big"}, "otherwise": "hard"}}
_ASSUMED = {"assumed": {"easy": "95%", "hard": "30%"}}
_CANARY = {"old": {"share": "90%", "of": "big"}, "new": {"share": "10%", "of": _ROUTED}}
FORMS = {
    "single large": "big",
    "single small": "small",
    "routed": {"retry": {"of": _ROUTED}},
    "by length": {"route": {"branches": [{"when": "input_tokens > 2000", "use": "big"}], "otherwise": "small"}},
    "cascade": {"cascade": {"of": ["small", "big"], "accept": _ASSUMED}},
    "judged": {"cascade": {"of": ["small", "big"], "judge": {"with": "small"}, "accept": _ASSUMED}},
    "cached": {"cache": {"hits": "15%", "of": {"retrieve": {"of": "small"}}}},
    "canary": {"split": {"parts": _CANARY}},
}


def run() -> Iterator[str]:
    """One line per figure."""
    strategies = {name: _node(name) for name in FORMS}
    measured, scored = _matrix()
    took, recorded = _timed(lambda: _recorded(REQUESTS, measured))
    yield f"routing: {REQUESTS:,} recorded requests into columns in {took:.1f} s"
    took, points = _timed(lambda: [setting(name, {}, node, None, recorded) for name, node in strategies.items()])
    resampled, _ = _timed(lambda: [_interval(REQUESTS // TURNS, name) for name in strategies])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    yield (
        f"routing: {REQUESTS:,} requests × {len(points)} strategies with p50/p95/p99, dollars and quality in "
        f"{took:.1f} s, 1,000 paired resamples of each saving in {resampled:.1f} s, peak memory {peak:,} MiB"
    )
    took, curve = _timed(lambda: _curve(REQUESTS))
    yield f"routing: all {len(curve.quality):,} thresholds of a score in {took:.2f} s"
    axes = [Axis.parse("scored.score.threshold=0..1:1000"), Axis.parse("scored.score.auc=60%..90%:4")]
    took, points = _timed(lambda: sweep(measured, {"scored": scored}, axes, baseline="single").points)
    yield (
        f"routing: a sweep of {len(points):,} settings over {len(measured.batch.requests):,} requests that a run "
        f"recorded on every model in {took:.1f} s"
    )
    yield f"routing: {_overhead_us():.1f} µs per request to decide a two-call strategy one request at a time"
    yield f"routing: {_check_us():.1f} µs to check an answer of 20 fields against a schema"


def _matrix() -> tuple[Measured, Node]:
    """The shipped scenario's baseline and the small model beside it, rehearsed."""
    scenario = load(shipped("scenarios/support-chat.yaml"))
    trace = generate(scenario.traffic, span_s=300.0, seed=1)
    models = {name: bind(name, parse(model)) for name, model in (("single", "gpt-4o"), ("only", "gpt-4o-mini"))}
    profile = yamlfile.load(shipped("scenarios/staging/hosted.yaml"), Profile)
    calls, requests = rehearse(trace, models, profile, scale=1.0, seed=1)
    at = datetime(2026, 12, 1, tzinfo=UTC)
    source = Source(calls, requests, trace.sessions(), "single", 1.0, PriceBook.load(), at, 1)
    scored = bind("scored", Library.load(shipped("scenarios/strategies/scored.yaml")).strategies["scored"])
    return Measured.of(source, [scored]), scored


def _node(name: str) -> Node:
    return bind(name.replace(" ", "-"), parse(FORMS[name]))


def _recorded(count: int, source: Measured) -> Measured:
    """`source` with other requests in columns; its rows, which only nodes without columns ask, stay as they are."""
    random = np.random.default_rng(7)
    ids = np.char.add("r", np.arange(count).astype(np.str_))
    sessions = np.arange(count) // TURNS
    hard = random.random(count) < 0.3
    prompt = random.lognormal(6.5, 1, count).astype(np.int64) + 1
    batch = Batch(
        seed=1,
        requests=keys.fold(pa.array(ids)),
        sessions=keys.fold(pa.array(np.char.add("s", sessions.astype(np.str_)))),
        users=keys.fold(pa.array(np.char.add("s", sessions.astype(np.str_)))),
        fields={"input_tokens": prompt, "difficulty": np.where(hard, "hard", "easy")},
        new_tokens=prompt // 2,
        known={"big": _known(random, prompt, 2.4), "small": _known(random, prompt, 1.2)},
    )
    quality = {
        "big": (random.random(count) < 0.95) * 1.0,
        "small": (random.random(count) < np.where(hard, 0.4, 0.9)) * 1.0,
    }
    paid = {name: _dollars(random, count, usd) for name, usd in (("big", 0.0045), ("small", 0.00027))}
    total = sum(paid["big"].tolist(), Decimal(0))
    caches = PromptCaches(
        {name: _reads(random, prompt) for name in ("big", "small")}, np.repeat(np.arange(0, count, TURNS), TURNS), 300.0
    )
    return replace(
        source,
        caches=caches,
        batch=batch,
        rates=RATES,
        paid=paid,
        quality=quality,
        baseline_usd=total,
        label_accuracy=0.92,
    )


def _reads(random: np.random.Generator, prompt: np.ndarray) -> Reads:
    """Half of every prompt was cached."""
    each = np.full(len(prompt), Decimal("0.00000125"), dtype=object)
    return Reads(prompt // 2, np.arange(len(prompt)) * 20.0 + random.random(len(prompt)), each, each, 6e-5)


def _dollars(random: np.random.Generator, count: int, usd: float) -> np.ndarray:
    return np.array(
        [Decimal(round(one * 1e9)).scaleb(-9) for one in usd * random.lognormal(0, 0.5, count)], dtype=object
    )


def _interval(sessions: int, name: str) -> Interval:
    random = np.random.default_rng(7)
    own, baseline = random.lognormal(0, 1, sessions), random.lognormal(1, 1, sessions)
    return saving_interval(own, baseline, seed=1, name=name)


def _known(random: np.random.Generator, prompt: np.ndarray, median: float) -> Known:
    count = len(prompt)
    seconds = median * random.lognormal(0, 0.5, count)
    answer = random.lognormal(5.2, 0.9, count).astype(np.int64) + 1
    finished, valid = (random.random(count) < share for share in (0.98, 0.97))
    return Known(seconds, 0.2 * seconds, prompt, answer, finished, valid, 0.2 * seconds, label_accuracy=0.92)


def _curve(count: int) -> Curve:
    random = np.random.default_rng(7)
    strong, weak = (random.random(count) < share for share in (0.95, 0.75))
    costs = random.lognormal(0, 1, count)
    return Curve.of(Choice(random.random(count), strong * 1.0, weak * 1.0, costs, 0.06 * costs))


def _overhead_us(times: int = 20_000) -> float:
    """Microseconds of one request through `serve`, answered at once."""
    node = _node("routed")
    request = Request("r1", "s1", 1, "question", at=0.0, think_s=0.0, input_tokens=500, output_tokens=100)
    turns = [Turn(replace(request, request_id=f"r{number}"), 1, at=0.0) for number in range(times)]

    def serve_all() -> None:
        for turn in turns:
            serving = node.serve(turn)
            effect = next(serving)
            try:
                while isinstance(effect, Ask):
                    effect = serving.send(Reply(effect, "r1/0/1", Outcome.OK, text="hard"))
            except StopIteration:
                continue

    return _timed(serve_all)[0] / times * 1e6


def _check_us(times: int = 20_000) -> float:
    """Microseconds that a validator takes for a valid answer; 600 characters."""
    names = [f"field_{number}" for number in range(20)]
    schema = {"type": "object", "properties": {name: {"type": "string", "maxLength": 20} for name in names}}
    validator = Validator.model_validate({"schema": schema | {"required": names, "additionalProperties": False}})
    text = json.dumps(dict.fromkeys(names, "twelve words"))
    return _timed(lambda: [validator.passes(text) for _ in range(times)])[0] / times * 1e6


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def main() -> None:
    for line in run():
        print(line)
