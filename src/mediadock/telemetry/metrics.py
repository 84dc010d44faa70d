"""Every metric that we export, declared once: name, kind, labels, what it is. The page and the tests read it, too.

Names and units are those of Prometheus ("Metric and label naming"). Labels have few values: never a user, a key, an
address or a file's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_REQUEST_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_STAGE_BOUNDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0)


@dataclass(frozen=True)
class Metric:
    """One metric. A histogram's ``bounds`` are the upper ends of its buckets in seconds, without infinity."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    meaning: str
    bounds: tuple[float, ...] = ()


UPLOADS = Metric(
    "mediadock_uploads_total",
    "counter",
    ("mode", "outcome", "profile"),
    "Uploads by what became of them: prepared, uploaded, ready, failed, rejected, aborted, expired",
)
UPLOADED_BYTES = Metric(
    "mediadock_uploaded_bytes_total", "counter", ("mode", "profile"), "Bytes of originals that arrived in the store"
)
FAILURES = Metric(
    "mediadock_failures_total",
    "counter",
    ("state", "code"),
    "Assets that ended failed or rejected, by the error's code",
)
ATTEMPTS = Metric("mediadock_attempts_total", "counter", ("queue",), "Jobs begun: assets taken by a worker")
RETRIES = Metric(
    "mediadock_retries_total",
    "counter",
    ("cause",),
    "Assets queued again: requeued (worker died, store away, disk full) or asked (by their owner)",
)
STAGE = Metric(
    "mediadock_stage_duration_seconds",
    "histogram",
    ("stage", "kind"),
    "Duration of a step: prepare, complete, wait, verify, download, decode, publish, job",
    _STAGE_BOUNDS,
)
PRESIGNED = Metric("mediadock_presigned_urls_total", "counter", ("operation",), "URLs signed: put, part, get")
SWEPT = Metric("mediadock_swept_total", "counter", ("finding",), "What the sweeper and the tidier found")
CARRIED = Metric(
    "mediadock_outbox_carried_total", "counter", ("topic", "outcome"), "Rows of the outbox carried out: done, failed"
)
REQUESTS = Metric("mediadock_http_requests_total", "counter", ("method", "route", "status"), "Requests of the HTTP API")
REQUEST_DURATION = Metric(
    "mediadock_http_request_duration_seconds",
    "histogram",
    ("method", "route"),
    "Time to answer a request of the HTTP API",
    _REQUEST_BOUNDS,
)
SOCKETS = Metric("mediadock_sockets", "gauge", (), "WebSockets that are open, in all processes")

QUEUE_WAITING = Metric("mediadock_queue_waiting", "gauge", ("queue",), "Assets that wait for a worker")
QUEUE_AGE = Metric(
    "mediadock_queue_age_seconds", "gauge", ("queue",), "How long the oldest asset has waited for a worker"
)
JOBS = Metric("mediadock_jobs", "gauge", ("queue",), "Assets that a worker has in hand")
UNSETTLED = Metric("mediadock_assets", "gauge", ("state",), "Assets that are pending, uploaded or processing")
OUTBOX = Metric("mediadock_outbox_due", "gauge", ("topic",), "Rows of the outbox that are due")
OUTBOX_AGE = Metric("mediadock_outbox_age_seconds", "gauge", ("topic",), "For how long the oldest row has been due")
HEARTBEAT = Metric(
    "mediadock_heartbeat_age_seconds", "gauge", ("name",), "Time since a queue, the sweeper or the store was heard of"
)
HELD_BYTES = Metric("mediadock_held_bytes", "gauge", (), "Bytes of originals that count towards their owners' limits")
PENDING = Metric("mediadock_pending_uploads", "gauge", (), "Unfinished uploads that count towards their owners' limits")

TALLIED = (
    UPLOADS, UPLOADED_BYTES, FAILURES, ATTEMPTS, RETRIES, STAGE, PRESIGNED, SWEPT, CARRIED, REQUESTS,
    REQUEST_DURATION, SOCKETS,
)  # fmt: skip
"""Counted by the processes, added up in ``mediadock_tally``."""
ASKED = (QUEUE_WAITING, QUEUE_AGE, JOBS, UNSETTLED, OUTBOX, OUTBOX_AGE, HEARTBEAT, HELD_BYTES, PENDING)
"""Asked of PostgreSQL when somebody scrapes."""
METRICS = (*TALLIED, *ASKED)
