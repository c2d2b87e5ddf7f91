from pathlib import Path

import pytest

from simulator.errors import InvalidFile
from simulator.strategies.axis import Axis
from simulator.strategies.library import Library

SHIPPED = Path(__file__).parents[2] / "scenarios/strategies"


def test_a_file_of_its_own_is_composed_and_bound() -> None:
    library = Library.load(SHIPPED / "canary.yaml")
    assert set(library.strategies) == {"canary", "routed"}
    assert library.strategies["canary"].models() == {"gpt-4o", "gpt-4o-mini"}
    assert library.notes == []


def test_a_file_that_is_none_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("strategy: big\n")
    with pytest.raises(InvalidFile, match="strategies: is missing"):
        Library.load(path)


def test_a_sweep_block_is_what_the_flag_says(tmp_path: Path) -> None:
    path = tmp_path / "swept.yaml"
    path.write_text(f"{SCORED}sweep: {{a.score.threshold: 0..1:5, a.score.auc: 60%..90%:2}}\n")
    assert Library.load(path).sweep == (Axis.parse("a.score.threshold=0..1:5"), Axis.parse("a.score.auc=60%..90%:2"))
    assert Library.load(SHIPPED / "canary.yaml").sweep == ()
    path.write_text(f"{SCORED}sweep: {{a.score.treshold: 0..1:5}}\n")
    with pytest.raises(InvalidFile, match=r"sweep: a.score.treshold: no option of score; known: "):
        Library.load(path)
    path.write_text(f"{SCORED}sweep: {{a.score.threshold: 0.5..1.5:3}}\n")  # allowed at its low end
    with pytest.raises(InvalidFile, match=r"sweep: a.score.threshold=1.5: a share lies between 0"):
        Library.load(path)
    path.write_text("strategies: {a: {breaker: {of: m, otherwise: n}}}\nsweep: {a.breaker.failures: 20%..80%:4}\n")
    with pytest.raises(InvalidFile, match=r"'a': a.breaker needs the order of time; try it with `tenfold rehearse`"):
        Library.load(path)
    path.write_text(f"{SCORED}sweep:\n  a.score.threshold: 0..1\n")
    with pytest.raises(InvalidFile, match=r"swept.yaml:3:22: sweep.a.score.threshold: '0..1': write 0..1:101"):
        Library.load(path)


SCORED = "strategies: {a: {score: {weak: small, strong: big, threshold: 50%, auc: 80%}}}\n"
