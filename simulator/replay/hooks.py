"""Locust's life cycle and ours: one placeholder user, one shape that lasts as long as the plan, and the listeners."""

import json
import logging
import signal
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from typing import Any

import gevent
import locust.stats
from gevent.hub import get_hub
from locust import LoadTestShape, User, events, task
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from simulator.errors import ExitCode, TenfoldError
from simulator.replay.conductor import Conductor, Message
from simulator.replay.evidence import Evidence
from simulator.replay.follower import Follower
from simulator.replay.plan import ReplayPlan
from simulator.replay.statistics import bucket, observe

logger = logging.getLogger("tenfold")
LOCAL = "local"
_ORDER, _REPORT = "tenfold_order", "tenfold_report"  # Locust messages: conductor to worker, and back
_LAST_WORDS_S = 10.0  # for the rows of an interrupted rung to arrive

PlanSource = Callable[[Any], ReplayPlan]
"""From Locust's parsed options. Raises `TenfoldError`."""
Conclude = Callable[[ReplayPlan, int], int]
"""Called when a replay has ended, with the exit code it would give; returns the process's."""
Tell = Callable[[Message], None]
"""Takes the events of a replay as they happen."""


def print_json(event: Message) -> None:
    """One line of progress for whoever started the process."""
    print(json.dumps(event), file=sys.stdout, flush=True)


class NoPandas(MetaPathFinder):
    """Hides pandas from this process: pyarrow imports it with the first array, 35 MB and a stalled hub for nothing."""

    def find_spec(self, name: str, *_: Any) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not used in the load generator")


class ReplayUser(User):
    """Locust wants a user class. Arrivals are the pacer's business: this one sleeps."""

    @task
    def idle(self) -> None:
        gevent.sleep(3600)


class ReplayShape(LoadTestShape):
    """Keeps Locust running until the plan is through; one placeholder user per worker."""

    use_common_options = True

    def tick(self) -> tuple[int, float, list[type[User]]] | None:
        replay = Replay.current
        if replay is None or replay.over:
            return None
        workers = replay.runner.worker_count
        return workers, float(max(workers, 1)), [ReplayUser]


