"""What is kept for an endpoint: each milestone of an asset, in the transaction that makes it true, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from mediadock.core.states import State
from mediadock.uploads.lifecycle import claim, transition
from mediadock.uploads.milestones import reach
from mediadock.webhooks.endpoints import add_endpoint, disable_endpoint, remove_endpoint
from mediadock.webhooks.models import WebhookEndpoint, WebhookMessage
from stack.client import Api
from stack.hooks import deliveries, reached
from stack.receiver import Receiver
from stack.uploads import complete, photo, prepare, put_direct
from stack.workers import CORRUPT, becomes_ready, expires, fails, is_rejected


def uploaded(alice: Api) -> int:
    """An asset that waits for a worker."""
    grant = prepare(alice, photo())
    assert put_direct(grant, b"\xff" * 1000).status == 200
    assert complete(alice, grant).status == 202
    return int(grant["asset_id"])


def bodies(asset_id: int) -> list[dict[str, Any]]:
    """What is told of an asset, in order."""
    kept = WebhookMessage.objects.filter(subject=f"asset:{asset_id}").order_by("pk")
    return [json.loads(message.body) for message in kept]


def types(asset_id: int) -> list[str]:
    return [body["type"] for body in bodies(asset_id)]


@pytest.mark.parametrize(
    ("end", "milestone"), [(becomes_ready, "asset.ready"), (fails, "asset.failed"), (is_rejected, "asset.rejected")]
)
def test_an_upload_and_its_end_are_kept(
    endpoint: WebhookEndpoint, alice: Api, end: Callable[[int], None], milestone: str
) -> None:
    asset_id = uploaded(alice)
    end(asset_id)
    assert types(asset_id) == ["asset.uploaded", milestone]


def test_what_never_came_is_kept_as_what_became_of_it(endpoint: WebhookEndpoint, alice: Api) -> None:
    late, unwanted = prepare(alice, photo()), prepare(alice, photo())
    expires(late["asset_id"])
    assert alice.post("/chats/upload/abort/", object_key=unwanted["object_key"]).status < 300
    assert (types(late["asset_id"]), types(unwanted["asset_id"])) == (["asset.expired"], ["asset.aborted"])


def test_a_deleted_asset_is_told_of_a_last_time(endpoint: WebhookEndpoint, alice: Api) -> None:
    asset_id = uploaded(alice)
    becomes_ready(asset_id)
    assert alice.delete(f"/assets/{asset_id}/").status == 204
    assert types(asset_id) == ["asset.uploaded", "asset.ready", "asset.deleted"]
    assert bodies(asset_id)[-1]["data"]["state"] == "deleted"


def test_what_goes_back_to_the_queue_was_uploaded_once(endpoint: WebhookEndpoint, alice: Api) -> None:
    asset_id = uploaded(alice)
    claimed = claim(asset_id)
    assert claimed is not None
    transition(asset_id, State.UPLOADED, lease_token=claimed.lease_token)
    assert types(asset_id) == ["asset.uploaded"]


def test_the_document_has_ids_and_figures_and_no_address(endpoint: WebhookEndpoint, alice: Api) -> None:
    asset_id = uploaded(alice)
    is_rejected(asset_id)
    body = bodies(asset_id)[-1]
    assert body.keys() == {"type", "timestamp", "data"}
    assert body["timestamp"].endswith("Z")
    data = body["data"]
    assert (data["asset_id"], data["owner_id"], data["state"]) == (asset_id, alice.user_id, "rejected")
    assert data["link"]["kind"] == "message"
    assert data["error"] == {"code": CORRUPT["error_code"], "reason": CORRUPT["error_reason"]}
    assert "://" not in json.dumps(body)


def test_what_is_taken_back_is_not_kept(endpoint: WebhookEndpoint) -> None:
    with transaction.atomic():
        reach("parcel.lost", subject="parcel:never", data={})
        transaction.set_rollback(True)
    assert deliveries(endpoint) == []
    assert not WebhookMessage.objects.filter(subject="parcel:never").exists()


def test_without_an_endpoint_that_wants_it_no_row_is_written(django_schema: None, receiver: Receiver) -> None:
    assert not WebhookEndpoint.objects.exists()
    subject = reached("parcel.sent")
    picky = add_endpoint(receiver.url, types=["asset.*"])
    reached("parcel.sent", subject=subject)
    disable_endpoint(picky.pk)
    reached("asset.ready", subject=subject)
    assert not WebhookMessage.objects.filter(subject=subject).exists()
    remove_endpoint(picky.pk)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ([], ["parcel.sent", "parcel.lost", "asset.ready"]),
        (["parcel.lost"], ["parcel.lost"]),
        (["parcel.*"], ["parcel.sent", "parcel.lost"]),
        (["asset.ready", "parcel.sent"], ["parcel.sent", "asset.ready"]),
        (["asset.rea"], []),
    ],
)
def test_an_endpoint_is_told_what_it_wants(
    django_schema: None, receiver: Receiver, wanted: list[str], told: list[str]
) -> None:
    picky = add_endpoint(receiver.url, types=wanted)
    reached("parcel.sent", "parcel.lost", "asset.ready")
    assert [type_ for type_, _, _ in deliveries(picky)] == told
    remove_endpoint(picky.pk)


@pytest.mark.parametrize("wanted", ["asset.ready ", "*", "asset", "asset.", ".ready", "Asset.ready", "a.*.b"])
def test_what_is_no_type_cannot_be_wanted(receiver: Receiver, wanted: str) -> None:
    with pytest.raises(ValueError, match="not a type"):
        add_endpoint(receiver.url, types=[wanted])
