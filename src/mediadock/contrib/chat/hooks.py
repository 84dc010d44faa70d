"""Fan-in: a message is sent when all its remaining assets are ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mediadock.contrib.chat.models import Message
from mediadock.core.profiles import LinkedAsset
from mediadock.core.states import GONE, State
from mediadock.uploads import milestones
from mediadock.uploads.models import MediaAsset

LINK_KIND = "message"
PENDING = "pending"
SENT = "sent"


def settle_message(asset: LinkedAsset) -> str | None:
    """Tell whether the asset's message is sent now; an empty one goes when its last asset was deleted.

    The message's row is locked first: of two assets that become ready at once, the second sees the first.
    """
    if asset.link_id is None:
        return None
    message = Message.objects.select_for_update().filter(pk=asset.link_id).first()
    if message is None:
        return None
    states = _states([message.pk])[message.pk]
    if not states and not message.text:
        message.delete()
        return PENDING
    status = status_of(states, has_text=bool(message.text))
    if status == SENT and _held_back_by(asset):
        reach_sent(message)
    return status


def reach_sent(message: Message) -> None:
    """The milestone of a message: ids, and not what it says."""
    ids = MediaAsset.objects.filter(link_kind=LINK_KIND, link_id=message.pk).exclude(state__in=GONE).order_by("pk")
    data = {
        "message_id": message.pk,
        "sender_id": message.sender_id,
        "receiver_id": message.receiver_id,
        "asset_ids": list(ids.values_list("pk", flat=True)),
    }
    milestones.reach("message.sent", subject=f"message:{message.pk}", data=data)


def _held_back_by(asset: LinkedAsset) -> bool:
    """Whether the message waited for this asset: it is ready or gone now, or was deleted when it was neither."""
    is_there = MediaAsset.objects.filter(pk=asset.asset_id).exists()
    return (asset.state in GONE | {State.READY}) == is_there


def message_statuses(message_ids: Sequence[int]) -> Mapping[int, str]:
    """The status of each message, from its assets' states."""
    with_text = dict(Message.objects.filter(pk__in=message_ids).values_list("pk", "text"))
    states = _states(list(with_text))
    return {pk: status_of(states[pk], has_text=bool(text)) for pk, text in with_text.items()}


def status_of(states: Sequence[State], *, has_text: bool) -> str:
    """``sent`` when every remaining asset is ready; a message without any needs its text."""
    remaining = [state for state in states if state not in GONE]
    if not remaining:
        return SENT if has_text else PENDING
    return SENT if all(state is State.READY for state in remaining) else PENDING


def _states(message_ids: Sequence[int]) -> dict[int, list[State]]:
    states: dict[int, list[State]] = {pk: [] for pk in message_ids}
    rows = MediaAsset.objects.filter(link_kind=LINK_KIND, link_id__in=message_ids).values_list("link_id", "state")
    for message_id, state in rows:
        states[message_id or 0].append(State(state))
    return states
