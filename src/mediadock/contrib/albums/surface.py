"""The album profile: everything the engine needs to know about albums."""

from __future__ import annotations

from mediadock.core.filetypes import Kind
from mediadock.core.parts import GIB, MIB
from mediadock.core.profiles import Profile, register

LINK_KIND = "album"

ALBUM = register(
    Profile(
        name="album",
        max_bytes={Kind.IMAGE: 5 * GIB, Kind.VIDEO: 5 * GIB},
        key_layout="albums/{album}/media/{unique}-{name}",
        event_type="album_update",
        direct_up_to_bytes=10 * MIB,
    )
)
