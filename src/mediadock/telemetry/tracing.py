"""Traces by OpenTelemetry, where ``MEDIADOCK_TRACES=otlp``: one trace an asset, from prepare to publish.

The trace's ids are computed from the asset's (see ``trace_ids``), so every process adds its spans to the same trace
without being told of it. Spans are made when a step has ended, with the times it had. The root is ``prepare``, which
links to the span of the caller who sent a ``traceparent``. No name, key, address or user is an attribute.

The exporter, its address, headers and the sampler are chosen by the variables of OpenTelemetry (``OTEL_…``). Samplers
that go by the trace's id decide alike in every process.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from functools import cache

from celery.signals import worker_process_shutdown
from django.core.exceptions import ImproperlyConfigured

from mediadock import __version__
from mediadock.telemetry import context
from mediadock.telemetry.counting import mode_of
from mediadock.telemetry.trace_ids import span_id_of, trace_id_of
from mediadock.uploads import facts
from mediadock.uploads.facts import Stopwatch
from mediadock.uploads.models import MediaAsset

try:
    from opentelemetry.context import Context
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
    from opentelemetry.sdk.trace.sampling import Decision
    from opentelemetry.trace import (
        Link,
        NonRecordingSpan,
        SpanContext,
        TraceFlags,
        get_current_span,
        set_span_in_context,
    )
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as error:
    raise ImproperlyConfigured("MEDIADOCK_TRACES=otlp needs more packages: pip install 'mediadock[otel]'") from error

_ROOT = "prepare"
_chosen: ContextVar[tuple[int, int | None]] = ContextVar("chosen")


def listen_to_the_engine() -> None:
    """From now on what the engine does in this process is traced. Raises ``ImproperlyConfigured`` for bad settings."""
    _provider()
    facts.listen(facts.Granted, _granted)
    facts.listen(facts.StageEnded, _stage_ended)
    facts.listen(facts.JobBegan, _job_began)
    facts.listen(facts.JobEnded, _job_ended)
    facts.listen(facts.Moved, _moved)
    worker_process_shutdown.connect(_leave)


class _ChosenIds(IdGenerator):
    """Ids of the asset in hand; spans that nobody refers to get random ones."""

    def generate_trace_id(self) -> int:
        return _chosen.get()[0]

    def generate_span_id(self) -> int:
        return _chosen.get()[1] or RandomIdGenerator().generate_span_id()


@cache
def _provider() -> TracerProvider:
    provider = TracerProvider(
        resource=Resource.create({"service.name": "mediadock", "service.version": __version__}),
        id_generator=_ChosenIds(),
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _granted(granted: facts.Granted) -> None:
    links = _callers_link()
    for asset in granted.assets:
        _span(asset, _ROOT, granted.watch, span_id=span_id_of(asset.pk, _ROOT), links=links)


def _stage_ended(ended: facts.StageEnded) -> None:
    parent = _job_id(ended.asset) if ended.asset.lease_token else span_id_of(ended.asset.pk, _ROOT)
    _span(ended.asset, ended.stage, ended.watch, parent=parent)


def _job_began(began: facts.JobBegan) -> None:
    at = began.asset.updated_at.timestamp()
    waited = Stopwatch(at - began.waited_s, at, began.waited_s)
    _span(began.asset, "wait", waited, parent=span_id_of(began.asset.pk, _ROOT))


def _job_ended(ended: facts.JobEnded) -> None:
    root = span_id_of(ended.asset.pk, _ROOT)
    _span(ended.asset, "job", ended.watch, span_id=_job_id(ended.asset), parent=root)


def _moved(moved: facts.Moved) -> None:
    """A span without length: the state, and the error's code."""
    at = moved.asset.updated_at.timestamp()
    _span(moved.asset, moved.to.value, Stopwatch(at, at), parent=span_id_of(moved.asset.pk, _ROOT))


def _job_id(asset: MediaAsset) -> int:
    return span_id_of(asset.pk, f"job {asset.lease_token}")


def _span(
    asset: MediaAsset,
    name: str,
    watch: Stopwatch,
    *,
    span_id: int | None = None,
    parent: int | None = None,
    links: Sequence[Link] = (),
) -> None:
    """One span of the asset's trace, from the watch's beginning to its end; without ``parent`` it is the root."""
    trace_id = trace_id_of(asset.pk)
    token = _chosen.set((trace_id, span_id))
    try:
        span = (
            _provider()
            .get_tracer("mediadock", __version__)
            .start_span(
                name,
                context=Context() if parent is None else _below(trace_id, parent),
                start_time=_nanoseconds(watch.began_at),
                attributes=_attributes(asset, watch),
                links=links,
            )
        )
        span.end(end_time=_nanoseconds(max(watch.began_at, watch.ended_at)))
    finally:
        _chosen.reset(token)


def _below(trace_id: int, parent: int) -> Context:
    """A parent in another process, kept by the sampler or not, as it would have said there."""
    kept = _provider().sampler.should_sample(None, trace_id, _ROOT).decision is Decision.RECORD_AND_SAMPLE
    flags = TraceFlags(TraceFlags.SAMPLED if kept else TraceFlags.DEFAULT)
    return set_span_in_context(NonRecordingSpan(SpanContext(trace_id, parent, is_remote=True, trace_flags=flags)))


def _attributes(asset: MediaAsset, watch: Stopwatch) -> dict[str, str | int | float]:
    known: dict[str, str | int | float] = {
        "mediadock.asset_id": asset.pk,
        "mediadock.profile": asset.profile,
        "mediadock.kind": asset.kind,
        "mediadock.mode": mode_of(asset),
        "mediadock.size_bytes": asset.size_bytes,
        "mediadock.attempt": asset.attempt,
        "mediadock.seconds": watch.seconds,
    }
    if asset.error_code:
        known["error.type"] = asset.error_code
    return known


def _callers_link() -> list[Link]:
    caller = context.caller.get()
    if caller is None:
        return []
    carried = TraceContextTextMapPropagator().extract({"traceparent": caller}, Context())
    found = get_current_span(carried).get_span_context()
    return [Link(found)] if found.is_valid else []


def _nanoseconds(at: float) -> int:
    return int(at * 1_000_000_000)


def _leave(**_: object) -> None:
    """A worker's process ends without Python's own farewells."""
    _provider().shutdown()
