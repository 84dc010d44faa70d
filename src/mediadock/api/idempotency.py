"""``Idempotency-Key`` on every POST that creates: per user and path, for 24 hours, the same answer again."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec

from django.db import connection, transaction
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse

from mediadock.api.models import IdempotentRequest
from mediadock.auth.http import principal_of
from mediadock.core.errors import Conflict, FieldError, Malformed
from mediadock.uploads.crashpoints import committing

KEPT_FOR = timedelta(hours=24)
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
    """The first answer under this key, made now if there is none yet.

    The key's row is locked while its request runs, and what that creates is committed together with its answer: of a
    process that dies neither is left, and the next with the key is the first.
    """
    name, digest = _name(request, key), _digest(request)
    _note(name, digest)
    with committing("answered"):
        record = IdempotentRequest.objects.select_for_update(skip_locked=True).filter(**name).first()
        if record is None or record.status is not None:
            return _again(record or IdempotentRequest.objects.filter(**name).first(), digest)
        _check_keys_at_once()
        response = run()
        if response.status_code >= 400:
            transaction.set_rollback(True)
            return response
        IdempotentRequest.objects.filter(pk=record.pk).update(
            body_sha256=digest, status=response.status_code, body=response.content.decode()
        )
    return response


def _check_keys_at_once() -> None:
    """Foreign keys are checked by each statement of this transaction, where whoever makes it can answer for it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _name(request: HttpRequest, key: str) -> dict[str, Any]:
    if not 1 <= len(key) <= 255 or not key.isprintable():
        sentence = "Idempotency-Key must have 1 to 255 printable characters."
        raise Malformed(
            "idempotency_key_invalid", sentence, errors=[FieldError("Idempotency-Key", "invalid", sentence)]
        )
    return {"user_id": principal_of(request).user_id, "path": request.path, "key": key}


def _note(name: Mapping[str, Any], digest: str) -> None:
    """See to it that there is a row of this name, and none from yesterday."""
    with committing("asked"):
        IdempotentRequest.objects.filter(**name, created_at__lt=Now() - KEPT_FOR).delete()
        IdempotentRequest.objects.bulk_create([IdempotentRequest(**name, body_sha256=digest)], ignore_conflicts=True)


def _again(record: IdempotentRequest | None, digest: str) -> HttpResponse:
    if record is not None and record.body_sha256 != digest:
        raise Malformed("idempotency_key_reused", "This Idempotency-Key was used with another body.")
    if record is None or record.status is None or record.body is None:
        raise Conflict("idempotency_in_progress", "The first request with this Idempotency-Key is still running.")
    return HttpResponse(record.body, status=record.status, content_type="application/json; charset=utf-8")


def _digest(request: HttpRequest) -> str:
    return hashlib.sha256(request.body).hexdigest()
