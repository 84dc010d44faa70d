"""Health: ``/healthz`` says that the process lives, ``/readyz`` that what it needs answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache

import redis
from django.db import connection
from django.http import HttpRequest, JsonResponse

from mediadock.storage.errors import ObjectMissing
from mediadock.uploads.conf import conf
from mediadock.uploads.heartbeats import PROBES
from mediadock.uploads.store import object_store

TIMEOUT_S = 2.0
_PROBE_KEY = f"{PROBES}nothing-is-here"
"""Below what the web process may read anyway."""

_log = logging.getLogger(__name__)


def healthz(_request: HttpRequest) -> JsonResponse:
    """200 while this process answers at all."""
    return JsonResponse({"status": "ok"})


def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when database, Redis and store all answer within two seconds, else 503 with which do not."""
    checks = run_checks(CHECKS)
    ready = all(checks.values())
    body = {
        "status": "ok" if ready else "unavailable",
        "checks": {n: "ok" if up else "down" for n, up in checks.items()},
    }
    response = JsonResponse(body, status=200 if ready else 503)
    response["Cache-Control"] = "no-store"
    if not ready:
        response["Retry-After"] = "5"
    return response


def run_checks(checks: Mapping[str, Callable[[], object]]) -> dict[str, bool]:
    """Which of these answer in time, asked all at once. One that hangs holds a thread until it gives up by itself."""
    asked = {name: _threads().submit(check) for name, check in checks.items()}
    wait(asked.values(), timeout=TIMEOUT_S)
    return {name: _answered(name, answer) for name, answer in asked.items()}


def _answered(name: str, answer: Future[object]) -> bool:
    if not answer.done():
        answer.cancel()
        _log.warning("not ready: %s does not answer in %s s", name, TIMEOUT_S)
        return False
    failure = answer.exception()
    if failure is not None:
        _log.warning("not ready: %s: %r", name, failure)
    return failure is None


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=12, thread_name_prefix="health")


def _ask_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(conf().redis_url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)


def _ask_redis() -> None:
    _redis().ping()


def _ask_store() -> None:
    try:
        object_store().head(_PROBE_KEY)
    except ObjectMissing:
        return  # it answered


CHECKS: Mapping[str, Callable[[], object]] = {"database": _ask_database, "redis": _ask_redis, "store": _ask_store}
