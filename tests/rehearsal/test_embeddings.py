"""A semantic cache in virtual time: an embedding reads, writes nothing, and has a price."""

from datetime import UTC, datetime

from simulator import yamlfile
from simulator.pricing.book import PriceBook
from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import rehearse
from simulator.scenario.scenario import load
from simulator.shipped import shipped
from simulator.spend.bill import call_costs
from simulator.strategies.library import Library
from simulator.traffic.generate import generate


def test_every_request_is_embedded_and_the_share_of_hits_is_not_answered_again() -> None:
    trace = generate(load(shipped("scenarios/support-chat.yaml")).traffic, span_s=60.0, seed=3)
    strategies = Library.load(shipped("scenarios/strategies/semantic-cache.yaml")).strategies
    profile = yamlfile.load(shipped("scenarios/staging/hosted.yaml"), Profile)
    calls, requests = rehearse(trace, strategies, profile, scale=1.0, seed=3)
    rows = calls.select(["purpose", "input_tokens", "output_tokens", "served"]).to_pylist()
    embedded = [row for row in rows if row["purpose"] == "embed"]
    assert len(embedded) == len(requests) == len(trace)
    assert {row["output_tokens"] for row in embedded} == {0}
    assert sum(row["input_tokens"] for row in embedded) < sum(
        request.input_tokens for request in trace.requests()
    )  # the new message only
    assert 0.15 < requests["served_call_id"].null_count / len(requests) < 0.35  # 25 % are hits
    assert None not in call_costs(calls, PriceBook.load(), at=datetime(2026, 12, 1, tzinfo=UTC))
