"""The figures of one rung: counts that reconcile, rates, latency, tokens, and how well the generator kept up."""

from simulator.figures import Figures, Interval


class Latency(Figures):
    """Exact percentiles in seconds over offered requests of the steady window; a failure is +∞ (house rule 3)."""

    p50: Interval
    p90: Interval
    p95: Interval
    p99: Interval
    count: int


class Health(Figures):
    """Whether the load generator and the endpoint kept up: the gates of the run verdict (house rule 9)."""

    send_lag_p50_s: float | None
    send_lag_p99_s: float | None
    send_lag_max_s: float | None
    hub_stall_max_s: float | None
    endpoint_lag_p99_s: float | None
    """The embedded endpoint's own loop lag; None for a target that does not say."""
    cpu_share: float | None
    workers_planned: int
    workers_reported: int
    first_token_late: int
    clock: str
    """kernel receive timestamps, or monotonic clock."""
    clock_error_max_s: float | None = None
    """How far apart workers' zeros may lie; more than 0 only where they ran on several hosts."""
    littles_law_ratio: float | None
    """Mean in flight as the driver saw it ÷ (rate × mean time from sending to end) of the rows."""
    littles_law_tolerance: float | None = None
    """How far from 1 that may be, by how often it looked and how long it stood still."""


class RungFigures(Figures):
    """One rung = scale × strategy × replicate. Rates are per second of the rung's planned span."""

    scale: float
    strategy: str
    replicate: int
    started_at: str
    planned_span_s: float
    sessions: int
    different_sessions: int
    """Of which anything became due, without copies of the same session: what intervals count."""
    planned: int
    settled: dict[str, int]
    """Requests by how they settled; the values sum to `planned` (house rule 11)."""
    sent: int
    """Requests with a sending among the rows."""
    sent_by_driver: int | None = None
    """The same by the driver's own count; None where a worker did not live to say."""
    attempts: int
    attempts_per_request: float | None
    """Sendings of answering calls per sent request: 1 without retries; a classifier's call does not count."""
    planned_rate: float
    offered_rate: float | None
    """Requests that really became due, per second: falls where a slow server delays later turns."""
    completed_rate: float | None
    goodput: float | None
    """Answered requests that met every latency objective, per second."""
    outcomes: dict[str, int]
    """Attempts by outcome word."""
    valid: float | None = None
    """Share of the answers that users got which passed the scenario's validator; None where none was checked."""
    response_time: Latency
    response_time_answered: Latency
    """The successes-only line, always labelled as such."""
    time_to_first_token: Latency
    """From the schedule, of the served attempt."""
    time_to_first_token_answered: Latency
    time_per_output_token: Latency
    """Of answers only: a failure has no tokens. One-token answers and answers in one piece have none either."""
    service_time: Latency
    """From the send, of the served attempt: what the server itself took. Answers only."""
    input_tokens: int
    cache_read_tokens: int | None
    output_tokens: int
    tokens_by_model: dict[str, dict[str, int | None]]
    """Attempts and tokens by model; None where no attempt of it was told any."""
    ratelimit_remaining_min: dict[str, int]
    """Smallest `remaining` header seen, by model and axis (`gpt-4o/tokens`)."""
    health: Health
