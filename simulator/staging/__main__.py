"""`python -m simulator.staging --profile FILE`: the endpoint as its own process, until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import contextlib
import gc
import json
import os
import signal
import sys
from pathlib import Path

from aiohttp import web

from simulator.errors import Precondition, TenfoldError
from simulator.provider.profile import Profile
from simulator.staging.doors import Doors
from simulator.staging.server import Surface
from simulator.staging.service import Service
from simulator.staging.truth import TruthLog
from simulator.yamlfile import load

_PARENT_EVERY_S = 1.0


def main(argv: list[str] | None = None) -> int:
    """Serve, print one JSON line `{"url", "pid"}` when ready; the exit code, 0 after a clean stop."""
    options = _options(argv)
    try:
        profile = load(options.profile, Profile)
        _pin(options.cpu)
        _run(profile, options)
    except TenfoldError as error:
        print(error, file=sys.stderr)
        return int(error.exit_code)
    return 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator.staging", description="A hosted provider in a box.")
    parser.add_argument(
        "--profile", type=Path, required=True, help="provider profile, such as scenarios/staging/hosted.yaml"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: loopback only)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    parser.add_argument("--cpu", type=int, help="run on this core only, where the system can")
    parser.add_argument("--seed", type=int, default=1, help="seed of all jitter")
    parser.add_argument("--log", type=Path, help="write what really happened, one JSON line per request")
    parser.add_argument("--with-parent", action="store_true", help="end when the process that started this one ends")
    return parser.parse_args(argv)


def _pin(core: int | None) -> None:
    if core is None or not hasattr(os, "sched_setaffinity"):
        return
    try:
        os.sched_setaffinity(0, {core})
    except OSError:
        raise Precondition(f"--cpu {core}: this machine has no such core for us; leave the option out") from None


def _run(profile: Profile, options: argparse.Namespace) -> None:
    with asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(_serve(profile, options))


def _loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # not on Windows and PyPy: asyncio's own loop serves there
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


async def _serve(profile: Profile, options: argparse.Namespace) -> None:
    service = Service(profile, seed=options.seed, truth=TruthLog(options.log))
    runner = web.ServerRunner(Surface(service).server(), handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        doors = Doors(runner, host=options.host, port=options.port)
        await doors.open()
        service.listeners.append(doors.follow)
        gc.collect()
        gc.freeze()  # what start-up left behind is never collected: no long pause in the middle of a stream
        service.start()
        stop = _signalled()
        print(json.dumps({"url": doors.url, "pid": os.getpid()}), flush=True)
        if sys.stderr.isatty():
            print(_greeting(profile, doors.url), file=sys.stderr)
        await (_orphaned(stop) if options.with_parent else stop.wait())
    finally:
        service.stop()
        await runner.cleanup()


def _greeting(profile: Profile, url: str) -> str:
    """For somebody at a terminal: what is here and how to ask it."""
    model = next(iter(profile.models))
    body = json.dumps({"model": model, "max_tokens": 20, "messages": [{"role": "user", "content": "Hello"}]})
    return (
        f"{profile.name}: {', '.join(profile.models)}\n"
        f"  try   curl {url}/v1/chat/completions -d '{body}'\n"
        f"  see   curl {url}/sim/state\n"
        "  end   Ctrl-C"
    )


async def _orphaned(stop: asyncio.Event) -> None:
    """Until told to stop, or until whoever started this process is gone."""
    parent = os.getppid()
    while os.getppid() == parent and not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _PARENT_EVERY_S)


def _signalled() -> asyncio.Event:
    """Set when the process is told to end; in force before the ready line, for a caller that stops at once."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


if __name__ == "__main__":
    sys.exit(main())
