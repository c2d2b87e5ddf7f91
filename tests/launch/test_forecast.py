"""What a test will cost, against a bill worked by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from simulator.errors import BadInput
from simulator.launch.forecast import Forecast, RungForecast, forecast
from simulator.launch.inputs import Inputs
from simulator.launch.options import Options


@pytest.fixture
def inputs(options: Options) -> Inputs:
    return Inputs.read(options)


def test_ten_requests_cost_what_they_cost_by_hand(inputs: Inputs, options: Options) -> None:
    single, routed = forecast(inputs, options).rungs
    # 10 × (1,000 in × $2/M + 50 out × $10/M) = 10 × $0.0025
    assert (single.requests, single.calls, single.usd) == (10, 10, Decimal("0.025"))
    # 10 × label (100 + 200 in, 1 out) + 10 × answer (1,000 in, 50 out), all on the small model:
    # 10 × (300 × $0.2/M + 1 × $1/M) + 10 × (1,000 × $0.2/M + 50 × $1/M) = $0.00061 + $0.0025
    assert (routed.calls, routed.usd) == (20, Decimal("0.00311"))


def test_scales_and_replicates_multiply(inputs: Inputs, options: Options) -> None:
    ahead = forecast(inputs, replace(options, scales=(1.0, 3.0), repeat=2))
    assert [rung.requests for rung in ahead.rungs] == [10, 10, 10, 10, 30, 30, 30, 30]
    assert ahead.usd == 2 * (Decimal("0.025") + Decimal("0.00311")) * 4


def test_a_limit_refuses_what_is_dearer_and_what_nobody_can_price(inputs: Inputs, options: Options) -> None:
    ahead = forecast(inputs, options)
    ahead.refuse_beyond(Decimal("0.02811"))
    with pytest.raises(BadInput, match="more than --max-spend"):
        ahead.refuse_beyond(Decimal("0.02810"))
    one = ahead.rungs[0]
    unknown = RungForecast(**{name: getattr(one, name) for name in one.__slots__} | {"usd": None})
    with pytest.raises(BadInput, match="has no price"):
        Forecast((unknown,)).refuse_beyond(Decimal(5))


def test_a_time_limit_cuts_no_planned_answer(options: Options) -> None:
    """`check` crashed on a classifier with a limit of half a second: its planned label was taken for late."""
    text = options.scenario.read_text().replace("rubric_tokens: 200", "rubric_tokens: 200\n      timeout: 500ms")
    options.scenario.write_text(text)
    _, routed = forecast(Inputs.read(options), options).rungs
    assert (routed.calls, routed.usd) == (20, Decimal("0.00311"))
