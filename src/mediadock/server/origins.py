"""Pages of other origins: what they may do is said by ``corsheaders``, to them alone."""

from __future__ import annotations

from collections.abc import Callable

from corsheaders.middleware import CorsMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


def pages_elsewhere_answered(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Django middleware: ``CorsMiddleware`` for who names an ``Origin``, as browsers do for a page.

    To anybody else it would only add ``Vary: origin`` below ``/api/``, after it has read the whole environment.
    """
    of_pages = CorsMiddleware(get_response)

    def answered(request: HttpRequest) -> HttpResponse:
        if "HTTP_ORIGIN" in request.META or not request.path_info.startswith("/api/"):
            return of_pages(request)  # type: ignore[return-value]  # to be awaited only where get_response is
        response = get_response(request)
        patch_vary_headers(response, ("origin",))
        return response

    return answered
