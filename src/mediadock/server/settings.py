"""Django settings of the complete server, every one of them from the environment (``docs/operations.md``)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import pq

from mediadock.server.headers import origin_of
from mediadock.storage.config import StoreConfig


def _env(name: str, default: str = "") -> str:
    return os.environ.get(f"MEDIADOCK_{name}", default)


def _list(name: str, default: str = "") -> list[str]:
    return [entry.strip() for entry in _env(name, default).split(",") if entry.strip()]


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    pairs = (pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    query = {name: unquote(value) for name, value in pairs}
    if unknown := query.keys() - {one.keyword.decode() for one in pq.Conninfo.get_defaults()}:
        # the pool would try again and again, and each request be told that the database is away
        raise ImproperlyConfigured(f"MEDIADOCK_DATABASE_URL: libpq has no parameter {', '.join(sorted(unknown))}.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "OPTIONS": {
            **query,  # sslmode, and whatever else libpq knows
            # psycopg's default tries to reconnect at growing distances, at last a minute apart and more
            "pool": {"min_size": 1, "max_size": 8, "timeout": 10, "reconnect_timeout": 2},
            # statements that come again are planned once a connection, which halves the cost of prepare
            "server_side_binding": True,
            "prepare_threshold": 5,
        },
    }


SECRET_KEY = _env("SECRET_KEY")
DEBUG = _env("DEBUG") == "1"
ALLOWED_HOSTS = _list("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")

ADMIN = _env("ADMIN") == "1"
"""Whether the web process serves the operators' pages at ``/admin/``. Their tables are there in any case."""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin.apps.SimpleAdminConfig",  # loads nobody's admin module: server/operators.py does
    "corsheaders",
    "ninja",
    "channels",
    "mediadock.api",
    "mediadock.uploads",
    "mediadock.telemetry",
    "mediadock.webhooks",
    "mediadock.contrib.accounts",
    "mediadock.contrib.chat",
    "mediadock.contrib.media",
    "mediadock.contrib.feed",
    "mediadock.contrib.albums",
    "mediadock.contrib.avatars",
    "mediadock.contrib.generated",
]
MIDDLEWARE = [
    "mediadock.telemetry.requests.requests_observed",  # outermost: every answer is counted, with all its time
    "mediadock.server.headers.answers_guarded",
    "mediadock.server.origins.pages_elsewhere_answered",  # outside of what refuses: they may read refusals
    "mediadock.api.methods.wrong_methods_refused",
    *(["mediadock.server.operators.operators_served"] if ADMIN else []),
]
SILENCED_SYSTEM_CHECKS = ["admin.E408", "admin.E409", "admin.E410"]
"""The admin misses middlewares that operators_served applies, below /admin/ alone."""
ROOT_URLCONF = "mediadock.server.urls"
WSGI_APPLICATION = "mediadock.server.wsgi.application"
ASGI_APPLICATION = "mediadock.server.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": _database(_env("DATABASE_URL", "postgresql://localhost/mediadock"))}
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",  # memory-hard, and quicker to check than Django's default
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
USE_TZ = True
TIME_ZONE = "UTC"
APPEND_SLASH = False
STATIC_URL = "/static/"

_web_folder = _env("WEB_FOLDER")
WEB_FOLDER = None if _web_folder == "none" else Path(_web_folder or Path(__file__).with_name("web"))
"""Where the pages at ``/`` are; ``make web`` builds the ones that come with the package. None: no pages are wanted."""

_allowed_origins = tuple(origin.rstrip("/").lower() for origin in _list("ALLOWED_ORIGINS"))
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOWED_ORIGINS = [origin for origin in _allowed_origins if origin != "*"]
CORS_ALLOW_ALL_ORIGINS = "*" in _allowed_origins
CORS_ALLOW_HEADERS = ("authorization", "content-type", "idempotency-key")
CORS_ALLOW_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CORS_EXPOSE_HEADERS = ("ETag", "Location", "Retry-After")
CORS_PREFLIGHT_MAX_AGE = 7200
"""Seconds that a browser need not ask again; Chromium remembers no longer. No cookies are allowed: tokens only."""

DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
"""Bytes of a JSON body: a complete call with 10,000 parts has about 700 KB. Media never comes this way."""

REDIS_URL = _env("REDIS_URL", "redis://127.0.0.1:6379/0")
PUBLIC_URL = _env("PUBLIC_URL", "http://127.0.0.1:8000")

