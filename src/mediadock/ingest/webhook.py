"""``POST /storage/events``: believed only with the secret, and even then only as a hint."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from ninja import Router

from mediadock.api.responses import json_response
from mediadock.core.errors import Conflict, Malformed, NotFound, TooLarge, TooMany, Unauthenticated
from mediadock.core.keys import INCOMING
from mediadock.core.states import State
from mediadock.ingest.parse import created_keys, read_json
from mediadock.uploads import heartbeats
from mediadock.uploads.conf import conf
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.adopt import adopt_object
from mediadock.uploads.services.complete import complete_upload

MAX_KEY_BYTES = 1024
"""S3's own limit."""

router = Router(tags=["storage events"])
_log = logging.getLogger(__name__)


def store_secret(request: HttpRequest) -> bool:
    """Whether the store's shared secret came with the request; without one configured nobody is believed."""
    secret = conf().storage_events_secret
    scheme, _, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if not secret or scheme.lower() != "bearer" or not hmac.compare_digest(given.encode(), secret.encode()):
        raise Unauthenticated("store_secret_wrong", "This address is for the store alone.")
    return True


@router.post("/storage/events", auth=store_secret, response={200: None}, include_in_schema=False)
def receive(request: HttpRequest) -> HttpResponse:
    """Complete the uploads whose objects were created; all else in the notification changes nothing."""
    try:
        document = read_json(request.body)
    except ValueError as error:
        raise Malformed("malformed_json", "The body is not JSON.") from error
    keys = [key for key in created_keys(document, bucket=conf().store.bucket) if _may_be_ours(key)]
    if any(map(heartbeats.is_probe, keys)):
        heartbeats.beat(heartbeats.STORE_EVENT)
    return json_response(200, {"completed": _complete_all(keys)})


def _complete_all(keys: Sequence[str]) -> int:
    known = {asset.object_key: asset for asset in MediaAsset.objects.filter(object_key__in=keys)}
    return sum(_was_completed(key, known.get(key)) for key in keys)


def _was_completed(key: str, asset: MediaAsset | None) -> bool:
    """Whether the hint was of use; what is not all there yet, or was settled meanwhile, is left as it is."""
    try:
        if asset is None:
            return adopt_object(key) is not None
        return asset.state == State.PENDING and complete_upload(asset).state == State.UPLOADED
    except (Conflict, NotFound):
        return False
    except (TooMany, TooLarge) as error:
        _log.warning("an object that was awaited is not taken yet: %s", error)
        return False


def _may_be_ours(key: str) -> bool:
    """Our quarantine keys are plain ASCII; whatever else is named needs no look into the database."""
    return key.startswith(INCOMING) and len(key) <= MAX_KEY_BYTES and key.isascii() and key.isprintable()
