"""What stands before the first request: checks, the plan, and a directory only where something will be recorded."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from simulator.calls import CALLS, to_table
from simulator.errors import BadInput, InvalidFile, Precondition
from simulator.launch.inputs import Inputs
from simulator.launch.job import Job, kept_once_rows_are_there
from simulator.launch.keeping import rates
from simulator.launch.options import Options
from simulator.replay.evidence import Evidence
from tests.test_calls import a_call

# 10 × $0.0025 alone and 10 × $0.000311 routed, as worked out in test_forecast.py.
COST = Decimal("0.02811")


@pytest.fixture
def listening(options: Options) -> Iterator[Options]:
    """The same, with a server on this machine to send to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield replace(options, target=f"http://127.0.0.1:{server.getsockname()[1]}/v1")


def _quiet(_: dict[str, Any]) -> None:
    """A run that nobody watches."""


def test_a_server_on_this_machine_is_asked_without_a_key_unless_one_is_set(
    listening: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TENFOLD_API_KEY", raising=False)
    job = Job.prepare(listening, tell=_quiet)
    assert job.plan("http://127.0.0.1:1").target.key_env is None
    monkeypatch.setenv("TENFOLD_API_KEY", "k")
    assert job.plan("http://127.0.0.1:1").target.key_env == "TENFOLD_API_KEY"


def test_an_embedded_endpoint_that_wants_keys_gets_one_of_its_accounts(
    options: Options, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answered 401 to every request of the run that had started it."""
    monkeypatch.delenv("TENFOLD_API_KEY", raising=False)
    open_to_all = (repository / "scenarios/staging/hosted.yaml").read_text(encoding="utf-8")
    for name, key in (("named", "env:STAGING_KEY"), ("hashed", f"sha256:{'0' * 64}")):
        closed = f"{open_to_all}\nauth: required\naccounts: {{ours: {{keys: ['{key}']}}}}\n"
        (tmp_path / f"{name}.yaml").write_text(closed, encoding="utf-8")
        text = options.scenario.read_text(encoding="utf-8").replace("acme-large", "gpt-4o")
        text = text.replace("acme-small", "gpt-4o-mini").replace(
            '{url: "http://127.0.0.1:9/v1"}', f"{{staging: {name}.yaml}}"
        )
        (tmp_path / f"of-{name}.yaml").write_text(text, encoding="utf-8")
    named, hashed = (
        Job.prepare(
            replace(options, scenario=tmp_path / f"of-{name}.yaml", prices=None, out=tmp_path / name), tell=_quiet
        )
        for name in ("named", "hashed")
    )
    assert named.plan("http://127.0.0.1:1").target.key_env == "STAGING_KEY"
    with pytest.raises(BadInput, match="no key to send: export one of its accounts in TENFOLD_API_KEY"):
        hashed.plan("http://127.0.0.1:1")
    monkeypatch.setenv("TENFOLD_API_KEY", "k")
    assert hashed.plan("http://127.0.0.1:1").target.key_env == "TENFOLD_API_KEY"


def test_a_launch_that_has_passed_is_said(options: Options, tmp_path: Path) -> None:
    text = options.scenario.read_text(encoding="utf-8").replace("starts: 2026-12-01", "starts: 2025-03-10")
    (tmp_path / "late.yaml").write_text(text, encoding="utf-8")
    late = Inputs.read(replace(options, scenario=tmp_path / "late.yaml"))
    assert late.notes == ("launch.starts 2025-03-10 has passed: the months projected are those from March 2025 on",)


def test_a_log_that_ends_before_the_span_does_is_said(options: Options, tmp_path: Path) -> None:
    """`--duration 1h` of a log of a minute was a minute, without a word."""
    inputs = Inputs.read(options)
    inputs.trace.write(tmp_path / "log.parquet")
    short, whole = (
        Inputs.read(replace(options, trace=tmp_path / "log.parquet", duration_s=span)).notes for span in (3600.0, 10.0)
    )
    assert "the log ends 10 s after --from: a rung spans 10 s, not 1 h 0 min" in short
    assert not any("--from" in note for note in whole)


def test_what_is_planned_stands_in_the_directory_before_anything_is_sent(listening: Options) -> None:
    job = Job.prepare(replace(listening, scales=(1.0, 2.0), strategies=("routed",), repeat=2), tell=_quiet)
    job.begin()
    plan, record = job.plan("http://127.0.0.1:1"), job.directory.read_record()
    assert [(rung.scale, rung.strategy, rung.replicate) for rung in plan.rungs] == [
        (1.0, "routed", 1),
        (1.0, "routed", 2),
        (2.0, "routed", 1),
        (2.0, "routed", 2),
    ]
    assert (record.status, record.simulated, record.target) == ("running", False, listening.target)
    assert record.inputs.keys() == {"inputs/rates.yaml", "inputs/scenario.yaml"}
    assert plan.trace.is_file()


def test_a_matrix_follows_the_other_rungs_of_1x_and_takes_its_sessions_only(listening: Options) -> None:
    job = Job.prepare(replace(listening, scales=(1.0, 2.0), strategies=("routed",), matrix_sample=3), tell=_quiet)
    plan = job.plan("http://127.0.0.1:1")
    assert [(rung.scale, rung.strategy, rung.sessions is None) for rung in plan.rungs] == [
        (1.0, "routed", True),
        (1.0, "only-acme-large", False),
        (1.0, "only-acme-small", False),
        (2.0, "routed", True),
    ]
    assert job.inputs.matrix is not None
    assert plan.rungs[1].sessions == frozenset(job.inputs.matrix.sessions)


def test_a_jitter_is_the_same_in_the_plan_and_in_what_the_run_says_of_itself(listening: Options) -> None:
    job = Job.prepare(replace(listening, jitter_s=0.25), tell=_quiet)
    assert job.plan("http://127.0.0.1:1").jitter_s == 0.25
    assert job.record(job.begin()).multiply.endswith("starts jittered by up to 250 ms")


def test_a_limit_holds_on_this_machine_too_and_leaves_no_directory(listening: Options) -> None:
    with pytest.raises(BadInput, match="more than --max-spend"):
        Job.prepare(replace(listening, max_spend=COST - Decimal("0.00001")), tell=_quiet)
    assert not listening.results.exists()
    assert Job.prepare(replace(listening, max_spend=COST), tell=_quiet).directory.path.is_dir()


def test_beyond_this_machine_a_run_names_its_cost_and_asks_for_a_limit(options: Options) -> None:
    heard: list[dict[str, Any]] = []
    with pytest.raises(BadInput, match=r"is beyond loopback: .* --max-spend 0\.05"):
        Job.prepare(replace(options, target="https://llm.example.com/v1"), tell=heard.append)
    assert heard[-1]["text"].startswith("this test sends to https://llm.example.com/v1 and will cost about $0.0281 ")


def test_a_directory_without_rows_goes_away_and_one_with_rows_stays(listening: Options) -> None:
    empty, opened, used, concluded = (Job.prepare(listening, tell=_quiet).directory for _ in range(4))
    Evidence(opened.path, on_failure=pytest.fail).close()
    evidence = Evidence(used.path, on_failure=pytest.fail)
    evidence.append(to_table([a_call()], CALLS).to_batches()[0], None)
    evidence.close()
    (concluded.path / "calls.parquet").touch()
    for directory in (empty, opened, used, concluded):
        with pytest.raises(Precondition), kept_once_rows_are_there(directory):
            raise Precondition("the endpoint went down")
    assert [one.path.exists() for one in (empty, opened, used, concluded)] == [False, False, True, True]


def test_a_strategy_that_waits_for_a_batch_is_refused_by_name_before_anything_is_made(listening: Options) -> None:
    parts = "{a: {share: 50%, of: {batch: acme-large}}, b: {share: 50%, of: acme-small}}"
    _say(listening, f"  later: {{split: {{parts: {parts}}}}}")
    _price(listening, "tiers: {batch: {scale: 0.5}}")
    with pytest.raises(InvalidFile, match=r"hand.yaml:\d+:\d+: strategies.later: .* cannot send later.split.a.batch"):
        Job.prepare(listening, tell=_quiet)
    assert not listening.results.exists()
    assert Job.prepare(replace(listening, strategies=("single",)), tell=_quiet)


def test_a_tier_without_a_price_is_named_with_its_strategy(listening: Options) -> None:
    _say(listening, "  later: {batch: acme-large}")
    with pytest.raises(InvalidFile, match=r"strategies.later: acme/acme-large has no tier 'batch' in .*prices.yaml"):
        Job.prepare(listening, tell=_quiet)


def test_a_strategy_of_a_further_file_is_named_there(listening: Options, tmp_path: Path) -> None:
    tried = tmp_path / "later.yaml"
    tried.write_text("strategies:\n  later:\n    batch: acme-large\n")
    with pytest.raises(InvalidFile, match=r"later.yaml:3:5: strategies.later: acme/acme-large has no tier 'batch'"):
        Job.prepare(replace(listening, tried=tried), tell=_quiet)


def test_the_batch_tier_s_rates_are_kept_for_questions_that_come_later(listening: Options) -> None:
    _price(listening, "tiers: {batch: {scale: 0.5}}")
    kept = rates(Job.prepare(listening, tell=_quiet).inputs)
    assert {(row["model"], row["tier"]) for row in kept} == {
        ("acme-large", ""),
        ("acme-large", "batch"),
        ("acme-small", ""),
    }


def test_what_another_provider_asks_is_kept_beside_it(listening: Options) -> None:
    """A run whose calls named a provider was billed at the price of whoever else sells the model."""
    assert listening.prices is not None
    own = "  - model: hills/acme-large\n    source: {doc: EA, as_of: 2026-11-01}\n    prices: [{from: 2026-01-01, "
    listening.prices.write_text(
        f'{listening.prices.read_text()}{own}usd_per_million: {{input_tokens: "3", output_tokens: "12"}}}}]\n'
    )
    _say(listening, "  elsewhere: {call: {model: acme-large, provider: hills}}")
    kept = rates(Job.prepare(listening, tell=_quiet).inputs)
    assert {(row["model"], row["priced_as"]) for row in kept} == {
        ("acme-large", "acme/acme-large"),
        ("hills/acme-large", "hills/acme-large"),
        ("acme-small", "acme/acme-small"),
    }


def test_the_spend_guard_counts_the_dearest_tier_that_is_asked(listening: Options) -> None:
    _price(listening, "tiers: {priority: {scale: 1.7}, flex: {scale: 0.5}}")
    _say(listening, "  fast: {call: {model: acme-large, tier: priority}}")
    _say(listening, "  slow: {call: {model: acme-large, tier: flex}}")
    rates = Job.prepare(listening, tell=_quiet).inputs.usd_per_million()
    assert rates["acme-large"] == {"input_tokens": "3.4", "output_tokens": "17.0"}


def test_a_range_is_told_to_be_served_as_its_middle(listening: Options) -> None:
    _say(listening, "  stored: {cache: {hits: 10%..30%, of: acme-large}}")
    told: list[dict[str, Any]] = []
    job = Job.prepare(listening, tell=told.append)
    assert {"event": "assumed", "text": "stored.cache.hits: the middle of 10%..30%"} in told
    plan = job.plan("http://127.0.0.1:1").model_dump(mode="json")
    assert plan["strategies"]["stored"] == {"cache": {"of": "acme-large", "hits": "10%..30%"}}


def _say(options: Options, strategy: str) -> None:
    options.scenario.write_text(f"{options.scenario.read_text()}{strategy}\n")


def _price(options: Options, more: str) -> None:
    """Add to the large model's entry."""
    assert options.prices is not None
    old, new = 'output_tokens: "10"}}', f'output_tokens: "10"}}, {more}}}'
    options.prices.write_text(options.prices.read_text().replace(old, new))
