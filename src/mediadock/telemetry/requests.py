"""Requests: an id for each, a count and a duration by route. The outermost middleware, so it sees every answer."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from itertools import count
from secrets import token_hex

from django.http import HttpRequest, HttpResponse

from mediadock.telemetry import context, metrics
from mediadock.telemetry.tally import tally

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_requests = count(1)
_process = token_hex(8)
"""With a number behind it the name of a request: a random one for each would be half of what all this costs."""


def requests_observed(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Django middleware: counts, and answers with ``X-Request-Id``, the caller's own where it sent one."""

    def observed(request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        request_id = _request_id(request)
        named, called = context.request_id.set(request_id), context.caller.set(request.META.get("HTTP_TRACEPARENT"))
        try:
            response = get_response(request)
        finally:
            context.request_id.reset(named)
            context.caller.reset(called)
        response.headers["X-Request-Id"] = request_id
        method = request.method if request.method in _METHODS else "OTHER"
        route = _route(request)
        labels = (method, route, str(response.status_code))
        tally().observe_counted(metrics.REQUESTS, labels, metrics.REQUEST_DURATION, time.perf_counter() - start)
        return response

    return observed


def _request_id(request: HttpRequest) -> str:
    """What a gateway or a client calls it, if that can stand in a log; else a name of ours."""
    given: str | None = request.META.get("HTTP_X_REQUEST_ID")
    return given if given and _REQUEST_ID.fullmatch(given) else f"{_process}-{next(_requests)}"


def _route(request: HttpRequest) -> str:
    """The pattern of the address, which is one of few, and never the address."""
    match = request.resolver_match
    return f"/{match.route}" if match is not None else "none"


def _begin_anew() -> None:
    global _process
    _process = token_hex(8)


os.register_at_fork(after_in_child=_begin_anew)
