"""A scenario that sends the user's own chats: planned by their real lengths, kept by their hash alone."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from simulator.launch.job import Job
from simulator.launch.options import Options
from tests.cli.conftest import SMALL, Tenfold, typed_in

SECRET = "ZEBRAPARCEL"
CHATS = [
    {"messages": [{"role": "user", "content": f"Where is {SECRET}?"}]},
    {"prompt": "Can I return my shoes?"},
]


@pytest.fixture
def own(home: Path) -> Path:
    """`small.yaml` with a journey of chats beside it."""
    (home / "faq.jsonl").write_text("".join(f"{json.dumps(chat)}\n" for chat in CHATS), encoding="utf-8")
    start, end = SMALL.index("      turns:"), SMALL.index("      think:")
    text = SMALL[:start] + "      prompts: faq.jsonl\n" + SMALL[end:]
    lines = [line for line in text.splitlines(keepends=True) if "system_tokens" not in line]
    kept = [line for line in lines if not line.startswith("      input_tokens")]
    (home / "small.yaml").write_text("".join(kept), encoding="utf-8")
    return home


def test_the_text_is_nowhere_in_a_run_unless_asked(tenfold: Tenfold, own: Path) -> None:
    words = ("--scale", "1", "--strategy", "single", "--duration", "1s", "--out", "out", "--exit-zero")
    done = tenfold("run", "small.yaml", *words)
    assert done.returncode == 0, done.stderr
    files = [file for file in (own / "out").rglob("*") if file.is_file()]
    assert [file for file in files if SECRET.encode() in file.read_bytes()] == []
    record = json.loads((own / "out/run.json").read_text(encoding="utf-8"))
    assert list(record["prompts"]) == ["faq.jsonl"]
    assert "2 chats of faq.jsonl" in record["trace"]
    assert "counted exactly with o200k_base" in record["trace"]
    lengths = pq.read_table(own / "out/trace.parquet").column("input_tokens").to_pylist()
    assert len(set(lengths)) == 2
    assert typed_in(own)("verify", "out").stdout.endswith("every file is as recorded\n")


@pytest.mark.parametrize(("asked", "holders"), [(False, []), (True, ["inputs/prompts-1-faq.jsonl"])])
def test_the_text_is_kept_where_asked(own: Path, asked: bool, holders: list[str]) -> None:
    options = Options(
        scenario=own / "small.yaml", command=("tenfold",), out=own / "out", duration_s=1.0, keep_prompts=asked
    )
    kept = Job.prepare(options, tell=lambda _: None).directory.path
    files = [file for file in kept.rglob("*") if file.is_file()]
    assert [file.relative_to(kept).as_posix() for file in files if SECRET.encode() in file.read_bytes()] == holders


def test_a_replayed_log_says_that_the_texts_stay_at_home(own: Path) -> None:
    log = own / "log.csv"
    log.write_text("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,375,44\n", encoding="utf-8")
    options = Options(scenario=own / "small.yaml", command=("tenfold",), out=own / "out", duration_s=1.0, trace=log)
    said: list[str] = []
    job = Job.prepare(options, tell=lambda event: said.append(event["text"]))
    note = "not sent with --trace: faq.jsonl (question); a log's requests are synthetic texts of its lengths"
    assert f"note: {note}" in said
    assert job.inputs.trace_text(options).endswith(f"; {note}")


def test_other_bytes_have_another_hash(typed: Tenfold, own: Path) -> None:
    plans = []
    for chat in CHATS:
        (own / "faq.jsonl").write_text(json.dumps(chat), encoding="utf-8")
        plans.append(typed("check", "small.yaml", "--scale", "1").stdout)
    assert plans[0] != plans[1]
    assert "share 1 chat;" in plans[0]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('{"prompt": "fine"}\n{"messages": 3}\n', "faq.jsonl:2: not a chat; write"),
        ("", "faq.jsonl: holds no prompt"),
        (None, "faq.jsonl: no such file; prompts are looked for beside the scenario"),
    ],
)
def test_chats_that_cannot_be_read_are_told_by_their_line(
    typed: Tenfold, own: Path, content: str | None, line: str
) -> None:
    (own / "faq.jsonl").unlink()
    if content is not None:
        (own / "faq.jsonl").write_text(content, encoding="utf-8")
    done = typed("run", "small.yaml", "--duration", "1s")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    assert line in done.stderr
    assert not (own / "results").exists()
