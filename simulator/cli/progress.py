"""What a run is doing, while it does it: bars on a terminal, a line per rung elsewhere. Talk, so on stderr."""

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from simulator.units import scale_text


class RunProgress:
    """Shows the events that the replay process prints, one task per rung."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.live = console.is_terminal
        self.bars = Progress(
            TextColumn("{task.description}", style="bold"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
            console=console,
        )
        self.tasks: dict[tuple[float, str, int], TaskID] = {}

    def __enter__(self) -> "RunProgress":
        if self.live:
            self.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.live:
            self.bars.stop()

    def say(self, text: str) -> None:
        """One line that stays."""
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    def __call__(self, event: dict[str, Any]) -> None:
        """Take one event: `rung` (a rung starts), `tick` (once a second), `rung_end`, or anything that has a text."""
        text = line(event)
        if text is not None and not (self.live and event["event"] == "rung_end"):
            self.say(text)
        key = _key(event)
        if event["event"] in ("rung", "tick") and self.live:
            self._bar(key, event)
        elif event["event"] == "rung_end" and key in self.tasks:
            self.bars.update(self.tasks[key], completed=1, total=1, figures=_figures(event))

    def _bar(self, key: tuple[float, str, int], event: dict[str, Any]) -> None:
        if key not in self.tasks:
            self.tasks[key] = self.bars.add_task(_label(key), total=event.get("planned") or 1, figures="")
        settled = sum(event.get(word, 0) for word in ("answered", "refused", "failed"))
        planned = event.get("planned") or None
        self.bars.update(self.tasks[key], completed=settled, total=planned, figures=_figures(event))


def line(event: dict[str, Any]) -> str | None:
    """An event as a line that stays, where it makes one."""
    if event["event"] == "rung_end":
        return f"  {_label(_key(event))}  {_figures(event)}"
    text: str | None = event.get("text")
    return text


def _key(event: dict[str, Any]) -> tuple[float, str, int]:
    return event.get("scale", 0), event.get("strategy", ""), event.get("replicate", 1)


def _label(key: tuple[float, str, int]) -> str:
    scale, strategy, replicate = key
    return f"{scale_text(scale):>5} {strategy:<12}" + (f" #{replicate}" if replicate > 1 else "")


def _figures(event: dict[str, Any]) -> str:
    words = [f"{event.get('answered', 0)}/{event.get('planned', '?')} answered"]
    shown = [("refused", "refused"), ("failed", "failed"), ("in_flight", "in flight")]
    words += [f"{event[name]} {said}" for name, said in shown if event.get(name)]
    return " · ".join(words)
