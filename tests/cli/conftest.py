"""The command line as a user has it: a subprocess in an empty directory, with a scenario small enough for seconds."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from simulator.cli import main

SMALL = """\
name: small
seed: 7
launch: {starts: 2026-12-01, sessions_per_day: 1k}
traffic:
  arrivals: {kind: constant, rate: 16/s}
  journeys:
    - name: question
      weight: 100%
      turns: {kind: geometric, mean: 1.3, max: 2}
      think: {kind: constant, value: 100ms}
      system_tokens: 40
      input_tokens: {kind: constant, value: 30}
      output_tokens: {kind: constant, value: 8}
      hard: 30%
objectives:
  - p(95) time_to_first_token < 2s
  - refused < 1%
budget: $100/month
target:
  staging: fast.yaml
strategies:
  single: {retry: {of: gpt-4o, times: 1, backoff: 50ms}}
  routed: {classify: {with: gpt-4o-mini, rubric_tokens: 20, routes: {easy: gpt-4o-mini, hard: gpt-4o}, otherwise: hard}}
"""

Tenfold = Callable[..., "subprocess.CompletedProcess[str]"]


def furnished(folder: Path, repository: Path) -> Path:
    """`folder` with `small.yaml` and a quick version of the shipped provider profile beside it."""
    profile = (repository / "scenarios/staging/hosted.yaml").read_text(encoding="utf-8")
    quick = profile.replace("base: 420ms", "base: 40ms").replace("base: 280ms", "base: 20ms")
    assert quick != profile
    (folder / "fast.yaml").write_text(quick, encoding="utf-8")
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    return folder


def tenfold_in(folder: Path) -> Tenfold:
    """Runs `tenfold …` there and waits for it."""

    def run(*words: str, env: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        argv = [str(Path(sys.executable).with_name("tenfold")), *words]
        surroundings = {**os.environ, "NO_COLOR": "1", **(env or {})}
        return subprocess.run(argv, cwd=folder, env=surroundings, capture_output=True, text=True, timeout=120)

    return run


def typed_in(folder: Path) -> Tenfold:
    """The same within this process, which spares the start of a Python: for commands that start nothing themselves."""

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        out, err = io.StringIO(), io.StringIO()
        before = {kind: signal.getsignal(kind) for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.chdir(folder)
            patch.setattr(sys, "argv", ["tenfold", *words])
            try:
                with pytest.raises(SystemExit) as ended:
                    main()
            finally:
                for kind, handler in before.items():
                    signal.signal(kind, handler)
        return subprocess.CompletedProcess(
            ["tenfold", *words], int(ended.value.code or 0), out.getvalue(), err.getvalue()
        )

    return run


@pytest.fixture
def home(tmp_path: Path, repository: Path) -> Path:
    """A directory of its own for each test."""
    return furnished(tmp_path, repository)


@pytest.fixture
def tenfold(home: Path) -> Tenfold:
    return tenfold_in(home)


@pytest.fixture
def typed(home: Path) -> Tenfold:
    return typed_in(home)
