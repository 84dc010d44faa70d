"""A collector of OpenTelemetry traces: a small HTTP server that takes protobuf and remembers spans."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Span:
    """One span as it was exported; ids in hex, times in nanoseconds."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    began: int
    ended: int
    attributes: dict[str, Any]
    links: tuple[str, ...]


@dataclass
class Collector:
    """What came, and every byte of it."""

    url: str
    spans: list[Span] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def of_asset(self, asset_id: int) -> dict[str, Span]:
        """The spans of one asset by name, in the order of their beginnings."""
        mine = [span for span in self.spans if span.attributes.get("mediadock.asset_id") == asset_id]
        return {span.name: span for span in sorted(mine, key=lambda span: span.began)}


@contextmanager
def collecting() -> Iterator[Collector]:
    """Listen on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.bodies.append(body)
            collector.spans.extend(_spans(body))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's own name
            """Not to standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


def _spans(body: bytes) -> list[Span]:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    request = ExportTraceServiceRequest.FromString(body)
    found = (span for resource in request.resource_spans for scope in resource.scope_spans for span in scope.spans)
    return [
        Span(
            trace_id=span.trace_id.hex(),
            span_id=span.span_id.hex(),
            parent_id=span.parent_span_id.hex(),
            name=span.name,
            began=span.start_time_unix_nano,
            ended=span.end_time_unix_nano,
            attributes={item.key: _value(item.value) for item in span.attributes},
            links=tuple(link.trace_id.hex() for link in span.links),
        )
        for span in found
    ]


def _value(value: Any) -> Any:
    return getattr(value, value.WhichOneof("value"))
