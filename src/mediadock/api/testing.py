"""What a host's tests of its surface need, in one import: who asks, and the worker's work, done at once.

Store, PostgreSQL and decoders are the real ones. A worker is not needed, and must not run on the test's database.
"""

from __future__ import annotations

import time

from mediadock.auth.conf import token_settings
from mediadock.auth.jwt import issue
from mediadock.uploads.models import Event
from mediadock.uploads.services.complete import complete_upload
from mediadock.uploads.services.find import find_asset
from mediadock.uploads.services.process import process_asset

__all__ = ["bearer_of", "process_now", "told"]


def bearer_of(user_id: int) -> dict[str, str]:
    """The header that this user sends with a request. The settings must have a secret to sign with."""
    return {"Authorization": "Bearer " + issue(token_settings(), user_id=user_id, now=time.time())}


def process_now(owner_id: int, media_id: int) -> None:
    """Complete an upload whose bytes are in the store, and do with it what a worker does.

    Raises what ``complete_upload`` raises; a file that is refused or fails is so afterwards, and nothing is raised.
    """
    process_asset(complete_upload(find_asset(owner_id, media_id)).pk)


def told(user_id: int) -> list[tuple[str, str]]:
    """The type and the state of each event that this user was told, in order."""
    events = Event.objects.filter(user_id=user_id).order_by("seq")
    return [(event.type, event.data["state"]) for event in events]
