"""The profile of generated images: everything the engine needs to know about them."""

from __future__ import annotations

from mediadock.contrib.generated.arrivals import expected_image
from mediadock.core.filetypes import Kind
from mediadock.core.parts import MIB
from mediadock.core.profiles import Profile, register

GENERATED = register(
    Profile(
        name="generated",
        max_bytes={Kind.IMAGE: 100 * MIB},
        key_layout="generated/{generation}/{image}_{index}.{ext}",
        event_type="generated_update",
        direct_up_to_bytes=100 * MIB,
        expects=expected_image,
    )
)
