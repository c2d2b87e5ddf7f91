"""`/metrics` for Prometheus, made from the service's state when it is asked for: nothing is counted twice."""

from collections.abc import Iterator
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from simulator.staging.service import Service

__all__ = ["CONTENT_TYPE", "exposed"]


def exposed(service: Service) -> bytes:
    """Counts are since the last reset, which Prometheus reads as a restart."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_State(service.state()))
    return generate_latest(registry)


class _State(Collector):
    def __init__(self, state: dict[str, Any]) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        counts = CounterMetricFamily("sim_requests", "Orders by what became of them", labels=["outcome"])
        for outcome, count in self._state["counts"].items():
            counts.add_metric([outcome], count)
        yield counts
        yield from self._by_model("sim_active", "Answers being made or waiting", "active")
        yield from self._by_model("sim_waiting", "Answers waiting for a machine", "waiting")
        yield from self._by_model("sim_cached_tokens", "Tokens that the prefix cache holds", "cached_tokens")
        yield self._limits()
        lag = GaugeMetricFamily("sim_loop_lag_seconds", "Lateness of the event loop", labels=["quantile"])
        for quantile, name in (("0.5", "loop_lag_p50_s"), ("0.99", "loop_lag_p99_s")):
            if self._state[name] is not None:
                lag.add_metric([quantile], self._state[name])
        yield lag
        yield CounterMetricFamily("sim_late_emits", "Writes more than 5 ms late", value=self._state["late_emits"])

    def _by_model(self, name: str, text: str, key: str) -> Iterator[Metric]:
        family = GaugeMetricFamily(name, text, labels=["model"])
        for model, facts in self._state["models"].items():
            family.add_metric([model], facts[key])
        yield family

    def _limits(self) -> Metric:
        labels = ["model", "account", "axis"]
        family = GaugeMetricFamily("sim_limit_remaining", "What a bucket holds", labels=labels)
        for model, facts in self._state["models"].items():
            for account, standings in facts["limits"].items():
                for axis, standing in standings.items():
                    family.add_metric([model, account, axis], standing["remaining"])
        return family
