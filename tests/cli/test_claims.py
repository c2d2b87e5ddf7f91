"""Claims that a scenario makes end a run like its objectives."""

from pathlib import Path

from simulator.summary import Summary
from tests.cli.conftest import Tenfold


def test_a_run_that_does_not_bear_out_a_claim_exits_99(tenfold: Tenfold, home: Path) -> None:
    scenario = home / "small.yaml"
    scenario.write_text(f"{scenario.read_text(encoding='utf-8')}claims: [saves 10%, saves 99%]\n", encoding="utf-8")
    done = tenfold("run", "small.yaml", "--scale", "1", "--duration", "4s", "--out", "out")
    assert done.returncode in (5, 99), done.stderr  # 5 where this machine was too busy to keep up
    claims = Summary.read(home / "out/summary.json").claims
    assert [(one.strategy, one.verdict.outcome) for one in claims] == [("routed", "holds"), ("routed", "fails")]
    assert "CLAIMS" in done.stdout
