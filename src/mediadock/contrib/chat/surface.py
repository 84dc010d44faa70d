"""The chat profile: everything the engine needs to know about chat."""

from __future__ import annotations

from mediadock.contrib.chat.hooks import message_statuses, settle_message
from mediadock.core.filetypes import Kind
from mediadock.core.parts import GIB, MIB
from mediadock.core.profiles import Profile, register

CHAT = register(
    Profile(
        name="chat",
        max_bytes=dict.fromkeys(Kind, 20 * GIB),
        key_layout="chat/user_{owner}/{asset}/{name}",
        event_type="chat_message_update",
        direct_up_to_bytes=10 * MIB,
        max_files=50,
        keep_original=frozenset(Kind) - {Kind.AUDIO},
        on_settled=settle_message,
        link_statuses=message_statuses,
    )
)
