"""Prices of vendors' own pages, read in November 2026, against the shipped book."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from simulator.pricing.book import PriceBook

AT = datetime(2026, 11, 20, tzinfo=UTC)
BOOK = PriceBook.load()

# model, tier, tokens of the prompt; US dollars per million of input, cache read, 5-minute and 1-hour write, output
PUBLISHED = """
gpt-4o            -         0  2.50  1.25   -      -     10
gpt-4o            batch     0  1.25  -      -      -     5
gpt-4o            priority  0  4.25  2.125  -      -     17
gpt-4o-mini       -         0  0.15  0.075  -      -     0.60
gpt-4o-mini       priority  0  0.25  -      -      -     1
claude-3-haiku    -         0  0.25  0.03   0.30   0.50  1.25
claude-3-opus     -         0  15    1.50   18.75  30    75
claude-3-sonnet   -         0  3     -      -      -     15
claude-fable-5-2  -         0  8     0.20   -      -     40
gemini-1.5-pro    -    128000  1.25  -      -      -     5
gemini-1.5-pro    -    128001  2.50  -      -      -     10
gpt-6.1-sol       -    272000  2     0.10   2.50   -     10
gpt-6.1-sol       -    272001  4     0.20   5      -     15
gpt-6.1-sol       batch     0  1     0.05   1.25   -     5
gpt-6.1-sol       priority  0  4     0.20   5      -     20
groq/llama-3.3-70b-versatile       -  0  0.59  -  -  -  0.79
groq/llama-3.1-8b-instant          -  0  0.05  -  -  -  0.08
aws/meta.llama3-70b-instruct-v1:0  -  0  2.65  -  -  -  3.50
aws/meta.llama3-8b-instruct-v1:0   -  0  0.30  -  -  -  0.60
"""
METERS = ("input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "output_tokens")


@pytest.mark.parametrize("line", PUBLISHED.strip().splitlines())
def test_a_published_price_is_the_book_s(line: str) -> None:
    model, tier, prompt, *usd = line.split()
    rates = BOOK.rates(model, at=AT, tier=None if tier == "-" else tier).for_prompt(int(prompt))
    said = {meter: Decimal(price) for meter, price in zip(METERS, usd, strict=True) if price != "-"}
    assert {meter: rates[meter].list_usd_per_million for meter in said} == said
