"""Problem documents (RFC 9457): every failure, of ours or of the framework, mapped to HTTP once."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from mediadock.api.validation import bounded, field_errors
from mediadock.core import errors
from mediadock.core.errors import FieldError, MediadockError
from mediadock.uploads.connections import replace_dead_connections

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_S = 5

_log = logging.getLogger(__name__)

_STATUSES: Mapping[type[MediadockError], HTTPStatus] = {
    errors.Malformed: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.TypeRefused: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ContentRejected: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ProcessingFailed: HTTPStatus.SERVICE_UNAVAILABLE,
}


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    field_errors: Sequence[FieldError] = (),
    retry_after_s: int | None = None,
) -> HttpResponse:
    """One problem document as a response."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "code": code,
        "detail": detail,
    }
    if field_errors:
        body["errors"] = [
            {"field": error.field, "code": error.code, "message": error.message} for error in field_errors
        ]
    response = HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=CONTENT_TYPE)
    if retry_after_s is not None:
        response["Retry-After"] = str(retry_after_s)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def problem_of(error: MediadockError) -> HttpResponse:
    """The document of a named failure; ``error.log`` stays with the operator."""
    status = next(_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES)
    retry_after_s = error.retry_after_s
    if retry_after_s is None and status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        retry_after_s = RETRY_AFTER_S
    if error.log:
        _log.warning("%s", error)
    return problem(status, error.code, error.detail, field_errors=error.errors, retry_after_s=retry_after_s)


def install_handlers(api: NinjaAPI) -> None:
    """Make every failure inside ``api`` a problem document."""
    api.exception_handler(MediadockError)(lambda _request, error: problem_of(error))
    api.exception_handler(ValidationError)(_validation)
    bounded_errors = bounded(api.validation_error_from_error_contexts)
    api.validation_error_from_error_contexts = bounded_errors  # type: ignore[assignment, method-assign]  # a hook of its
    api.exception_handler(AuthenticationError)(
        lambda _request, _error: problem(401, "unauthenticated", "A bearer token is needed.")
    )
    api.exception_handler(HttpError)(_http_error)
    api.exception_handler(Http404)(lambda _request, _error: not_found())
    api.exception_handler(RequestDataTooBig)(
        lambda _request, _error: problem(413, "body_too_large", "The body is longer than any request of this API.")
    )
    api.exception_handler(OperationalError)(database_away)
    api.exception_handler(InterfaceError)(database_away)
    api.exception_handler(Exception)(_unexpected)


def not_found(request: HttpRequest | None = None, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404 for a path that is nobody's; Django names the arguments."""
    return problem(404, "not_found", "There is nothing at this address.")


def _validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    sentence = "The request is not as this endpoint expects it."
    return problem(422, "invalid_request", sentence, field_errors=field_errors(request, error))


def _http_error(_request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return problem(422, "malformed_json", "The body is not the JSON that this endpoint expects.")
    return problem(error.status_code, HTTPStatus(error.status_code).name.lower(), str(error))


def database_away(_request: HttpRequest, error: Exception) -> HttpResponse:
    """503 while PostgreSQL does not answer, or has ended our session."""
    _log.error("the database does not answer: %s", error)
    replace_dead_connections()  # one request finds out that they died, and not each
    return problem(
        503, "database_unavailable", "The service is starting or restarting; try again.", retry_after_s=RETRY_AFTER_S
    )


def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    _log.exception("unexpected failure in %s %s", request.method, request.path, exc_info=error)
    return problem(500, "internal_error", "Something went wrong here; it has been noted.")
