"""Messages: write one, read a conversation, mark one as seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db import DataError, IntegrityError, connection
from django.db.models import Q
from django.db.models.functions import Now

from mediadock.api.pagination import newest_page
from mediadock.contrib.chat.hooks import LINK_KIND, SENT, message_statuses, reach_sent, status_of
from mediadock.contrib.chat.models import Message
from mediadock.core.errors import Conflict, NotFound, Unauthenticated
from mediadock.core.policy import MAX_INT64
from mediadock.core.states import State
from mediadock.uploads.crashpoints import committing
from mediadock.uploads.events import append_event
from mediadock.uploads.links import NewLink
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.snapshot import render, snapshot

EVENT_TYPE = "chat_message_update"
SEEN_TYPE = "message_seen"

_INSERT = """
    INSERT INTO mediadock_message (sender_id, receiver_id, text)
    SELECT %(owner_id)s, %(receiver_id)s, %(text)s FROM granted RETURNING id
"""


def new_message_link(*, receiver_id: int, text: str) -> NewLink:
    """The message that prepared uploads hang on, inserted with them."""
    return NewLink(
        kind=LINK_KIND,
        sql=_INSERT,
        params={"receiver_id": check_receiver(receiver_id), "text": text},
    )


def check_receiver(receiver_id: int) -> int:
    """An id that some user could have; the database knows whether one has it."""
    if not 0 < receiver_id <= _largest_user_id():
        raise _no_receiver()
    return receiver_id


@cache
def _largest_user_id() -> int:
    """Django's own users have 32-bit ids, a host's may have 64."""
    kind = get_user_model()._meta.pk.get_internal_type()
    return connection.ops.integer_field_range(kind)[1]


def send_text(*, sender_id: int, receiver_id: int, text: str) -> dict[str, Any]:
    """Create a message without files; it is sent at once."""
    try:
        with committing("surface"):
            message = Message.objects.create(sender_id=sender_id, receiver_id=check_receiver(receiver_id), text=text)
            message.refresh_from_db()
            shown = _shown(message, SENT, [], sender_id)
            told = {name: shown[name] for name in ("message_id", "sender_id", "receiver_id", "text", "created_at")}
            append_event(
                [sender_id, receiver_id],
                event_type=EVENT_TYPE,
                data={**told, "asset_id": None, "stage": "done", "message_status": SENT, "processing_status": "done"},
            )
            reach_sent(message)
    except (IntegrityError, DataError) as error:
        if "_receiver_id_" in str(error):
            raise _no_receiver() from error
        raise Unauthenticated("user_unknown", "The token's user does not exist any more.") from error
    return shown


def conversation(
    *, user_id: int, other_id: int, cursor: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """The messages between two users, newest first, with their attachments.

    Raises ``NotFound`` (``receiver_not_found``) when there is no such other user.
    """
    check_receiver(other_id)
    between = Q(sender_id=user_id, receiver_id=other_id) | Q(sender_id=other_id, receiver_id=user_id)
    page, following = newest_page(Message.objects.filter(between), cursor=cursor, limit=limit)
    if not page and not get_user_model().objects.filter(pk=other_id).exists():
        raise _no_receiver()
    assets = _assets_of(page)
    return [
        _shown(
            message,
            status_of([State(asset.state) for asset in assets[message.pk]], has_text=bool(message.text)),
            assets[message.pk],
            user_id,
        )
        for message in page
    ], following


def mark_seen(*, user_id: int, message_id: int) -> Message:
    """Note that the receiver has seen a sent message; repeating changes nothing.

    Raises ``NotFound`` for everybody but the receiver and ``Conflict`` (``message_not_sent``) too early.
    """
    if not 0 < message_id <= MAX_INT64:
        raise _no_message()
    with committing("surface"):
        message = Message.objects.select_for_update().filter(pk=message_id, receiver_id=user_id).first()
        if message is None:
            raise _no_message()
        if message_statuses([message.pk])[message.pk] != SENT:
            raise Conflict("message_not_sent", "A message can be seen once all its files are there.")
        if message.seen_at is None:
            Message.objects.filter(pk=message.pk).update(seen_at=Now())
            message = Message.objects.get(pk=message.pk)
            append_event(
                [message.sender_id],
                event_type=SEEN_TYPE,
                data={"message_id": message.pk, "seen_at": _moment(message.seen_at)},
            )
    return message


def _assets_of(messages: Sequence[Message]) -> dict[int, list[MediaAsset]]:
    assets: dict[int, list[MediaAsset]] = {message.pk: [] for message in messages}
    for asset in MediaAsset.objects.filter(link_kind=LINK_KIND, link_id__in=list(assets)).order_by("pk"):
        assets[asset.link_id or 0].append(asset)
    return assets


def _shown(message: Message, status: str, assets: Sequence[MediaAsset], viewer_id: int) -> dict[str, Any]:
    return {
        "message_id": message.pk,
        "sender_id": message.sender_id,
        "receiver_id": message.receiver_id,
        "text": message.text,
        "status": status,
        "seen_at": _moment(message.seen_at),
        "created_at": message.created_at.isoformat(),
        "attachments": [render(snapshot(asset, message_status=status), viewer_id=viewer_id) for asset in assets],
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _no_receiver() -> NotFound:
    return NotFound("receiver_not_found", "There is no such receiver.")


def _no_message() -> NotFound:
    return NotFound("message_not_found", "There is no such message for you.")
