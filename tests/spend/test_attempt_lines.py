"""A run's attempts line by line: the same dollars as its bill, found another way."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.calls import UNSENT, Call, Outcome
from simulator.pricing.book import PriceBook
from simulator.spend.attempt_lines import bill_attempts
from simulator.spend.bill import bill, call_costs
from simulator.spend.usage_log import plain
from tests.spend.rows import call, table

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
BOOK = PriceBook.load()
COUNT = st.one_of(st.none(), st.integers(0, 300_000))


@st.composite
def attempts(draw: st.DrawFn) -> Call:
    read, total = draw(st.integers(0, 200)), draw(COUNT)
    return call(
        draw(st.integers(0, 9)),
        model=draw(st.sampled_from(["gpt-4o", "gpt-6.1-sol", "claude-opus-5-5", "sonar", "gpt-4oo"])),
        provider=draw(st.sampled_from([None, "perplexity", "azure"])),
        tier=draw(st.sampled_from([None, "batch", "flexx"])),
        geo=draw(st.sampled_from([None, "us"])),
        outcome=draw(st.sampled_from(sorted(set(Outcome) - UNSENT))).value,
        usage_source=draw(st.sampled_from(["reported", "estimated"])),
        input_tokens=None if total is None else total + read,
        cache_read_tokens=read,
        output_tokens=draw(COUNT),
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(attempts(), min_size=1, max_size=12))
def test_every_attempt_costs_what_the_bill_says(rows: list[Call]) -> None:
    calls = table(*rows)
    *lines, total = bill_attempts(calls, BOOK, at=AT)
    costs = call_costs(calls, BOOK, at=AT)
    assert [line["cost_usd"] for line in lines] == [None if cost is None else plain(cost) for cost in costs]
    done = bill(calls, BOOK, at=AT)
    nothing_known = all(cost is None for cost in costs)
    assert total == {"total_usd": None if nothing_known else plain(done.total), "unpriced": done.unpriced_calls}
    assert done.total == sum(item.cost for item in done.items) == sum(cost or 0 for cost in costs)


def test_a_refusal_says_why_it_is_free() -> None:
    line, _ = bill_attempts(table(call(1, outcome="rate_limited")), BOOK, at=AT)
    assert (line["id"], line["cost_usd"], line["status"]) == ("r1/0/1", "0", "priced")
    assert line["reason"].startswith("rate_limited bills nothing: https://learn.microsoft.com")
