"""`tenfold tokens`: a number to build on, and how far it can be trusted."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Tenfold


@pytest.fixture
def text(home: Path) -> Path:
    (home / "text.txt").write_text("Where is my parcel? " * 50, encoding="utf-8")
    return home


def test_exact_counts_have_no_band_and_estimates_have_one(typed: Tenfold, text: Path) -> None:
    exact, estimated, assumed = (
        typed("tokens", "text.txt", "--model", model).stdout.split("\t")
        for model in ("gpt-4o", "claude-sonnet-4-5", "mystery-1")
    )
    assert (int(exact[0]), exact[1], exact[2]) == (251, "exact: o200k_base", "text.txt\n")
    # × 1.12 for prose; 1.00 and 2.05 are the lowest and highest of the family
    assert (int(estimated[0]), estimated[1]) == (
        281,
        "estimated, 251 to 515: o200k_base × 1.12 (claude up to 4.6, prose)",
    )
    assert int(assumed[0]) == 251
    assert assumed[1].startswith("assumed, ")


def test_the_kind_of_text_moves_an_estimate(typed: Tenfold, text: Path) -> None:
    done = typed("tokens", "text.txt", "--model", "claude-sonnet-4-5", "--content", "code", "--json")
    found = json.loads(done.stdout)
    assert (found["tokens"], found["low"], found["high"], found["source"]) == (336, 251, 515, "estimated")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("text.txt --model gpt-4o --content poems", "'poems' is not a kind of text; known are prose, docs"),
        ("absent.txt --model gpt-4o", "absent.txt: no such file"),
        ("text.txt", "Missing option '--model'"),
    ],
)
def test_bad_usage_exits_2(typed: Tenfold, text: Path, words: str, line: str) -> None:
    done = typed("tokens", *words.split())
    assert done.returncode == 2
    assert line in done.stderr
