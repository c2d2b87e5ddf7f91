import json
import urllib.request
from pathlib import Path

import pytest

from simulator.endpoint import embedded
from simulator.errors import Precondition


def test_the_endpoint_is_there_while_the_block_runs_and_gone_after(repository: Path) -> None:
    with embedded(repository / "scenarios/staging/hosted.yaml", seed=1) as url:
        answer = urllib.request.urlopen(f"{url}/v1/models", timeout=5)
        with answer:
            assert {model["id"] for model in json.load(answer)["data"]} >= {"gpt-4o", "gpt-4o-mini"}
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"{url}/v1/models", timeout=5)


def test_a_file_of_the_users_folder_is_not_taken_for_a_library(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder with an html.py of somebody's own in it once kept the endpoint from starting."""
    (tmp_path / "html.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.chdir(tmp_path)
    with embedded(repository / "scenarios/staging/hosted.yaml", seed=1) as url:
        assert url.startswith("http://127.0.0.1:")


def test_an_endpoint_that_cannot_start_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(Precondition, match=r"did not start: .*absent\.yaml: no such file"),
        embedded(tmp_path / "absent.yaml", seed=1),
    ):
        pass
