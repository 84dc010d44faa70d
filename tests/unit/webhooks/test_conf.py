"""Settings by which a delivery would never come to an end stop the start."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from mediadock.webhooks.conf import WebhookSettings

WEEK_S = 7 * 24 * 3600
DAY_S = 24 * 3600


@pytest.mark.parametrize(
    "setting",
    [
        {"retry_delays_s": (0, WEEK_S)},
        {"retry_delays_s": ()},
        {"timeout_s": 60},
        {"disable_after_s": 0},
        {"disable_after_s": 10**15},
        {"keep_s": 100 * 366 * DAY_S},
        {"retry_delays_s": (DAY_S,), "keep_s": 2 * DAY_S},
        {"private_networks": ("10.0.3.0/24", "::1", "127.0.0.1")},
    ],
)
def test_what_comes_to_an_end_is_taken(setting: dict[str, Any]) -> None:
    assert WebhookSettings(**setting)


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ({"retry_delays_s": (WEEK_S + 1,)}, "RETRIES"),
        ({"retry_delays_s": (-1,)}, "RETRIES"),
        ({"retry_delays_s": (float("nan"),)}, "RETRIES"),
        ({"timeout_s": 0}, "TIMEOUT"),
        ({"timeout_s": 61}, "TIMEOUT"),
        ({"disable_after_s": -1}, "DISABLE_AFTER"),
        ({"retry_delays_s": (DAY_S,), "keep_s": 2 * DAY_S - 1}, "KEEP"),
        ({"keep_s": 100 * 366 * DAY_S + 1}, "KEEP"),
        ({"private_networks": ("10.0.3.1/24",)}, "PRIVATE_NETWORKS"),
        ({"private_networks": ("localhost",)}, "PRIVATE_NETWORKS"),
    ],
)
def test_what_does_not_is_refused_by_its_name(setting: dict[str, Any], named: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"MEDIADOCK_WEBHOOK_{named}"):
        WebhookSettings(**setting)
