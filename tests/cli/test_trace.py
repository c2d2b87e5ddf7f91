"""Every verb of `tenfold trace` as a user types it: a log in, a trace or a scenario out, one line for a mistake."""

import json
import random
from pathlib import Path

import pytest

from simulator.scenario.scenario import load
from simulator.traffic.trace import Trace
from tests.cli.conftest import Tenfold

CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Where is my parcel?"}], "max_tokens": 40}


@pytest.fixture
def log(home: Path) -> Path:
    """Azure's format: 200 requests in about 50 s, one of them without an answer."""
    draw, at, lines = random.Random(1), 0.0, ["TIMESTAMP,ContextTokens,GeneratedTokens"]
    for n in range(200):
        at += draw.expovariate(4)
        lines.append(f"2023-11-16 18:15:{at:010.7f},{draw.randint(10, 2000)},{0 if n == 7 else draw.randint(1, 300)}")
    (home / "log.csv").write_text("\n".join(lines), encoding="utf-8")
    return home


@pytest.fixture
def untimed(home: Path) -> Path:
    """OpenAI request bodies: no times, answers by `max_tokens`."""
    (home / "bodies.jsonl").write_text(f"{json.dumps(CHAT)}\n" * 40, encoding="utf-8")
    return home


def test_info_says_what_is_in_a_log_and_what_was_repaired(typed: Tenfold, log: Path) -> None:
    done = typed("trace", "info", "log.csv", "--figure", "log.svg")
    assert done.returncode == 0, done.stderr
    head = done.stdout.splitlines()
    assert head[0] == "azure: 200 rows read, 200 kept"
    assert head[1].startswith("repaired 1: no answer length")
    assert head[1].endswith("(line 9)")
    assert "200 requests in 200 sessions" in done.stdout
    assert (log / "log.svg").read_text(encoding="utf-8").startswith("<?xml")
    found = json.loads(typed("trace", "info", "log.csv", "--json").stdout)
    assert (found["format"], found["rows"], set(found["peak_rate"])) == ("azure", 200, {"1s", "10s", "60s"})


def test_a_log_too_short_for_a_rate_says_so(typed: Tenfold, home: Path) -> None:
    """It ended in `peak ` and nothing."""
    rows = [f"2024-05-10 00:00:00.{n}00000+00:00,100,5" for n in (1, 4)]
    (home / "two.csv").write_text("\r\n".join(["TIMESTAMP,ContextTokens,GeneratedTokens", *rows]), encoding="utf-8")
    said = typed("trace", "info", "two.csv").stdout
    assert "· peak –\n" in said
    assert "index of dispersion – (Poisson: 1)" in said


def test_a_rate_says_which_requests_are_in_it(typed: Tenfold, home: Path, repository: Path) -> None:
    """77 requests over 18 s, mean 4.17/s: two of them were due after the last session had begun."""
    chats = str(repository / "scenarios/support-chat.yaml")
    typed("trace", "generate", chats, "-o", "t.parquet", "--duration", "5s")
    trace = Trace.read(home / "t.parquet")
    due = int((trace.clock() < 5).sum())
    assert due < len(trace)
    assert f"mean {due / 5:.3g}/s by the {due} due within that" in typed("trace", "info", "t.parquet").stdout


def test_a_converted_log_says_the_same_of_itself_in_every_form(typed: Tenfold, log: Path) -> None:
    said = []
    for name in ("log.csv", "t.parquet", "t.jsonl.gz"):
        if name != "log.csv":
            assert typed("trace", "convert", "log.csv", "-o", name).returncode == 0
        found = json.loads(typed("trace", "info", name, "--json").stdout)
        said.append({key: found[key] for key in ("rows", "input_tokens", "output_tokens", "sessions")})
        assert typed("trace", "compare", "log.csv", name).returncode == 0
    assert said[0] == said[1] == said[2]


