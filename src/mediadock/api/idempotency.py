"""``Idempotency-Key`` on every POST that creates: per user and path, for 24 hours, the same answer again.

What a request creates is committed together with its answer, under the lock of the key's row: of a process that dies
neither is left, and the next with the key is the first.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
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
from mediadock.uploads.together import recorded_within

KEPT_FOR = timedelta(hours=24)
_LONGEST_PATH = 255
"""A longer one is kept by its hash: a few thousand characters are more than an index can hold."""
P = ParamSpec("P")
View = Callable[P, HttpResponse]


def idempotent(view: View[P]) -> View[P]:
    """Remember the view's answer under the request's ``Idempotency-Key``, if it has one.

    The same key with another body is 422 (``idempotency_key_reused``), while the first still runs 409
    (``idempotency_in_progress``). Failures are not remembered: they created nothing and may be tried again.
    """
    return _answering(view, asks_the_store=False)


def idempotent_upload(view: View[P]) -> View[P]:
    """The same for a view that prepares an upload, for which the store may have to be asked.

    The transaction begins when the store has answered, with what ``prepare_uploads`` records: what the view itself
    writes before that is no part of it, and belongs into the upload's ``NewLink``.
    """
    return _answering(view, asks_the_store=True)


def forget_old_answers() -> int:
    """Delete what is older than 24 hours; returns how many."""
    return IdempotentRequest.objects.filter(created_at__lt=Now() - KEPT_FOR).delete()[0]


def _answering(view: View[P], *, asks_the_store: bool) -> View[P]:
    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request = args[0]
        assert isinstance(request, HttpRequest)
        key = request.META.get("HTTP_IDEMPOTENCY_KEY")  # not .headers, which reads the whole environment
        if key is None:
            return view(*args, **kwargs)
        keeping = _Keeping(_name(request, key), _digest(request))
        return keeping.first_answer(lambda: view(*args, **kwargs), late=asks_the_store)

    # ninja reads the view's parameters here; its annotations are names of the view's module, not of this one
    answered.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
    return answered


class _AnsweredByAnotherError(Exception):
    """Another request with the key holds its row, or has answered; nothing of ours is recorded."""


class _Keeping:
    """One request under its key: ``_transaction`` holds the key's row from when it is open."""

    def __init__(self, name: Mapping[str, Any], digest: str) -> None:
        self._name, self._digest = name, digest
        self._transaction = ExitStack()
        self._row: IdempotentRequest | None = None

    def first_answer(self, run: Callable[[], HttpResponse], *, late: bool) -> HttpResponse:
        """The first answer under this key, made now if there is none yet."""
        self._note()
        try:
            with self._transaction:
                return self._kept(self._run_late(run) if late else self._run_within(run))
        except _AnsweredByAnotherError:
            return _again(self._known(), self._digest)

    def _run_within(self, run: Callable[[], HttpResponse]) -> HttpResponse:
        with self._opening():
            return run()

    def _run_late(self, run: Callable[[], HttpResponse]) -> HttpResponse:
        known = self._known()
        if known is not None and known.status is not None:
            raise _AnsweredByAnotherError  # so the store need not be asked
        with recorded_within(self._opening):
            response = run()
        if self._row is None:  # nothing was recorded: fresh addresses of an upload that was begun before
            with self._opening():
                pass
        return response

    def _note(self) -> None:
        """See to it that there is a row of this name, and none from yesterday."""
        row = IdempotentRequest(**self._name, body_sha256=self._digest)
        with committing("asked"):
            IdempotentRequest.objects.filter(**self._name, created_at__lt=Now() - KEPT_FOR).delete()
            IdempotentRequest.objects.bulk_create([row], ignore_conflicts=True)

    def _known(self) -> IdempotentRequest | None:
        return IdempotentRequest.objects.filter(**self._name).first()

    @contextmanager
    def _opening(self) -> Iterator[None]:
        """Begin the transaction and take the key; ends both where what is done within fails."""
        try:
            self._transaction.enter_context(committing("answered"))
            row = IdempotentRequest.objects.select_for_update(skip_locked=True).filter(**self._name).first()
            if row is None or row.status is not None:
                raise _AnsweredByAnotherError
            self._row = row
            _check_keys_at_once()
            yield
        except BaseException:
            self._transaction.__exit__(*sys.exc_info())  # before the store is told that nothing came of it
            raise

    def _kept(self, response: HttpResponse) -> HttpResponse:
        assert self._row is not None
        if response.status_code >= 400:
            transaction.set_rollback(True)
            return response
        IdempotentRequest.objects.filter(pk=self._row.pk).update(
            body_sha256=self._digest, status=response.status_code, body=response.content.decode()
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
    path = request.path
    if len(path) > _LONGEST_PATH:
        path = hashlib.sha256(path.encode("utf-8", "replace")).hexdigest()
    return {"user_id": principal_of(request).user_id, "path": path, "key": key}


def _again(record: IdempotentRequest | None, digest: str) -> HttpResponse:
    if record is not None and record.body_sha256 != digest:
        raise Malformed("idempotency_key_reused", "This Idempotency-Key was used with another body.")
    if record is None or record.status is None or record.body is None:
        raise Conflict("idempotency_in_progress", "The first request with this Idempotency-Key is still running.")
    return HttpResponse(record.body, status=record.status, content_type="application/json; charset=utf-8")


def _digest(request: HttpRequest) -> str:
    return hashlib.sha256(request.body).hexdigest()
