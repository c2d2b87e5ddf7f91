"""run.json may be published: no key, no machine path, no host of ours."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from simulator.run.record import hashes, redacted, relative, versions, words_of
from tests.run.hand import run_record


@pytest.mark.parametrize("text", ["yesterday", "2026-11-20T12:00:00"])
def test_when_a_run_began_is_a_moment_with_its_zone(text: str) -> None:
    with pytest.raises(ValidationError, match="started_at"):
        run_record(started_at=text)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("tenfold run s.yaml --scale 1,10", "tenfold run s.yaml --scale 1,10"),
        ("tenfold run /repo/scenarios/s.yaml", "tenfold run scenarios/s.yaml"),
        ("tenfold run /elsewhere/private/s.yaml --out=/repo/results/x", "tenfold run s.yaml --out=results/x"),
        ("x --api-key abc", "x --api-key ***"),
        ("x --api-key=abc", "x --api-key=***"),
        ("x --target https://user:pass@api.example.com/v1", "x --target https://***api.example.com/v1"),
        ("x --header Bearer-less sk-abcdefgh12345678", "x --header Bearer-less ***"),
        ("x --token-budget", "x --token-budget"),
    ],
)
def test_a_command_as_it_may_be_shown(typed: str, shown: str) -> None:
    assert redacted(typed.split(), here=Path("/repo")) == shown


def test_a_header_with_a_space_is_redacted() -> None:
    assert (
        redacted(["x", "--header", "Authorization: Bearer abc"], here=Path("/repo"))
        == "x --header 'Authorization: ***'"
    )


def test_a_command_can_be_typed_again() -> None:
    """A scenario with a blank in its name gave a line that named two files."""
    words = ["tenfold", "run", "my app.yaml", "--try", "it's.yaml", "--scale=1,10", "--max-spend", "$5"]
    line = redacted(words, here=Path("/repo"))
    assert line.startswith("tenfold run 'my app.yaml' --try")
    assert words_of(line) == words
    assert words_of("written before that: it's.yaml")[-1] == "it's.yaml"


def test_paths_outside_keep_only_their_last_part() -> None:
    assert relative(Path("/repo/a/b.csv"), here=Path("/repo")) == "a/b.csv"
    assert relative(Path("/data/b.csv"), here=Path("/repo")) == "b.csv"


def test_hashes_name_the_files_that_exist(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    assert hashes(tmp_path, ["a", "missing"]) == {
        "a": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of nothing
    }


def test_versions_name_python_and_what_moves_a_figure() -> None:
    assert {"python", "numpy", "pyarrow", "locust"} <= set(versions())
