"""The curve of a sweep as lines of a terminal: a long one is thinned out evenly, its cheapest setting always told."""

from collections.abc import Iterator

from simulator.comparison.setting import Point
from simulator.comparison.sweep import Sweep
from simulator.units import seconds_text, share_text, usd_text

_MOST_LINES = 40


def lines(curve: Sweep) -> Iterator[str]:
    """A heading, the settings, and what the figures rest on."""
    points = _thinned(curve.points)
    head = "".join(f"{word:>10}" for word in ("a request", "saves", "resp. p95", "TTFT p95", "quality"))
    width = max(len(_name(point)) for point in curve.points)
    yield f"{'setting':<{width}}{head}  answered by"
    yield from (_line(point, width) for point in points)
    if len(points) < len(curve.points):
        yield f"{len(points)} of {len(curve.points)} settings; --json has all"
    cheapest = min(curve.points, key=lambda point: point.cost_per_request)
    yield f"cheapest: {_name(cheapest)} at {usd_text(cheapest.cost_per_request)} a request"
    yield (
        f"priced over {curve.requests} recorded requests in {curve.sessions} sessions ({curve.left_out} left out: not "
        f"answered by every model); {curve.baseline} cost {usd_text(curve.baseline_per_request)} a request there"
    )
    yield (
        "prompt caches are as warm as each setting would keep them (assumed: a prefix that is idle for "
        f"{seconds_text(curve.cache_idle_s)} is forgotten); the warm-up's requests are in it; times are those of the "
        "recorded load"
    )
    if curve.label_accuracy is not None:
        yield f"labels are assumed to be right {share_text(curve.label_accuracy)}"
    yield "no failures and no interval in a curve: run the setting you choose, or give it to --try"


def _thinned(points: list[Point]) -> list[Point]:
    if len(points) <= _MOST_LINES:
        return points
    step = (len(points) - 1) / (_MOST_LINES - 1)
    return [points[round(number * step)] for number in range(_MOST_LINES)]


def _name(point: Point) -> str:
    """The settings, whose paths begin with the strategy's name; before those that have none, the name itself."""
    own = any(key.startswith(f"{point.strategy}.") for key in point.settings)
    settings = (f"{key}={value}" for key, value in point.settings.items())
    return ", ".join([*([] if own else [point.strategy]), *settings])


def _line(point: Point, width: int) -> str:
    cells = (
        usd_text(point.cost_per_request),
        share_text(point.saving),
        seconds_text(point.p95),
        seconds_text(point.first_token_p95),
        "–" if point.quality is None else share_text(point.quality),
    )
    models = " · ".join(f"{model} {share_text(share)}" for model, share in point.by_model.items() if share)
    return f"{_name(point):<{width}}{''.join(f'{cell:>10}' for cell in cells)}  {models}"
