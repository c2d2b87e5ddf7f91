"""The helps around a scenario and a machine, as a user calls them in an empty directory."""

import json
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.cli.conftest import Tenfold


def test_a_new_scenario_is_valid_at_once_and_never_written_over(typed: Tenfold, home: Path) -> None:
    done = typed("init", "my-app", "--from", "extraction")
    assert done.returncode == 0, done.stderr
    assert {"scenarios/my-app.yaml", "scenarios/schema/scenario.json"} < set(done.stdout.split())
    assert all((home / line).is_file() for line in done.stdout.split())
    assert typed("check", "scenarios/my-app.yaml", "--duration", "10s").returncode == 0
    again = typed("init", "my-app")
    assert (again.returncode, again.stdout) == (2, "")
    assert "is already there" in again.stderr


def test_a_schema_is_json_and_an_unknown_kind_names_the_known(typed: Tenfold) -> None:
    assert json.loads(typed("schema", "profile").stdout)["type"] == "object"
    done = typed("schema", "recipe")
    assert done.returncode == 2
    assert "known are scenario, profile, prices" in done.stderr


@pytest.mark.parametrize("rates", ["0", "fast", "50,,x", ""])
def test_rates_that_are_none_are_told(typed: Tenfold, rates: str) -> None:
    done = typed("selfcheck", "--rates", rates)
    assert done.returncode == 2
    assert "--rates: " in done.stderr


def test_a_target_of_an_unknown_kind_is_told(typed: Tenfold) -> None:
    done = typed("doctor", "--target", "http://127.0.0.1:9/v1", "--api", "smoke-signals")
    assert done.returncode == 2
    assert "'chat', 'responses', 'messages' or 'app'" in done.stderr


def test_it_says_which_version_it_is(tenfold: Tenfold) -> None:
    assert tenfold("--version").stdout.startswith(f"tenfold {version('tenfold')}, Python 3.")


@pytest.mark.parametrize("group", [[], ["trace"], ["prices"]])
def test_help_says_of_every_verb_what_it_does_in_80_columns(tenfold: Tenfold, group: list[str]) -> None:
    """Half of the list ended in three dots."""
    listed = (
        tenfold(*group, "--help", env={"COLUMNS": "80"}).stdout.partition("Commands:")[2].partition("Exit codes")[0]
    )
    assert listed.count("\n") > 3
    assert "..." not in listed
