"""The chat's messages (specification 5.1)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from mediadock.api.idempotency import idempotent
from mediadock.api.pagination import DEFAULT_LIMIT
from mediadock.api.responses import json_response
from mediadock.api.schemas import REFUSALS
from mediadock.auth.http import bearer, principal_of
from mediadock.contrib.chat.messages import conversation, mark_seen, send_text
from mediadock.contrib.chat.schemas import MessageIn, MessageList, MessageOut, SeenOut

router = Router(auth=bearer, tags=["chat messages"])


@router.get("/chats/{user_id}/messages/", response={200: MessageList, **REFUSALS})
def list_messages(
    request: HttpRequest, user_id: int, cursor: str | None = None, limit: int = DEFAULT_LIMIT
) -> HttpResponse:
    """The conversation with one user, newest first."""
    items, following = conversation(user_id=principal_of(request).user_id, other_id=user_id, cursor=cursor, limit=limit)
    return json_response(200, {"items": items, "next": following})


@router.post("/chats/{user_id}/messages/", response={201: MessageOut, **REFUSALS})
@idempotent
def post_message(request: HttpRequest, user_id: int, body: MessageIn) -> HttpResponse:
    """Send a message of text only."""
    message = send_text(sender_id=principal_of(request).user_id, receiver_id=user_id, text=body.text)
    return json_response(201, message)


@router.post("/chats/messages/{message_id}/seen/", response={200: SeenOut, **REFUSALS})
def see_message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Note that a message was seen; only its receiver can, and only once it is sent."""
    message = mark_seen(user_id=principal_of(request).user_id, message_id=message_id)
    assert message.seen_at is not None
    return json_response(200, {"message_id": message.pk, "seen_at": message.seen_at.isoformat()})
