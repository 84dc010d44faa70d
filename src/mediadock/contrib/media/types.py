"""The media types: each is a profile of its own, public, with one kind and one limit.

A host adds one with ``register(media_type(…))`` in a ``surface.py``; every endpoint takes it from then on.
"""

from __future__ import annotations

from mediadock.core.errors import FieldError, Malformed
from mediadock.core.filetypes import Kind
from mediadock.core.parts import MIB
from mediadock.core.profiles import Profile, registered

EVENT_TYPE = "media_update"


def media_type(name: str, kind: Kind, *, max_bytes: int, required_scope: str | None = None) -> Profile:
    """A media type: ``max_bytes`` a file; ``required_scope`` is a word that the caller's token must hold."""
    return Profile(
        name=name,
        max_bytes={kind: max_bytes},
        key_layout=f"{name}/{{owner}}/{{time_ms}}-{{unique}}.{{ext}}",
        event_type=EVENT_TYPE,
        direct_up_to_bytes=5 * MIB,
        public=True,
        required_scope=required_scope,
    )


def media_type_named(name: str) -> Profile:
    """The media type of that name. Raises ``Malformed`` (``media_type_unknown``)."""
    profile = registered().get(name)
    if profile is None or profile.event_type != EVENT_TYPE:
        sentence = f"There is no such mediaType; there are {', '.join(sorted(media_type_names()))}."
        raise Malformed(
            "media_type_unknown", sentence, errors=[FieldError("mediaType", "media_type_unknown", sentence)]
        )
    return profile


def media_type_names() -> list[str]:
    """Every media type, the host's own among them."""
    return [name for name, profile in registered().items() if profile.event_type == EVENT_TYPE]
