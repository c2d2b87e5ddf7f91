"""What an outside package adds by one file and one line of metadata, and how it is told when it does not fit."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pytest

from simulator.errors import Precondition
from simulator.registry import by_word, members, modules
from simulator.spend.month import Projection
from simulator.verdicts.breaks import breaks

ACCESS = """
from simulator.traffic.formats.format import RecordFormat

class Access(RecordFormat):
    name = "access"
    marks = ("ts_s", "prompt_len", "answer_len")

    def rows(self, record):
        yield {"at_ns": int(float(record["ts_s"]) * 1e9), "input_tokens": int(record["prompt_len"]), "output_tokens": 5}
"""
PAIRS = """
from typing import Literal
from simulator.traffic.arrivals.poisson import Poisson

class Pairs(Poisson):
    kind: Literal["pairs"]
"""
TEAPOT = """
from typing import Literal
from simulator.provider.faults.fault import Damage, Fault

class Teapot(Fault):
    kind: Literal["teapot"]

    def damage(self):
        return Damage(status=418)
"""
QUIET = """
from simulator.verdicts.condition import Break

def find(evidence):
    yield Break(kind="quiet", title="nobody came", strategy="single", multiplier=0.5, provenance="assumed",
                evidence="a test", fix="invite somebody")
"""
HAIKU = """
def write(summary, path):
    path.write_text(f"{summary.run.scenario}: {summary.breaks[0].title}", encoding="utf-8")
"""
STORY = """
import sys
from pathlib import Path
from pydantic import TypeAdapter
from simulator.derive import derive
from simulator.provider.hazards import asked
from simulator.reports.write import write_reports
from simulator.traffic import formats
from simulator.traffic.plan import AnyArrivals
from tests.derive import rehearsed

print(formats.sniff(Path("access.csv")).name, len(formats.read(Path("access.csv")).trace))
for kind in ("pairs", "poisson"):  # to extend one of ours does not take its place
    print(TypeAdapter(AnyArrivals).validate_python({"kind": kind, "rate": "5/s"}).kind)
print(asked("teapot").status)
run = rehearsed.run(Path(sys.argv[1]), Path("run"), scales=(1.0,), duration_s=5.0)
print("haiku.txt" in write_reports(derive(run), run), Path("run/haiku.txt").read_text())
"""


def install(folder: Path, group: str, point: str, text: str) -> None:
    """A package of one module, as pip leaves it."""
    name = f"outside_{group}"
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(f"[tenfold.{group}]\n{point} = {name}\n", encoding="utf-8")


def test_outside_packages_add_to_every_kind_of_folder(tmp_path: Path, repository: Path) -> None:
    for group, point, text in (
        ("formats", "access", ACCESS),
        ("arrivals", "pairs", PAIRS),
        ("faults", "teapot", TEAPOT),
        ("conditions", "quiet", QUIET),
        ("reports", "haiku.txt", HAIKU),
    ):
        install(tmp_path, group, point, text)
    (tmp_path / "access.csv").write_text("ts_s,prompt_len,answer_len\n0.5,100,20\n1.5,120,30\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", STORY, str(repository / "scenarios/support-chat.yaml")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{repository}"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["access 2", "pairs", "poisson", "418", "True support-chat: nobody came"]


class Shape:
    """The base of a family that only this test has."""

    word: ClassVar[str]


@pytest.fixture
def shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A folder `shapes` with `circle.py`; gives a way to install an outside module that extends it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes/__init__.py").touch()
    member = "from tests.test_registry import Shape\nclass {}(Shape):\n    word = 'circle'\n"
    (tmp_path / "shapes/circle.py").write_text(member.format("Circle"), encoding="utf-8")
    yield lambda text: install(tmp_path, "shapes", "more", text.replace("MEMBER", member.format("Ring")))
    for name in ("shapes", "shapes.circle", "outside_shapes"):
        sys.modules.pop(name, None)


def test_a_word_that_is_taken_names_both(shapes: Any) -> None:
    assert [kind.__name__ for kind in members("shapes", Shape)] == ["Circle", "Shape"]
    assert by_word("shapes", Shape, "word").keys() == {"circle"}  # a base without a word is no member
    shapes("MEMBER")
    with pytest.raises(Precondition, match=r"shapes\.circle\.Circle and outside_shapes\.Ring are both called 'circle'"):
        by_word("shapes", Shape, "word")


def test_an_outside_module_that_cannot_be_loaded_is_told_with_its_package(shapes: Any) -> None:
    shapes("import nowhere_to_be_found")
    with pytest.raises(Precondition, match=r"outside_shapes of outside_shapes extends tenfold\.shapes and cannot be"):
        modules("shapes")


def test_a_condition_that_finds_nothing_by_name_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module without `find` ended every report in an AttributeError."""
    install(tmp_path, "conditions", "odd", "def finds(evidence): ...")
    monkeypatch.syspath_prepend(str(tmp_path))
    nobody = Projection(months=[], tornado={}, assumptions=[], needed_sessions=None)
    with pytest.raises(Precondition, match=r"outside_conditions is a condition without `find\(evidence\)`; mend it or"):
        breaks(pa.table({}), [], objectives=[], judgements=[], costs=[], projection=nobody, command="")
    sys.modules.pop("outside_conditions", None)
