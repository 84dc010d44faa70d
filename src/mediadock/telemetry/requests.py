"""Requests: an id for each, a count and a duration by route. The outermost middleware, so it sees every answer."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

from mediadock.telemetry import context, metrics
from mediadock.telemetry.tally import tally

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def requests_observed(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Django middleware: counts, and answers with ``X-Request-Id``, the caller's own where it sent one."""

    def observed(request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        request_id = _request_id(request)
        context.request_id.set(request_id)
        context.caller.set(request.META.get("HTTP_TRACEPARENT"))
        response = get_response(request)
        response.headers["X-Request-Id"] = request_id
        method = request.method if request.method in _METHODS else "OTHER"
        route = _route(request)
        tally().count(metrics.REQUESTS, method, route, str(response.status_code))
        tally().observe(metrics.REQUEST_DURATION, method, route, seconds=time.perf_counter() - start)
        return response

    return observed


def _request_id(request: HttpRequest) -> str:
    """What a gateway or a client calls it, if that can stand in a log; else a name of ours."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex


def _route(request: HttpRequest) -> str:
    """The pattern of the address, which is one of few, and never the address."""
    match = request.resolver_match
    return f"/{match.route}" if match is not None else "none"
