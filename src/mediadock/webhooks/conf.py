"""The settings of webhooks, typed, read once from ``settings.MEDIADOCK_WEBHOOKS``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

Network = IPv4Network | IPv6Network
_MOST_DELAY_S = 7 * 24 * 3600
_MOST_KEEP_S = 100 * 366 * 24 * 3600
"""So long before now PostgreSQL and Python still have a date."""
_MOST_TIMEOUT_S = 60
"""A signature is good for five minutes, and who sends holds a thread."""


@dataclass(frozen=True)
class WebhookSettings:
    """What a deployment can set. Times are seconds.

    ``private_networks`` may be reached although they are not public, also without TLS. ``retry_delays_s`` follow
    the first attempt, the second, and so on: ten attempts in a day by default. ``timeout_s`` is one attempt's, from
    looking up the name to the answer's first line and headers. An endpoint where nothing has succeeded for
    ``disable_after_s`` is disabled when another delivery to it is given up. Messages are forgotten after ``keep_s``.

    Raises ImproperlyConfigured for what would leave a delivery without an end: at a start, not when it is sent.
    """

    private_networks: tuple[str, ...] = ()
    retry_delays_s: tuple[float, ...] = (5, 30, 120, 600, 3600, 7200, 14400, 28800, 28800)
    timeout_s: float = 15
    disable_after_s: int = 3 * 24 * 3600
    keep_s: int = 30 * 24 * 3600

    def __post_init__(self) -> None:
        if not all(0 <= delay_s <= _MOST_DELAY_S for delay_s in self.retry_delays_s):
            raise ImproperlyConfigured("MEDIADOCK_WEBHOOK_RETRIES: each is 0 to 604800 seconds, a week")
        if not 0 < self.timeout_s <= _MOST_TIMEOUT_S:
            raise ImproperlyConfigured("MEDIADOCK_WEBHOOK_TIMEOUT: 1 to 60 seconds")
        if self.disable_after_s < 0:
            raise ImproperlyConfigured("MEDIADOCK_WEBHOOK_DISABLE_AFTER: 0 or more seconds")
        if not 2 * sum(self.retry_delays_s) <= self.keep_s <= _MOST_KEEP_S:
            raise ImproperlyConfigured(
                "MEDIADOCK_WEBHOOK_KEEP: at least twice as long as all retries together, and a century at most"
            )
        _ = self.allowed

    @property
    def allowed(self) -> tuple[Network, ...]:
        """``private_networks`` as networks. Raises ImproperlyConfigured."""
        try:
            return tuple(ip_network(text) for text in self.private_networks)
        except ValueError as error:
            raise ImproperlyConfigured(f"MEDIADOCK_WEBHOOK_PRIVATE_NETWORKS: {error}") from error


@cache
def webhook_conf() -> WebhookSettings:
    """The settings of this process."""
    return WebhookSettings(**getattr(settings, "MEDIADOCK_WEBHOOKS", {}))
