"""The figures of a trace for people: one line per question that they answer."""

from collections.abc import Iterator

from simulator.traffic.info import Info, Spread
from simulator.units import count_text, seconds_text, share_text

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def lines(info: Info) -> Iterator[str]:
    """From the whole to the detail; what a trace does not say is left out."""
    yield f"{count_text(info.rows)} requests in {count_text(info.sessions)} sessions over {seconds_text(info.span_s)}"
    peaks = " · ".join(f"{rate:.3g}/s in {window}" for window, rate in info.peak_rate.items() if rate is not None)
    yield f"rate        mean {info.mean_rate:.3g}/s · peak {peaks}"
    bursts = " · ".join(f"{value:.3g} at {window}" for window, value in info.dispersion.items() if value is not None)
    yield f"bursts      CV of gaps {_plain(info.cv)} · index of dispersion {bursts} (Poisson: 1)"
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
    return "–" if value is None else f"{value:.3g}"
