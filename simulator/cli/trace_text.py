"""The figures of a trace for people: one line per question that they answer."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from simulator.traffic.fidelity import Fidelity
from simulator.traffic.info import Info, Spread
from simulator.traffic.likeness import KS, Likeness
from simulator.traffic.trace import Trace
from simulator.units import count_text, seconds_text, share_text

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def lines(info: Info) -> Iterator[str]:
    """From the whole to the detail; what a trace does not say is left out."""
    yield f"{count_text(info.rows)} requests in {count_text(info.sessions)} sessions over {seconds_text(info.span_s)}"
    peaks = " · ".join(f"{rate:.3g}/s in {window}" for window, rate in info.peak_rate.items() if rate is not None)
    due = round(info.mean_rate * info.span_s)
    within = "" if due == info.rows else f" by the {count_text(due)} due within that"
    yield f"rate        mean {info.mean_rate:.3g}/s{within} · peak {peaks or '–'}"
    bursts = " · ".join(f"{value:.3g} at {window}" for window, value in info.dispersion.items() if value is not None)
    yield f"bursts      CV of gaps {_plain(info.cv)} · index of dispersion {bursts or '–'} (Poisson: 1)"
    yield from _spread("input       ", info.input_tokens, "tokens")
    yield from _spread("output      ", info.output_tokens, "tokens")
    yield f"            rank correlation of the two {_plain(info.spearman)}"
    if info.turns:
        share = share_text(info.turns.multi_turn_sessions)
        yield f"turns       mean {info.turns.per_session.mean:.3g} a session · {share} of sessions have several"
    if info.think_s:
        yield f"think time  p50 {seconds_text(info.think_s.p50)} · p95 {seconds_text(info.think_s.p95)}"
    if info.prefix_reuse is not None:
        reuse = share_text(info.prefix_reuse)
        yield f"prefixes    {reuse} of input tokens were seen before (a cache that forgets nothing)"
    if info.hour_of_week:
        yield from _week(info.hour_of_week)


def _spread(name: str, spread: Spread | None, unit: str) -> Iterator[str]:
    if spread:
        values = " · ".join(
            f"{word} {count_text(getattr(spread, word))}" for word in ("p50", "p95", "p99", "max", "mean")
        )
        yield f"{name}{values} {unit}"


def _week(hours: list[float | None]) -> Iterator[str]:
    """The busiest hour of each day that the trace covers, as a multiple of the mean."""
    for day, name in enumerate(_DAYS):
        known = [(value, hour) for hour, value in enumerate(hours[day * 24 : day * 24 + 24]) if value is not None]
        if known:
            value, hour = max(known)
            yield f"{name}         busiest {hour:02d}:00 UTC at {value:.2g} × the mean"


def _plain(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def written(trace: Trace, path: Path) -> str:
    """What a file holds now."""
    return f"{path}: {count_text(len(trace))} requests over {seconds_text(trace.span_s)}"


def fidelity_lines(rows: Sequence[Fidelity]) -> Iterator[str]:
    """What each meaning of the same factor does, beside the original."""
    heads = (
        ("requests", 9),
        ("peak 1 s", 9),
        ("peak 60 s", 9),
        ("of mean", 8),
        ("CV", 6),
        ("IoD 60s", 8),
        ("wait p99", 9),
    )
    yield " ".join([f"{'meaning':<12}", *(head.rjust(width) for head, width in heads)])
    for row in rows:
        cells = (row.peak_rate_1s, row.peak_rate_60s, row.peak_of_mean_60s, row.cv, row.dispersion_60s)
        widths = (9, 9, 8, 6, 8)
        figures = " ".join(f"{_plain(cell):>{width}}" for cell, width in zip(cells, widths, strict=True))
        yield f"{row.meaning:<12} {count_text(row.requests):>9} {figures} {seconds_text(row.wait_p99_s):>9}"
    yield "wait: for a slot of an imagined endpoint that grows with the factor; to compare, not to predict"


def likeness_lines(found: Likeness, *, names: tuple[str, str] = ("A", "B")) -> Iterator[str]:
    """Every figure of both traces, and whether they are near enough."""
    yield f"{'figure':<34} {names[0]:>10} {names[1]:>10} {'distance':>9} {'allowed':>9}"
    for line in found.lines:
        mark = "✓" if line.near else "✗"
        distance = f"{_plain(line.distance):>9} {line.allowed:>9.3g} {mark} {line.measure}"
        yield f"{line.name:<34} {_plain(line.a):>10} {_plain(line.b):>10} {distance}"
    if found.chance_ks is not None and found.chance_ks > KS:
        yield (
            f"so few requests that two samples of the same traffic differ by KS up to {found.chance_ks:.2g}: "
            "a ✗ may be chance; use a longer log"
        )