def test_a_log_of_columns_that_nobody_knows_is_read_by_a_mapping(typed: Tenfold, home: Path) -> None:
    (home / "odd.csv").write_text("when,asked,said\n0,10,5\n1500,20,6\n", encoding="utf-8")
    (home / "map.yaml").write_text(
        "time_unit: ms\ncolumns: {at: when, input_tokens: asked, output_tokens: said}\n", encoding="utf-8"
    )
    assert typed("trace", "info", "odd.csv").returncode == 2
    done = typed("trace", "convert", "odd.csv", "--format", "map.yaml", "-o", "t.parquet")
    assert done.returncode == 0, done.stderr
    table = Trace.read(home / "t.parquet").table
    assert (table["at"].to_pylist(), table["input_tokens"].to_pylist()) == ([0.0, 1.5], [10, 20])
    found = json.loads(typed("trace", "info", "odd.csv", "--format", "map.yaml", "--json").stdout)
    assert (found["format"], found["rows"]) == ("mapped", 2)


def test_a_log_without_times_takes_a_rate(typed: Tenfold, untimed: Path) -> None:
    plain = typed("trace", "convert", "bodies.jsonl", "-o", "plain.parquet")
    assert "sessions start one per second; `tenfold trace convert --rate 2/s` sets another" in plain.stdout
    done = typed("trace", "convert", "bodies.jsonl", "-o", "t.parquet", "--rate", "8/s")
    assert (done.returncode, "--rate" in done.stdout) == (0, False), done.stderr
    assert "starts drawn at random at 8 sessions/s, seed 1" in done.stdout
    one, two = (Trace.read(untimed / name) for name in ("plain.parquet", "t.parquet"))
    assert len(one) == len(two) == 40
    assert two.span_s == pytest.approx(5, rel=0.5)
    typed("trace", "convert", "bodies.jsonl", "-o", "again.parquet", "--rate", "8/s")
    assert Trace.read(untimed / "again.parquet").digest() == two.digest()


def test_slice_keeps_what_starts_within_the_span(typed: Tenfold, log: Path) -> None:
    done = typed("trace", "slice", "log.csv", "-o", "s.jsonl", "--from", "10s", "--duration", "5s")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (log / "s.jsonl").read_text(encoding="utf-8").splitlines()]
    assert done.stdout == f"s.jsonl: {len(rows)} requests over 5 s\n"
    assert rows
    assert all(0 <= row["timestamp"] < 5000 for row in rows)


def test_multiply_names_its_meaning_and_puts_the_others_beside_it(typed: Tenfold, log: Path) -> None:
    done = typed("trace", "multiply", "log.csv", "-o", "m.parquet", "--scale", "3x", "--jitter", "500ms")
    assert done.returncode == 0, done.stderr
    assert "600 requests" in done.stdout.splitlines()[0]
    assert done.stdout.splitlines()[0].endswith("3× of 200 by clone")
    for meaning in ("original", "clone", "independent", "worst", "compress"):
        assert f"\n{meaning} " in done.stdout
    table = Trace.read(log / "m.parquet").table
    at = dict(zip(table["session_id"].to_pylist(), table["at"].to_pylist(), strict=True))
    span = Trace.read(log / "m.parquet").span_s
    moved = [abs(at[name] - at[name.partition("#")[0]]) for name in at if "#" in name]
    assert 0.4 < max(min(one, span - one) for one in moved) <= 0.5  # a start beyond an edge comes in at the other


def test_generate_writes_the_same_traffic_for_the_same_seed(typed: Tenfold, home: Path) -> None:
    for name, seed in (("a.parquet", "3"), ("b.parquet", "3"), ("c.parquet", "4"), ("d.jsonl", "3")):
        done = typed("trace", "generate", "small.yaml", "-o", name, "--duration", "5s", "--seed", seed)
        assert done.returncode == 0, done.stderr
    a, b, c = (Trace.read(home / f"{name}.parquet").digest() for name in "abc")
    assert a == b != c
    assert len((home / "d.jsonl").read_text(encoding="utf-8").splitlines()) == len(Trace.read(home / "a.parquet"))


def test_fit_writes_a_scenario_and_says_how_far_a_short_log_can_be_trusted(typed: Tenfold, log: Path) -> None:
    done = typed("trace", "fit", "log.csv", "-o", "fitted.yaml")
    assert done.returncode in (0, 99), done.stderr  # 200 requests differ from themselves by more than is allowed
    assert "two samples of the same traffic differ by KS up to" in done.stdout
    assert typed("check", "fitted.yaml", "--scale", "1").returncode == 0
    assert load(log / "fitted.yaml").traffic.arrivals.mean_rate == pytest.approx(4, rel=0.3)


