"""The Locust process: started with a plan, listened to, and given time to put its rows down when it is told to stop."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simulator.errors import ExitCode, Precondition
from simulator.replay.command import command
from simulator.replay.evidence import REPLAY_FILE, any_rows
from simulator.replay.plan import ReplayPlan
from simulator.run.record import Status

Tell = Callable[[dict[str, Any]], None]
"""Takes the events of a run as they happen."""

PLAN_FILE, LOG_FILE = "plan.json", "replay.log"
_STOP_WITHIN_S = 20.0
_STATUS: dict[int, Status] = {0: "complete", ExitCode.GUARD: "stopped", ExitCode.INTERRUPTED: "interrupted"}


def replay(plan: ReplayPlan, *, processes: int, cpu: int | None, tell: Tell) -> Status:
    """Run a plan to its end and say how it ended; the evidence is in the plan's run directory.

    Raises `Precondition` where the process could not start its work, with its own words.
    """
    path = plan.run_dir / PLAN_FILE
    plan.write(path)
    log = plan.run_dir / LOG_FILE
    with log.open("w", encoding="utf-8") as errors:
        # Its own session: Ctrl-C comes to us, and we pass it on once.
        process = subprocess.Popen(
            command(path, processes=processes), stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
        )
        if cpu is not None and processes == 1:
            os.sched_setaffinity(process.pid, {cpu})
        code = _followed(process, tell)
    if code == ExitCode.INTERRUPTED and not (plan.run_dir / REPLAY_FILE).exists():
        raise KeyboardInterrupt  # while Locust started: nothing was run, so there is nothing to report
    if code not in (*_STATUS, ExitCode.NOT_VALID):
        if not any_rows(plan.run_dir):
            raise Precondition(f"the replay did not start: {_last_words(log)}")
        tell({"event": "trouble", "text": f"the replay ended early (code {code}): {_last_words(log)}"})
    return _STATUS.get(code, "failed")


def _followed(process: "subprocess.Popen[str]", tell: Tell) -> int:
    """Pass events on until the process ends. A first Ctrl-C stops it gently, a second one at once."""
    try:
        _listen(process, tell)
        return process.wait()
    except KeyboardInterrupt:
        tell({"event": "stopping"})
        process.send_signal(signal.SIGINT)
        patience = threading.Timer(_STOP_WITHIN_S, process.kill)
        patience.start()
        try:
            _listen(process, tell)
            process.wait()
        except KeyboardInterrupt:
            process.kill()
            process.wait()
        finally:
            patience.cancel()
        return ExitCode.INTERRUPTED
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def _listen(process: "subprocess.Popen[str]", tell: Tell) -> None:
    for line in process.stdout or ():
        if line.startswith("{"):
            tell(json.loads(line))


def _last_words(log: Path) -> str:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"