# Cookies of the operators' pages: no other address gets them, and no script reads them.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "mediadock_admin", "mediadock_admin_csrf"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/admin/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https:")
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE, CSRF_COOKIE_SAMESITE = "Lax", "Strict"
SESSION_COOKIE_AGE = 12 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # its cookie would go to every address
CSRF_TRUSTED_ORIGINS = [origin_of(PUBLIC_URL)] if ADMIN else []
"""A proxy that ends TLS leaves us http; the browser says where the form came from."""

MEDIADOCK: dict[str, Any] = {
    "store": StoreConfig(
        endpoint_url=_env("S3_ENDPOINT", "http://127.0.0.1:8333"),
        region=_env("S3_REGION", "us-east-1"),
        bucket=_env("S3_BUCKET", "media"),
        access_key=_env("S3_ACCESS_KEY"),
        secret_key=_env("S3_SECRET_KEY"),
        session_token=_env("S3_SESSION_TOKEN") or None,
        addressing="virtual" if _env("S3_ADDRESSING") == "virtual" else "path",
        public_endpoint_url=_env("S3_PUBLIC_ENDPOINT") or None,
    ),
    "redis_url": REDIS_URL,
    "public_url": PUBLIC_URL,
    "ws_url": _env("WS_URL", "ws://127.0.0.1:8001/ws/events/"),
    "storage_events_secret": _env("STORAGE_EVENTS_SECRET"),
    "cdn_base_url": _env("CDN_BASE_URL"),
} | {
    name: int(_env(variable))
    for name, variable in (
        ("url_expiry_s", "URL_EXPIRY"),
        ("part_url_expiry_s", "PART_URL_EXPIRY"),
        ("pending_ttl_s", "PENDING_TTL"),
        ("max_pending_per_user", "MAX_PENDING_PER_USER"),
        ("max_bytes_per_user", "MAX_BYTES_PER_USER"),
        ("lease_s", "LEASE"),
        ("process_time_limit_s", "PROCESS_TIME_LIMIT"),
        ("orphan_grace_s", "ORPHAN_GRACE"),
        ("event_retention_s", "EVENT_RETENTION"),
    )
    if _env(variable)
}

MEDIADOCK_AUTH: dict[str, Any] = {
    "redis_url": REDIS_URL,
    "allowed_origins": _allowed_origins,
    "algorithm": _env("JWT_ALGORITHM", "HS256"),
    "secret": _env("JWT_SECRET"),
    "public_key": _env("JWT_PUBLIC_KEY"),
    "jwks_url": _env("JWT_JWKS_URL"),
    "issuer": _env("JWT_ISSUER"),
    "audience": _env("JWT_AUDIENCE"),
    "gateway_secret": _env("GATEWAY_SECRET"),
    "gateway_peers": tuple(_list("GATEWAY_PEERS")),
    "trusted_proxies": tuple(_list("TRUSTED_PROXIES")),
} | {
    name: float(_env(variable))
    for name, variable in (
        ("requests_per_user", "REQUESTS_PER_USER"),
        ("requests_per_address", "REQUESTS_PER_ADDRESS"),
        ("sockets_per_user", "SOCKETS_PER_USER"),
    )
    if _env(variable)
}

MEDIADOCK_TELEMETRY: dict[str, Any] = {
    "metrics_token": _env("METRICS_TOKEN"),
    "traces": _env("TRACES") == "otlp",
}

MEDIADOCK_WEBHOOKS: dict[str, Any] = {
    "private_networks": tuple(_list("WEBHOOK_PRIVATE_NETWORKS")),
    "retry_delays_s": tuple(
        float(delay) for delay in _list("WEBHOOK_RETRIES", "5,30,120,600,3600,7200,14400,28800,28800")
    ),
} | {
    name: int(_env(variable))
    for name, variable in (
        ("timeout_s", "WEBHOOK_TIMEOUT"),
        ("disable_after_s", "WEBHOOK_DISABLE_AFTER"),
        ("keep_s", "WEBHOOK_KEEP"),
    )
    if _env(variable)
}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "mediadock.telemetry.logs.LineFormatter"},
        "json": {"()": "mediadock.telemetry.logs.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": _env("LOG_FORMAT", "line")}},
    "loggers": {"celery": {"level": "WARNING"}, "botocore": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": _env("LOG_LEVEL", "INFO")},
}