def test_a_folder_of_clients_becomes_a_scenario(typed: Tenfold, home: Path) -> None:
    (home / "clients").mkdir()
    for number, per_second in ((1, 6), (2, 2)):
        (home / f"clients/chunk-{number}-trace.csv").write_text(f"0,{per_second},2,Gamma,1.0,1.0\n", encoding="utf-8")
        said = {"0": {"input_tokens": "{100: 0.5, 200: 0.5}", "output_tokens": "{8: 1.0}"}}
        (home / f"clients/chunk-{number}-dataset.json").write_text(json.dumps(said), encoding="utf-8")
    done = typed("trace", "fit", "clients", "-o", "clients.yaml")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("clients.yaml, which generates in ten minutes:\n")
    assert load(home / "clients.yaml").traffic.arrivals.mean_rate == pytest.approx(8)


def test_two_different_traces_are_told_apart(typed: Tenfold, log: Path) -> None:
    typed("trace", "generate", "small.yaml", "-o", "g.parquet", "--duration", "5s")
    done = typed("trace", "compare", "log.csv", "g.parquet")
    assert done.returncode == 99
    assert "✗ KS" in done.stdout
    assert json.loads(typed("trace", "compare", "log.csv", "g.parquet", "--json").stdout)["alike"] is False


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("info absent.csv", "absent.csv: no such file; check the path"),
        ("info log.csv --format bogus", "'bogus' is not a format; known are"),
        ("info log.csv --format absent.yaml", "absent.yaml: no such file"),
        ("info log.csv --figure a.png", "a.png: pictures are drawn as SVG; name it a.svg"),
        ("info .", ".: cannot be read: Is a directory"),
        ("convert log.csv -o t.csv", "t.csv: is no name for a trace; write .parquet, .jsonl, .jsonl.gz"),
        ("convert log.csv -o t.parquet --rate 2", "--rate: '2' is not a rate; write 2.5/s"),
        ("slice log.csv -o t.parquet --from 10m", "nothing starts at 10 min 0 s; the trace spans"),
        ("slice log.csv -o t.parquet --duration 5", "--duration: '5' is not a duration"),
        ("multiply log.csv -o t.parquet --scale 0", "--scale: a scale must be more than 0, got 0"),
        ("multiply log.csv -o t.parquet --scale 2 --multiply twice", "'twice' is not a meaning of 10×"),
        (
            "multiply log.csv -o t.parquet --scale 2 --multiply worst --jitter 1s",
            "--jitter is for --multiply clone; worst draws none",
        ),
        ("generate absent.yaml -o t.parquet", "absent.yaml: no such file"),
        ("fit small.yaml -o f.yaml", "small.yaml: fits no known format"),
        ("fit log.csv -o small.yaml", "small.yaml: is already there; choose another name"),
        ("fit log.csv -o Fitted.yml", "Fitted.yml: is not a scenario file"),
        (
            "fit log.csv -o f.yaml --from absent",
            "--from absent: no shipped scenario of that name; there are agent-tools, ",
        ),
        ("fit . -o f.yaml", ".: no chunk-N-trace.csv with traffic at 0 s"),
        ("compare log.csv absent.csv", "absent.csv: no such file"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing_behind(typed: Tenfold, log: Path, words: str, line: str) -> None:
    before = {path.name for path in log.iterdir()}
    done = typed("trace", *words.split())
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stdout + done.stderr
    assert line in done.stderr
    assert {path.name for path in log.iterdir()} == before


def test_a_log_too_short_to_fit_leaves_no_half_scenario(typed: Tenfold, log: Path) -> None:
    (log / "short.csv").write_text("\n".join((log / "log.csv").read_text().splitlines()[:20]), encoding="utf-8")
    done = typed("trace", "fit", "short.csv", "-o", "f.yaml")
    assert (done.returncode, done.stderr) == (
        2,
        "tenfold: 19 requests are too few to fit; 50 are the least, 1,000 are better\n",
    )
    assert not (log / "f.yaml").exists()
