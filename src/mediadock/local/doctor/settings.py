"""Are the settings what they must be? Whether they can be read at all is asked before there is a deployment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mediadock.local.doctor.findings import Check, Finding, Mend, command, fail, ok, setting, warn

if TYPE_CHECKING:
    from mediadock.local.doctor.deployment import Deployment

SHORTEST_KEY = 32
"""Bytes: as many as HMAC-SHA-256 has; Django's own check asks for 50 characters."""

_NEW_KEY = """python -c 'import secrets; print("MEDIADOCK_SECRET_KEY=" + secrets.token_urlsafe(48))'"""


def unreadable(error: Exception, environment: Mapping[str, str]) -> Finding:
    """What made the settings unusable, with the variable that holds it where the error names it or quotes its value."""
    sentence = str(error).strip().partition("\n")[0] or type(error).__name__
    guilty = [
        name
        for name, value in environment.items()
        if name.startswith("MEDIADOCK_") and value and (sentence.startswith(f"{name} ") or _quotes(sentence, value))
    ]
    if not guilty and "endpoint" in sentence:
        guilty = [name for name in ("MEDIADOCK_S3_ENDPOINT", "MEDIADOCK_S3_PUBLIC_ENDPOINT") if environment.get(name)]
    mend = setting(*(f"{name}=ANOTHER_VALUE" for name in guilty)) if guilty else None
    return fail(f"The settings cannot be used: {sentence}", mend)


def _quotes(sentence: str, value: str) -> bool:
    return repr(value) in sentence or repr(value.lower()) in sentence


def readable(_deployment: Deployment) -> Finding:
    """Django's own checks of the settings, ours among them. Raises what the settings raise."""
    from django.core import checks

    from mediadock.auth.conf import token_settings

    token_settings()
    serious = [one for one in checks.run_checks() if one.is_serious() and not one.is_silenced()]
    if serious:
        return fail(f"The settings cannot be used: {serious[0].msg}", _hint(serious[0].hint))
    return ok("All of them can be read.")


READABLE = Check("settings", "Settings", readable)
"""Also the name under which settings are reported that stop everything else."""


def _hint(text: str | None) -> Mend | None:
    return setting(text, say="What Django says to it:") if text else None


def secret_key(_deployment: Deployment) -> Finding:
    """The key that tokens hang on is long enough."""
    from django.conf import settings

    secret = settings.MEDIADOCK_AUTH["secret"] or settings.SECRET_KEY
    name = "MEDIADOCK_JWT_SECRET" if settings.MEDIADOCK_AUTH["secret"] else "MEDIADOCK_SECRET_KEY"
    for variable, value in ((name, secret), ("MEDIADOCK_SECRET_KEY", settings.SECRET_KEY)):
        if len(value.encode()) < SHORTEST_KEY or len(set(value)) < 8:
            sentence = f"{variable} is shorter than {SHORTEST_KEY} bytes or hardly random: tokens could be forged."
            line = _NEW_KEY.replace("MEDIADOCK_SECRET_KEY", variable)
            return fail(sentence, command(line, say="Put the line that this prints into the environment:"))
    return ok(f"They have {SHORTEST_KEY} bytes or more.")


def debugging(_deployment: Deployment) -> Finding:
    """Nothing of a laptop's is switched on."""
    from django.conf import settings

    if settings.DEBUG:
        return warn("Django's debug mode shows strangers the settings and the code.", setting("MEDIADOCK_DEBUG=0"))
    if "*" in settings.MEDIADOCK_AUTH["allowed_origins"]:
        mend = setting("MEDIADOCK_ALLOWED_ORIGINS=https://YOUR-PAGES.EXAMPLE")
        return warn("Pages of every origin may call the API and use the store.", mend)
    return ok("Debug mode is off, and origins are named.")
