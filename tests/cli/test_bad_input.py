"""What a user gets wrong: one clear line that names the place and the next step, and the documented exit code."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.conftest import SMALL, Tenfold


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("rate: 16/s", "rate: -2/s"), "small.yaml:5:36: traffic.arrivals.rate: must be more than 0, got -2/s"),
        (("budget:", "budgit:"), "small.yaml:18:1: budgit: unknown key (did you mean 'budget'?)"),
        (("seed: 7", "name: again"), "small.yaml:2:1: "),
        (
            ("seed: 7", "seed:\t7"),
            "small.yaml:2:6: found character '\\t' that cannot start any token; YAML is",
        ),
        (("gpt-4o-mini, hard: gpt-4o}", "gpt-4o-mini, hard: gpt-9}"), "gpt-9"),
        (("staging: fast.yaml", "staging: gone.yaml"), "gone.yaml: no such file"),
        (("refused < 1%", "refuzed < 1%"), "small.yaml:17:5: objectives.1: "),
    ],
)
def test_a_bad_scenario_is_told_by_its_place(typed: Tenfold, home: Path, change: tuple[str, str], line: str) -> None:
    assert change[0] in SMALL
    (home / "small.yaml").write_text(SMALL.replace(*change, 1), encoding="utf-8")
    done = typed("run", "small.yaml", "--duration", "1s")
    assert done.returncode == 2
    assert line in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home / "results").exists()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["run", "absent.yaml"], "absent.yaml: no such file; check the path (`tenfold init NAME` makes a scenario)"),
        (["run", "small.yaml", "--scale", "0"], "--scale: a scale must be more than 0, got 0"),
        (["run", "small.yaml", "--scale", "1e-9"], "--scale: a scale must be 0.001 or more, got 1e-9"),
        (["run", "small.yaml", "--scale", "0.001"], "--scale: no request is left at 0.001× of "),
        (["run", "small.yaml", "--scale", ""], "--scale: names no scale"),
        (["run", "small.yaml", "--scale", "1e9"], "requests, beyond 2,000,000; give a smaller --scale"),
        (["check", "small.yaml", "--duration", "365d"], "requests, beyond 2,000,000; give a smaller --scale"),
        (["run", "small.yaml", "--target", ""], "--target: '' is not a URL; write http://"),
        (["run", "small.yaml", "--duration", "30"], "--duration: '30' is not a duration"),
        (["run", "small.yaml", "--strategy", "singel"], "--strategy singel: not in small.yaml; it has single, routed"),
        (["run", "small.yaml", "--multiply", "twice"], "--multiply: 'twice' is not a meaning of 10×"),
        (
            ["run", "small.yaml", "--try", "absent.yaml"],
            "absent.yaml: no such file; check the path (scenarios/strategies/",
        ),
        (["run", "small.yaml", "--trace", "absent.csv"], "absent.csv: no such file"),
        (["bill", "absent"], "absent"),
        (["report", "absent"], "absent: no run here"),
        (["prices", "show", "gpt-nine"], "gpt-nine"),
        (["trace", "info", "small.yaml"], "small.yaml: fits no known format"),
        (["run", "small.yaml", "--frobnicate"], "No such option: --frobnicate"),
    ],
)
def test_bad_usage_exits_2_in_one_line(typed: Tenfold, words: list[str], line: str) -> None:
    done = typed(*words)
    assert done.returncode == 2, done.stdout + done.stderr
    assert line in done.stderr
    assert "Traceback" not in done.stderr


def test_an_endpoint_that_is_down_exits_3_and_says_what_was_tried(typed: Tenfold, home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    done = typed("run", "small.yaml", "--duration", "1s", "--target", f"http://127.0.0.1:{port}/v1")
    assert done.returncode == 3
    assert f"nobody answers (tried 127.0.0.1:{port}" in done.stderr
    assert not (home / "results").exists() or not list((home / "results").iterdir())


def test_beyond_loopback_a_run_says_its_price_and_asks_for_a_limit(typed: Tenfold) -> None:
    done = typed("run", "small.yaml", "--duration", "1s", "--target", "https://llm.example.com/v1")
    assert done.returncode == 2
    assert "will cost about $" in done.stderr
    assert "--max-spend" in done.stderr


def test_a_port_in_use_exits_3(tenfold: Tenfold) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = tenfold("staging", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 3
    assert "the port is in use; take another" in done.stderr


@pytest.mark.parametrize(
    ("host", "says"), [("300.1.1.1", "no address of that name"), ("192.0.2.1", "not an address of")]
)
def test_a_host_that_is_not_ours_exits_3(tenfold: Tenfold, host: str, says: str) -> None:
    done = tenfold("staging", "--host", host, "--port", "0")
    assert done.returncode == 3
    assert f"cannot listen on {host}:0: {says}" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_locale_without_our_signs_is_no_crash(home: Path) -> None:
    """`LC_ALL=C` with Python's own way out switched off, as some containers have it: UnicodeEncodeError, code 1."""
    argv = [str(Path(sys.executable).with_name("tenfold")), "prices", "show", "gpt-4o"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(argv, cwd=home, capture_output=True, env=environment, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert " · " in done.stdout.decode("utf-8")


def test_a_full_disk_under_a_redirect_is_no_crash(home: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", "from simulator.cli import main; main()", "schema", "scenario"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=home,
            timeout=30,
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr == (
        "tenfold: the disk is full: what was to be written is not whole; free some space and say it again\n"
    )


@pytest.mark.parametrize("words", [("schema", "scenario"), ("report", "results/sample-launch", "--at", "2027-01-01")])
def test_a_reader_who_leaves_is_neither_a_pass_nor_a_crash(repository: Path, words: tuple[str, ...]) -> None:
    """`| head -1` ended in 1, the code of a crash, or in 0, whatever the objectives said."""
    argv = [str(Path(sys.executable).with_name("tenfold")), *words]
    with subprocess.Popen(argv, cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
    assert (process.returncode, said) == (128 + signal.SIGPIPE, "")


def test_a_directory_that_holds_something_is_not_written_over(typed: Tenfold, home: Path) -> None:
    (home / "out").mkdir()
    (home / "out/thesis.txt").write_text("years of work", encoding="utf-8")
    done = typed("run", "small.yaml", "--duration", "1s", "--out", "out")
    assert done.returncode == 2
    assert "out: is not empty; choose another --out" in done.stderr


def test_results_that_cannot_be_written_exit_3(typed: Tenfold, home: Path) -> None:
    (home / "results").write_text("a file where a folder should be", encoding="utf-8")
    done = typed("run", "small.yaml", "--duration", "1s")
    assert done.returncode == 3
    assert "results" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_speaks_no_http_exits_3_and_leaves_nothing(tenfold: Tenfold, home: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        hangs_up = threading.Thread(target=_hang_up, args=(listener,), daemon=True)
        hangs_up.start()
        target = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        done = tenfold("run", "small.yaml", "--duration", "1s", "--target", target, "--out", "out")
    assert done.returncode == 3, done.stderr
    assert "one short question to gpt-4o ended as connect" in done.stderr
    assert not (home / "out.partial").exists()


def _hang_up(listener: socket.socket) -> None:
    """Take every connection and close it at once, until the listener is closed."""
    while True:
        try:
            listener.accept()[0].close()
        except OSError:
            return
