"""``Idempotency-Key`` on every POST that creates: per user and path, for 24 hours, the same answer again."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse

from mediadock.api.models import IdempotentRequest
from mediadock.auth.http import principal_of
from mediadock.core.errors import Conflict, FieldError, Malformed

KEPT_FOR = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(minutes=1)
"""A request whose process died holds its key no longer than this."""

P = ParamSpec("P")


def idempotent(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Remember the view's answer under the request's ``Idempotency-Key``, if it has one.

    The same key with another body is 422 (``idempotency_key_reused``), while the first still runs 409
    (``idempotency_in_progress``). Failures are not remembered: they created nothing and may be tried again.
    """

    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request = args[0]
        assert isinstance(request, HttpRequest)
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return view(*args, **kwargs)
        return _remembered(request, key, lambda: view(*args, **kwargs))

    # ninja reads the view's parameters here; its annotations are names of the view's module, not of this one
    answered.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
    return answered


def forget_old_answers() -> int:
    """Delete what is older than 24 hours; returns how many."""
    return IdempotentRequest.objects.filter(created_at__lt=Now() - KEPT_FOR).delete()[0]


def _remembered(request: HttpRequest, key: str, run: Callable[[], HttpResponse]) -> HttpResponse:
    record, is_first = _take(request, key)
    if not is_first:
        return _again(record, _digest(request))
    try:
        response = run()
    except BaseException:
        record.delete()
        raise
    if response.status_code < 400:
        record.status, record.body = response.status_code, response.content.decode()
        record.save(update_fields=["status", "body"])
    else:
        record.delete()
    return response


def _take(request: HttpRequest, key: str) -> tuple[IdempotentRequest, bool]:
    if not 1 <= len(key) <= 255 or not key.isprintable():
        sentence = "Idempotency-Key must have 1 to 255 printable characters."
        raise Malformed(
            "idempotency_key_invalid", sentence, errors=[FieldError("Idempotency-Key", "invalid", sentence)]
        )
    name: dict[str, Any] = {"user_id": principal_of(request).user_id, "path": request.path, "key": key}
    IdempotentRequest.objects.filter(**name, created_at__lt=Now() - KEPT_FOR).delete()
    IdempotentRequest.objects.filter(**name, status=None, created_at__lt=Now() - GIVEN_UP_AFTER).delete()
    try:
        with transaction.atomic():
            return IdempotentRequest.objects.create(**name, body_sha256=_digest(request)), True
    except IntegrityError:
        return IdempotentRequest.objects.filter(**name).first() or IdempotentRequest(
            **name, body_sha256=_digest(request)
        ), False


def _again(record: IdempotentRequest, digest: str) -> HttpResponse:
    if record.body_sha256 != digest:
        raise Malformed("idempotency_key_reused", "This Idempotency-Key was used with another body.")
    if record.status is None or record.body is None:
        raise Conflict("idempotency_in_progress", "The first request with this Idempotency-Key is still running.")
    return HttpResponse(record.body, status=record.status, content_type="application/json; charset=utf-8")


def _digest(request: HttpRequest) -> str:
    return hashlib.sha256(request.body).hexdigest()
