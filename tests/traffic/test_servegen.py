"""ServeGen's folders: windows, silent clients, and dictionaries that are read, not evaluated."""

import json

import pytest

from simulator.errors import InvalidFile
from simulator.traffic.generate import generate
from simulator.traffic.info import of_trace
from simulator.traffic.plan import Traffic
from simulator.traffic.servegen import block


def client(folder, number, *, rate, cv, lengths="{100: 0.5, 200: 0.5}"):
    rows = [f"0,{rate},{cv},Gamma,1.0,1.0", "600,0,0,,0,0", "1200,9,1,Weibull,1.0,1.0"]
    (folder / f"chunk-{number}-trace.csv").write_text("\n".join(rows) + "\n")
    said = {"0": {"input_tokens": lengths, "output_tokens": "{8: 1.0}"}}
    (folder / f"chunk-{number}-dataset.json").write_text(json.dumps(said))


def test_clients_keep_their_rates_and_lengths_are_weighted_by_them(tmp_path):
    client(tmp_path, 1, rate=6, cv=3)
    client(tmp_path, 2, rate=2, cv=1, lengths="{1000: 1.0}")
    plan = Traffic.model_validate(block(tmp_path))
    assert [(one.rate, one.cv) for one in plan.arrivals.clients] == [(6, 3), (2, 1)]
    found = of_trace(generate(plan, span_s=2000, seed=1))
    assert found.mean_rate == pytest.approx(8, rel=0.05)
    assert found.input_tokens.mean == pytest.approx((6 * 150 + 2 * 1000) / 8, rel=0.05)
    assert found.output_tokens.max == 8


def test_the_window_is_the_one_that_holds_the_time(tmp_path):
    client(tmp_path, 1, rate=6, cv=3)
    assert block(tmp_path, at_s=1300)["arrivals"]["clients"] == [{"rate": "9.000000/s", "cv": 1.0}]
    with pytest.raises(InvalidFile, match="with traffic at 700 s"):
        block(tmp_path, at_s=700)


def test_small_clients_become_one(tmp_path):
    for number in range(45):
        client(tmp_path, number, rate=1 + (number >= 5), cv=2)
    clients = block(tmp_path)["arrivals"]["clients"]
    assert (len(clients), clients[-1]) == (41, {"rate": "5.000000/s", "cv": 1.0})


def test_a_dictionary_is_never_evaluated(tmp_path):
    client(tmp_path, 1, rate=6, cv=3, lengths="__import__('os').getcwd()")
    with pytest.raises(InvalidFile, match="not window → field → the text of a dictionary"):
        block(tmp_path)


def test_another_csv_is_refused_with_its_line(tmp_path):
    (tmp_path / "chunk-1-trace.csv").write_text("t,rate\n")
    with pytest.raises(InvalidFile, match=r"chunk-1-trace.csv:1: not `start,rate,cv,pattern,…`"):
        block(tmp_path)
