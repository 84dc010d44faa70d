"""Methods that an address does not take: 405 comes from the router, not from a view, and needs a door of its own."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from mediadock.api.problems import problem


def wrong_methods_refused(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Django middleware: a method that an address does not take is a problem document as well."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        refusal = problem(405, "method_not_allowed", f"{request.method} is not offered at this address.")
        refusal["Allow"] = response["Allow"]
        return refusal

    return answered
