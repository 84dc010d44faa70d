"""``POST /storage/events``: believed only with the secret, and even then only as a hint."""

from __future__ import annotations

import hmac
import json
from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from ninja import Router

from mediadock.api.responses import json_response
from mediadock.core.errors import Conflict, Malformed, NotFound, Unauthenticated
from mediadock.core.keys import INCOMING
from mediadock.core.states import State
from mediadock.ingest.parse import created_keys
from mediadock.uploads import heartbeats
from mediadock.uploads.conf import conf
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.complete import complete_upload

router = Router(tags=["storage events"])


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
        document = json.loads(request.body)
    except ValueError as error:
        raise Malformed("malformed_json", "The body is not JSON.") from error
    keys = [key for key in created_keys(document, bucket=conf().store.bucket) if _may_be_ours(key)]
    if any(map(heartbeats.is_probe, keys)):
        heartbeats.beat(heartbeats.STORE_EVENT)
    waiting = MediaAsset.objects.filter(object_key__in=keys, state=State.PENDING)
    completed = 0
    for asset in waiting:
        with suppress(Conflict, NotFound):  # not all there yet, or settled meanwhile: only a hint
            complete_upload(asset)
            completed += 1
    return json_response(200, {"completed": completed})


def _may_be_ours(key: str) -> bool:
    """Our quarantine keys are plain ASCII; whatever else is named needs no look into the database."""
    return key.startswith(INCOMING) and key.isascii() and key.isprintable()