class Replay:
    """The replay of this process: its worker, its conductor, or both."""

    current: "Replay | None" = None

    def __init__(
        self, environment: Environment, runner: Any, source: PlanSource, *, conclude: Conclude, tell: Tell
    ) -> None:
        self.environment = environment
        self.runner = runner
        self.conductor: Conductor | None = None
        self.follower = Follower(tell=self._tell, observe=self._observe, own=self._own_evidence)
        self._source = source
        self._conclude = conclude
        self._tell_user = tell
        self._leading: gevent.Greenlet | None = None
        self._testing = False
        self._code = int(ExitCode.PASS)
        self._refused: TenfoldError | None = None
        self._signals: list[Any] = []

    def listen(self) -> None:
        """Hang into Locust's events; called once, from its `init`."""
        locust.stats.bucket_response_time = bucket
        get_hub().handle_error = self._crashed
        events: Any = self.environment.events
        events.quitting.add_listener(self._quitting)
        events.quit.add_listener(self._last_words)
        self._signals = [gevent.signal_handler(kind, self._interrupted) for kind in (signal.SIGINT, signal.SIGTERM)]
        if isinstance(self.runner, WorkerRunner):
            self.runner.register_message(_ORDER, self._ordered, concurrent=True)
            events.report_to_master.add_listener(self._show_sessions)
        else:
            events.test_start.add_listener(self._started)
            events.test_stopping.add_listener(self._stopping)
            events.test_stop.add_listener(self._stopped)
            show_as_users(self.runner, lambda: self.conductor.in_flight if self.conductor else 0)
            self._warn_of_users()
        if isinstance(self.runner, MasterRunner):
            self.runner.register_message(_REPORT, self._reported)

    @property
    def over(self) -> bool:
        """Whether Locust may stop: the plan is through, or there is none. It asks before it starts a next test, too."""
        return self._testing and (self.conductor is None or self.conductor.finished)

    # The conductor's side.

    def _started(self, **_: Any) -> None:
        gevent.joinall([self._leading] if self._leading else [])  # the report of the test before
        self.conductor, self._refused = None, None
        self._code = int(ExitCode.CRASH)  # of a plan that ends in a traceback
        try:
            self._begin(self._source(self.environment.parsed_options))
        except TenfoldError as error:
            self._refused = error
            logger.error("%s", error)  # noqa: TRY400  # a line for the user, not a traceback
        finally:
            self._testing = True

    def _begin(self, plan: ReplayPlan) -> None:
        workers = [LOCAL]
        if isinstance(self.runner, MasterRunner):
            workers = [client.id for client in self.runner.clients.ready]
        self.conductor = Conductor(plan, workers, send=self._send, alive=self._alive, tell=self._tell_user)
        self._leading = gevent.spawn(self._lead, self.conductor)

    def _lead(self, conductor: Conductor) -> None:
        try:
            conductor.conduct()
        finally:
            self._code = self._conclude(conductor.plan, int(conductor.exit_code))

    def _stopping(self, **_: Any) -> None:
        """At our end, or because somebody pressed Stop. Where all workers are gone, the conductor says so itself."""
        conductor = self.conductor
        if conductor is not None and any(self._alive(worker) for worker in conductor.workers):
            conductor.stop("interrupted", "stopped before its end")
        self._wait_for_the_end()

    def _stopped(self, **_: Any) -> None:
        self._testing = False

    def _send(self, worker: str, message: Message) -> None:
        if message["type"] == "prepare" and self.conductor is not None:
            message = message | {"plan": self.conductor.plan.model_dump_json()}
        if worker == LOCAL:
            gevent.spawn(self.follower.obey, message)
        else:
            self.runner.send_message(_ORDER, message, client_id=worker)

    def _alive(self, worker: str) -> bool:
        if worker == LOCAL:
            return True
        node = self.runner.clients.get(worker)
        return node is not None and node.state != STATE_MISSING

    def _reported(self, msg: Any, **_: Any) -> None:
        if self.conductor is not None:
            self.conductor.told(msg.node_id, msg.data)

    # The worker's side.

    def _ordered(self, msg: Any, **_: Any) -> None:
        self.follower.obey(msg.data)

    def _tell(self, message: Message) -> None:
        if self.conductor is not None:
            self.conductor.told(LOCAL, message)
        else:
            self.runner.send_message(_REPORT, message)

    def _own_evidence(self) -> Evidence | None:
        return None if self.conductor is None else self.conductor.evidence

    def _observe(self, turn: Any) -> None:
        observe(self.environment, turn)

    def _show_sessions(self, data: Message, **_: Any) -> None:
        """A worker's own line of the page."""
        count = self.follower.in_flight
        data["user_count"] = count
        data["user_classes_count"] = {ReplayUser.__name__: count}

    def _warn_of_users(self) -> None:
        """`-u` and `-r` would look as if they had been heard. In the form of the web UI, they are switched off."""
        options = self.environment.parsed_options
        if options is not None and (options.num_users or options.spawn_rate):
            logger.warning("-u and -r are not used: sessions start at the plan's times, or with --closed-loop N")
        if self.environment.web_ui is not None:
            ReplayShape.use_common_options = False

    # Ends.

    def _interrupted(self) -> None:
        """The first Ctrl-C or SIGTERM cuts the rung and keeps what there is; a second one is the system's own."""
        for watcher in self._signals:
            watcher.cancel()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if self.conductor is not None and not self.conductor.finished:
            self.conductor.stop("interrupted", "interrupted")
            if self.environment.web_ui is not None:
                gevent.spawn(self._close_web, self.environment.web_ui)
        elif self.follower.in_flight:
            self.follower.stop()
        else:
            self.runner.quit()
            if self.environment.web_ui is not None:
                self._close_web(self.environment.web_ui)

    def _close_web(self, web_ui: Any) -> None:
        """Without a headless run's own end, Locust would serve its page for ever."""
        self._wait_for_the_end()
        self.runner.quit()
        web_ui.stop()

    def _wait_for_the_end(self) -> None:
        with gevent.Timeout(_LAST_WORDS_S, False):
            while self.conductor is not None and not self.conductor.finished:
                gevent.sleep(0.05)

    def _crashed(self, context: Any, kind: Any, value: Any, traceback: Any) -> None:
        """An error of ours in the hub ends the run: going on would leave requests that nobody settles."""
        type(get_hub()).handle_error(get_hub(), context, kind, value, traceback)
        worker = self.follower.worker
        if worker is None or isinstance(value, SystemExit | KeyboardInterrupt | gevent.GreenletExit):
            return
        word = "crashed" if worker.serving else "failed"
        self._tell({"type": word, "reason": f"{kind.__name__}: {value}"})

    def _quitting(self, **_: Any) -> None:
        conductor = self.conductor
        if conductor is None:
            self.environment.process_exit_code = int(self._refused.exit_code) if self._refused else self._code
            return
        conductor.stop("interrupted", "Locust was told to quit")
        self._wait_for_the_end()
        if self._leading is not None:
            if not conductor.finished:
                self._leading.kill()
            self._leading.join()
        self.environment.process_exit_code = self._code

    def _last_words(self, **_: Any) -> None:
        """After Locust's tables, so that a log ends with the reason."""
        reason = self._refused or (self.conductor.reason if self.conductor else None)
        if reason:
            print(reason, file=sys.stderr, flush=True)


def show_as_users(runner: Any, count: Callable[[], int]) -> None:
    """Locust's page, charts and CSV history ask the runner for its users: they get the sessions in flight."""
    plain = type(runner)
    runner.__class__ = type(plain.__name__, (plain,), {"user_count": property(lambda _: count())})


def install(source: PlanSource, *, conclude: Conclude = lambda _, code: code, tell: Tell = print_json) -> None:
    """Call from a locustfile, which must also import `ReplayUser` and `ReplayShape`."""
    sys.meta_path.insert(0, NoPandas())

    def init(environment: Environment, runner: Any, **_: Any) -> None:
        Replay.current = Replay(environment, runner, source, conclude=conclude, tell=tell)
        Replay.current.listen()

    listeners: Any = events.init
    listeners.add_listener(init)
