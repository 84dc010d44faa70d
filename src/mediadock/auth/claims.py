"""What a token's payload must say before anyone believes it (RFC 7519 section 4.1, RFC 8725). Pure."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from mediadock.auth.principal import SERVICE_SCOPE

TokenUse = Literal["access", "refresh"]
_USER_ID = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_MAX_USER_ID = 2**63 - 1  # PostgreSQL's bigint
# The claims by which issuers tell bearers from other tokens: ours and Cognito's, SimpleJWT's, Keycloak's.
_USE_CLAIMS = ("token_use", "token_type", "typ")
_USES: dict[str, TokenUse] = {"access": "access", "bearer": "access", "refresh": "refresh"}


class ClaimError(ValueError):
    """A claim is missing, malformed or not for us; the message names the claim and is for the log only."""


class ExpiredError(ClaimError):
    """The token was good once."""


@dataclass(frozen=True)
class ClaimRules:
    """What this deployment asks of the claims. Times are in seconds; lifetimes are from ``iat`` to ``exp``."""

    issuer: str | None = None
    audience: str | None = None
    leeway_s: int = 30
    max_access_s: int = 24 * 3600
    max_refresh_s: int = 31 * 24 * 3600
    max_service_s: int = 366 * 24 * 3600

    def max_lifetime_s(self, *, use: TokenUse, service: bool) -> int:
        """The longest life a token of this sort may have."""
        if service:
            return self.max_service_s
        return self.max_refresh_s if use == "refresh" else self.max_access_s


@dataclass(frozen=True)
class Claims:
    """A believed token's content; times are seconds since the epoch."""

    user_id: int
    scope: str | None
    use: TokenUse
    issued_at: int
    expires_at: int
    stamp: str | None = None


def check_claims(payload: dict[str, object], rules: ClaimRules, *, now: float) -> Claims:
    """The claims, when all of them hold at ``now`` (seconds since the epoch). Raises ClaimError, ExpiredError."""
    use, scope = _use(payload), _optional_text(payload, "scope")
    expires_at, issued_at = _date(payload, "exp"), _date(payload, "iat")
    if issued_at > now + rules.leeway_s:
        raise ClaimError("iat is in the future")
    if "nbf" in payload and _date(payload, "nbf") > now + rules.leeway_s:
        raise ClaimError("nbf is in the future")
    service = scope is not None and SERVICE_SCOPE in scope.split(" ")
    if not 0 < expires_at - issued_at <= rules.max_lifetime_s(use=use, service=service):
        raise ClaimError("exp - iat is not a lifetime that is allowed")
    _check_issuer_and_audience(payload, rules)
    user_id, stamp = _user_id(payload), _optional_text(payload, "stamp")
    if expires_at <= now - rules.leeway_s:
        raise ExpiredError("exp has passed")
    return Claims(user_id, scope, use, int(issued_at), int(expires_at), stamp)


def user_id_of(value: object) -> int | None:
    """The id that a text names in canonical form; None for anything else, and beyond PostgreSQL's bigint."""
    if not isinstance(value, str) or not _USER_ID.fullmatch(value) or int(value) > _MAX_USER_ID:
        return None
    return int(value)


def _date(payload: dict[str, object], name: str) -> float:
    value = payload.get(name)
    # bool is an int to Python and not a date to anyone
    if type(value) not in (int, float) or not math.isfinite(value) or not 0 <= value < 2**53:  # type: ignore[arg-type, operator]
        raise ClaimError(f"{name} is missing or no date")
    return value  # type: ignore[return-value]


def _user_id(payload: dict[str, object]) -> int:
    user_id = user_id_of(payload.get("sub"))
    if user_id is None:
        raise ClaimError("sub is missing or no user id")
    return user_id


def _optional_text(payload: dict[str, object], name: str) -> str | None:
    value = payload.get(name)
    if value is not None and not isinstance(value, str):
        raise ClaimError(f"{name} is no text")
    return value


def _use(payload: dict[str, object]) -> TokenUse:
    """``access`` when nothing says otherwise; an id token or any word we do not know is refused."""
    uses = {_named_use(payload[name], name) for name in _USE_CLAIMS if name in payload}
    if len(uses) > 1:
        raise ClaimError("the claims of use disagree")
    return uses.pop() if uses else "access"


def _named_use(value: object, name: str) -> TokenUse:
    use = _USES.get(value.lower()) if isinstance(value, str) else None
    if use is None:
        raise ClaimError(f"{name} is no use that we know")
    return use


def _check_issuer_and_audience(payload: dict[str, object], rules: ClaimRules) -> None:
    if rules.issuer is not None and payload.get("iss") != rules.issuer:
        raise ClaimError("iss is not the configured one")
    audiences = payload.get("aud")
    if audiences is None and rules.audience is None:
        return
    # A token that names an audience is for nobody else (RFC 7519 section 4.1.3), also when we have no name.
    listed = audiences if isinstance(audiences, list) else [audiences]
    if not all(isinstance(one, str) for one in listed) or rules.audience not in listed:
        raise ClaimError("aud does not name us")
