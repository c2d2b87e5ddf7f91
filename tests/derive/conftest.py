from pathlib import Path

import pytest

from tests.derive import rehearsed


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """The shipped scenario at 1× and 2×, both strategies. Tests read it and leave it as it is."""
    out = tmp_path_factory.mktemp("runs") / "finished"
    return rehearsed.run(repository / "scenarios/support-chat.yaml", out, scales=(1.0, 2.0), duration_s=30.0)
