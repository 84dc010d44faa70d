"""The avatar profile: everything the engine needs to know about avatars."""

from __future__ import annotations

from mediadock.contrib.avatars.hooks import replace_avatar
from mediadock.core.filetypes import Kind
from mediadock.core.parts import MIB
from mediadock.core.profiles import ImagePreset, Profile, register

AVATAR_PROFILE = register(
    Profile(
        name="avatar",
        max_bytes={Kind.IMAGE: 10 * MIB},
        key_layout="users/{owner}/avatar/{unique}-{name}",
        event_type="avatar_update",
        direct_up_to_bytes=10 * MIB,
        public=True,
        image=ImagePreset(sizes=(240, 480), all_square=True, display=1024),
        on_settled=replace_avatar,
    )
)
