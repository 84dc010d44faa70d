"""Settings by which nobody could be counted, or let in, stop the start of the web process."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from mediadock.auth.conf import AuthSettings

SOMEWHERE = "redis://127.0.0.1:1/0"
LIMITS = ("requests_per_user", "requests_per_address", "sockets_per_user")


@pytest.mark.parametrize(
    "setting",
    [
        *({limit: value} for limit in LIMITS for value in (0, 0.001, 1e9)),
        {"trusted_proxies": ("127.0.0.1", "10.0.3.0/24", "::1", "2001:db8::/32", "unix")},
    ],
)
def test_what_can_be_counted_by_is_taken(setting: dict[str, Any]) -> None:
    assert AuthSettings(redis_url=SOMEWHERE, **setting)


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        *(({limit: value}, limit.upper()) for limit in LIMITS for value in (-1, math.inf, math.nan)),
        ({"trusted_proxies": ("10.0.3.1/24",)}, "TRUSTED_PROXIES"),
        ({"trusted_proxies": ("nginx",)}, "TRUSTED_PROXIES"),
    ],
)
def test_what_cannot_is_refused_by_its_name(setting: dict[str, Any], named: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"MEDIADOCK_{named} "):
        AuthSettings(redis_url=SOMEWHERE, **setting)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MEDIADOCK_TRUSTED_PROXIES", "10.0.3.1/24", "MEDIADOCK_TRUSTED_PROXIES cannot be read"),
        ("MEDIADOCK_JWT_SECRET", "too short", "An HS256 secret needs at least 32 bytes"),
    ],
)
def test_a_web_process_that_would_answer_everybody_500_does_not_start(variable: str, value: str, said: str) -> None:
    environment = os.environ | {"MEDIADOCK_SECRET_KEY": "of-this-test", "MEDIADOCK_WEB_FOLDER": "none"}
    ran = subprocess.run(
        [sys.executable, "-c", "import mediadock.server.wsgi"],
        env=environment | {variable: value},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ran.returncode != 0
    assert "ImproperlyConfigured" in ran.stderr
    assert said in ran.stderr
