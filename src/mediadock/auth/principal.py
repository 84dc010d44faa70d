"""The one who acts."""

from __future__ import annotations

from dataclasses import dataclass

SERVICE_SCOPE = "service"


@dataclass(frozen=True)
class Principal:
    """An authenticated caller: ``user_id`` is positive; ``expires_at`` is in seconds since the epoch.

    ``scope`` is the token's, words separated by spaces (RFC 8693 section 4.2).
    ``expires_at`` is None only where nothing ends the authentication by itself.
    """

    user_id: int
    scope: str | None = None
    expires_at: int | None = None

    @property
    def is_service(self) -> bool:
        """True for a machine of the operator's, such as the one that brings generated images."""
        return self.scope is not None and SERVICE_SCOPE in self.scope.split(" ")
