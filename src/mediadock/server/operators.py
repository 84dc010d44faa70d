"""The operators' pages at ``/admin/``: sessions, a throttled sign-in and a policy of their own, for nothing else.

The API knows no sessions and no cookies: what Django's admin needs runs for addresses below ``/admin/`` only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from mediadock.auth.limits import address_of
from mediadock.contrib.accounts.sign_in import MAX_PASSWORD_CHARS
from mediadock.contrib.accounts.throttle import throttled
from mediadock.core.errors import TooMany
from mediadock.server.headers import operators_headers

PREFIX = "/admin/"


def operators_served(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Django middleware: what the admin asks for below ``/admin/``; any other request passes by untouched.

    The admin's views check forged requests (CSRF) by themselves, each has Django's decorator.
    """
    with_sessions = SessionMiddleware(AuthenticationMiddleware(MessageMiddleware(get_response)))
    headers = operators_headers(store=settings.MEDIADOCK["store"], cdn_base_url=settings.MEDIADOCK["cdn_base_url"])

    def served(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        response: Any = with_sessions(request)
        for name, value in headers.items():
            response.headers[name] = value
        return response  # type: ignore[no-any-return]  # Django's middlewares may be asynchronous; ours is not

    return served


class ThrottledSignIn(AdminAuthenticationForm):
    """Counted with the sign-ins of the API: ten failures a minute for a name and an address."""

    def clean(self) -> dict[str, Any]:
        """As Django's. A ``ValidationError`` is a failure and counts, and so does one that comes too soon."""
        if len(self.data.get("password", "")) > MAX_PASSWORD_CHARS:
            raise self.get_invalid_login_error()
        environ = self.request.META if self.request is not None else {}
        try:
            with throttled(username=self.cleaned_data.get("username", ""), address=address_of(environ)):
                return super().clean()
        except TooMany as error:
            raise ValidationError(error.detail, code=error.code) from error


def operators_site() -> admin.AdminSite:
    """Django's admin with what the installed apps register. Only a web process that serves it loads all that."""
    admin.autodiscover()
    site = admin.site
    site.login_form = ThrottledSignIn
    site.site_header = site.site_title = "Mediadock"
    site.index_title = "Operations"
    return site


def to_the_operators(_request: HttpRequest) -> HttpResponse:
    """``/admin``, as people type it."""
    return redirect("admin:index")
