"""Router configurations in which a value is bent: read, or refused with its place; never a traceback."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.errors import InvalidFile
from simulator.strategies.library import Library
from tests.bent import bent
from tests.strategies.importers.test_litellm import CONFIG
from tests.strategies.importers.test_portkey import NESTED


@pytest.mark.parametrize("sample", [NESTED, yaml.safe_load(CONFIG)], ids=["portkey", "litellm"])
@given(data=st.data())
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_bent_value_is_read_or_refused(sample: Any, tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(data.draw(bent(sample))), encoding="utf-8")
    with suppress(InvalidFile):
        assert Library.load(path).strategies
