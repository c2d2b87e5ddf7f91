"""What is shipped is whole: every YAML loads, nothing names a machine, help is instant and complete."""

import importlib
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import tests.bench
from simulator import yamlfile
from simulator.pricing.book import PriceBook
from simulator.provider.profile import Profile
from simulator.scenario import scenario
from simulator.schemas import SCHEMAS, json_schema
from tests.conftest import ROOT
from tests.scan_tree import problems

SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
PROFILES = sorted((ROOT / "scenarios/staging").glob("*.yaml"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_loads_and_its_profile_serves_its_models(path: Path) -> None:
    found = scenario.load(path)
    assert found.name == path.stem
    if found.target.staging:
        profile = yamlfile.load(path.parent / found.target.staging, Profile)
        assert set().union(*found.models().values()) <= set(profile.models)


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_every_profile_loads(path: Path) -> None:
    assert yamlfile.load(path, Profile).models


@pytest.mark.parametrize("kind", sorted(SCHEMAS))
def test_the_schemas_for_editors_are_those_of_the_code(kind: str) -> None:
    folder = "pricing" if kind == "prices" else "scenarios"
    written = json.loads((ROOT / f"{folder}/schema/{kind}.json").read_text(encoding="utf-8"))
    assert written == json_schema(kind), "run `make schemas`"


def test_the_shipped_price_book_loads() -> None:
    assert PriceBook.load().catalogue_name.startswith("genai-prices")


def test_the_tree_names_no_machine_no_registry_and_no_key() -> None:
    assert problems(ROOT) == []


def test_help_lists_the_verbs_without_heavy_imports() -> None:
    script = (
        "import sys; sys.argv = ['tenfold', '--help']\n"
        "from simulator.cli import main\n"
        "try: main()\n"
        "except SystemExit as done: assert done.code == 0\n"
        "heavy = {'pandas', 'matplotlib', 'locust', 'tiktoken', 'aiohttp', 'genai_prices'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for verb in ("run", "check", "rehearse", "staging", "bill", "project", "report", "breaks", "trace", "prices"):
        assert f"  {verb} " in done.stdout


def test_every_benchmark_gives_its_lines_one_way() -> None:
    names = [module.name for module in pkgutil.iter_modules(tests.bench.__path__) if not module.name.startswith("_")]
    assert len(names) > 5
    for name in names:
        assert callable(importlib.import_module(f"tests.bench.{name}").run), name
