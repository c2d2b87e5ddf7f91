"""The locustfile of `tenfold run`: replays a plan that somebody else has written."""

from pathlib import Path
from typing import Any

from locust import events

from simulator.replay.hooks import ReplayShape, ReplayUser, install
from simulator.replay.plan import ReplayPlan

__all__ = ["ReplayShape", "ReplayUser"]


def _arguments(parser: Any, **_: Any) -> None:
    parser.add_argument("--replay-plan", required=True, include_in_web_ui=False, help="JSON of a replay plan")


def _plan(options: Any) -> ReplayPlan:
    return ReplayPlan.read(Path(options.replay_plan))


_parsers: Any = events.init_command_line_parser
_parsers.add_listener(_arguments)
install(_plan)
