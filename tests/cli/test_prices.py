"""`prices` as a reviewer reads it: exact prices, each with the conditions that it holds under."""

import pytest

from simulator.cli.prices import show
from simulator.errors import BadInput


def test_a_change_says_of_which_tier_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    show("gemini-4-argon", at="2026-11-20")
    changes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("changes on 2026-12-01: ")]
    assert "changes on 2026-12-01: cache_read_tokens: $0.1 per million → $0.2 per million" in changes
    assert "changes on 2026-12-01: cache_read_tokens, tier batch: $0.05 per million → $0.1 per million" in changes
    assert len(changes) == len(set(changes))


def test_a_tier_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(BadInput, match="gpt-4o has no tier 'flexx' with other prices on 2026-11-20; known: priority, "):
        show("gpt-4o", at="2026-11-20", tier="flexx")


def test_what_is_uncertain_stands_beside_the_price(capsys: pytest.CaptureFixture[str]) -> None:
    show("mistral-large-latest", at="2026-11-20")
    assert capsys.readouterr().out.count(" · VERIFY: second sources only") == 3
