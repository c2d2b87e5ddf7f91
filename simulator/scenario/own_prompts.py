"""The chats that a scenario's journeys send, read from beside its file."""

from pathlib import Path

from simulator.scenario.scenario import Scenario
from simulator.traffic.chat_lengths import lengths, trust
from simulator.traffic.chats import Chats, read
from simulator.traffic.generate import generate
from simulator.traffic.trace import Trace
from simulator.units import count_text


def read_chats(scenario: Scenario, path: Path) -> dict[str, Chats]:
    """By journey; none where no journey names prompts. Raises `InvalidFile` with the lines that are no chat."""
    return {one.name: read(path.parent / one.prompts) for one in scenario.traffic.journeys if one.prompts}


def planned_trace(scenario: Scenario, chats: dict[str, Chats], *, span_s: float, seed: int) -> Trace:
    """The 1× traffic; chats are counted here, once, and never while sending."""
    counted = {journey: lengths(one) for journey, one in chats.items()}
    return generate(scenario.traffic, span_s=span_s, seed=seed, chats=counted)


def chats_text(scenario: Scenario, chats: dict[str, Chats]) -> list[str]:
    """What is sent and how far its counts hold, a line per journey."""
    models = set[str]().union(*scenario.models().values())
    return [
        f"{journey}: {_chats(one)} of {one.path.name} sha256:{one.sha256[:12]}, {trust(models)}"
        for journey, one in chats.items()
    ]


def repeats_note(chats: dict[str, Chats], trace: Trace) -> list[str]:
    """A warning per journey whose chats come more than once: a prefix cache then sees more than users would give it."""
    journeys = trace.table.column("journey").to_pylist()
    turns = trace.table.column("turn").to_pylist()
    starts = [journey for journey, turn in zip(journeys, turns, strict=True) if turn == 1]
    return [
        f"{journey}: {count_text(starts.count(journey))} sessions at 1× share {_chats(one)}; a prefix "
        "cache is hit by every repetition, so give more chats where caching matters"
        for journey, one in chats.items()
        if starts.count(journey) > len(one)
    ]


def _chats(chats: Chats) -> str:
    return "1 chat" if len(chats) == 1 else f"{count_text(len(chats))} chats"
