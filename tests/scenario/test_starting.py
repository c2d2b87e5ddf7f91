from pathlib import Path

import pytest

from simulator.errors import BadInput
from simulator.scenario.scenario import load
from simulator.scenario.starting import start_scenario


def test_a_new_scenario_loads_beside_its_profile(tmp_path: Path) -> None:
    written = start_scenario("my-app", start="support-chat", folder=tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "my-app.yaml",
        "schema/scenario.json",
        "staging/hosted.yaml",
    ]
    assert load(written[0]).name == "my-app"


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    start_scenario("my-app", start="support-chat", folder=tmp_path)
    with pytest.raises(BadInput, match="is already there"):
        start_scenario("my-app", start="support-chat", folder=tmp_path)
    assert len(start_scenario("other", start="support-chat", folder=tmp_path)) == 1


@pytest.mark.parametrize(("name", "start"), [("My App", "support-chat"), ("../x", "support-chat"), ("x", "absent")])
def test_bad_names_are_told(tmp_path: Path, name: str, start: str) -> None:
    with pytest.raises(BadInput, match=r"scenario name|no shipped scenario"):
        start_scenario(name, start=start, folder=tmp_path)
    assert not list(tmp_path.iterdir())
