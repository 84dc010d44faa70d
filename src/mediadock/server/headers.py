"""What browsers may do with our pages and answers: a content security policy of the deployment's own addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mediadock.storage.config import StoreConfig

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_OF_ANSWERS = {
    "Referrer-Policy": "no-referrer",  # addresses of ours go nowhere, presigned ones least of all
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_FEATURES = "camera=(self), microphone=(self), geolocation=(), payment=(), usb=(), display-capture=()"


def page_headers(*, store: StoreConfig, ws_url: str, cdn_base_url: str) -> Mapping[str, str]:
    """The headers of every file of the pages. Raises ValueError for an address without scheme or host."""
    return {
        "Content-Security-Policy": content_security_policy(store=store, ws_url=ws_url, cdn_base_url=cdn_base_url),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": _FEATURES,
        **_OF_ANSWERS,
    }


def operators_headers(*, store: StoreConfig, cdn_base_url: str) -> Mapping[str, str]:
    """The headers of the operators' pages. Raises ValueError for an address without scheme or host.

    ``same-origin`` in place of ``no-referrer``: with that a browser calls the origin of a form ``null``, and every form
    would be taken for a forged one.
    """
    directives: Mapping[str, Iterable[str]] = {
        "default-src": ("'none'",),
        "script-src": ("'self'",),
        "style-src": ("'self'",),
        "img-src": ("'self'", "data:", *_media_origins(store, cdn_base_url)),
        "connect-src": ("'self'",),
        "base-uri": ("'none'",),
        "form-action": ("'self'",),
        "frame-ancestors": ("'none'",),
    }
    return {
        "Content-Security-Policy": _as_text(directives),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
        "Referrer-Policy": "same-origin",
    }


def answers_guarded(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Django middleware: the headers of every answer that is no file of the pages.

    Django's own two middlewares for these take several times as long, on every request of the API.
    """

    def guarded(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in _OF_ANSWERS.items():
            response.headers.setdefault(name, value)
        return response

    return guarded


def content_security_policy(*, store: StoreConfig, ws_url: str, cdn_base_url: str) -> str:
    """Scripts and styles from here alone, media from the store and the CDN, connections to here, store and socket.

    Media are also shown from memory (``blob:``, ``data:``) before they are sent, and the SDK hashes in a worker made
    of a blob. Nothing inline, no plugins, no frames, neither in our pages nor around them.
    """
    store_origin = store.address(public=True).origin
    shown_from = ("'self'", *_media_origins(store, cdn_base_url))
    directives: Mapping[str, Iterable[str]] = {
        "default-src": ("'none'",),
        "script-src": ("'self'",),
        "style-src": ("'self'",),
        "font-src": ("'self'",),
        "manifest-src": ("'self'",),
        "img-src": (*shown_from, "blob:", "data:"),
        "media-src": (*shown_from, "blob:"),
        "connect-src": ("'self'", store_origin, origin_of(ws_url)),
        "worker-src": ("'self'", "blob:"),
        "base-uri": ("'none'",),
        "form-action": ("'self'",),
        "frame-ancestors": ("'none'",),
    }
    return _as_text(directives)


def _media_origins(store: StoreConfig, cdn_base_url: str) -> tuple[str, ...]:
    return (store.address(public=True).origin, *((origin_of(cdn_base_url),) if cdn_base_url else ()))


def _as_text(directives: Mapping[str, Iterable[str]]) -> str:
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def origin_of(url: str) -> str:
    """``scheme://host[:port]`` of a URL, and nothing that could end a directive. ValueError where it has none."""
    parts = urlsplit(url)
    host = parts.hostname
    if not parts.scheme or not host or any(sign in host for sign in " ;,'*"):
        raise ValueError(f"{url!r} is no address of a server")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{parts.port}" if parts.port else "")
