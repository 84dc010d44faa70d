"""What the server tells, as frozen values: users, assets, messages, events. Times are ISO 8601 texts in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mediadock.client.reading import Fields


@dataclass(frozen=True)
class User:
    """Somebody who can send and receive."""

    user_id: int
    username: str

    @classmethod
    def read(cls, fields: Fields) -> User:
        """From ``{id, username}``."""
        return cls(fields.integer("id"), fields.text("username"))


@dataclass(frozen=True)
class Variant:
    """One published form of an asset: ``96`` ... ``2048``, ``video``, ``audio``, ``file`` or ``original``."""

    url: str
    content_type: str
    width: int | None
    height: int | None
    size_bytes: int | None

    @classmethod
    def read(cls, fields: Fields) -> Variant:
        """From one value of ``variants``."""
        return cls(
            fields.text("url"),
            fields.text("content_type"),
            fields.optional_integer("width"),
            fields.optional_integer("height"),
            fields.optional_integer("size_bytes"),
        )


ARRIVED = frozenset({"uploaded", "processing", "ready", "failed", "rejected"})  # states that lie behind the upload


@dataclass(frozen=True)
class AssetFailure:
    """Why an asset failed or was rejected; ``retryable`` says whether a retry may help."""

    code: str
    reason: str
    retryable: bool


@dataclass(frozen=True)
class Asset:
    """One original and what became of it. ``progress`` is 0..100, ``duration`` seconds."""

    asset_id: int
    message_id: int | None
    kind: str
    file_name: str
    size_bytes: int
    state: str
    stage: str
    progress: int | None
    width: int | None
    height: int | None
    duration: float | None
    thumbnail_url: str | None
    media_url: str | None
    variants: Mapping[str, Variant]
    failure: AssetFailure | None
    created_at: str

    @property
    def settled(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.stage in ("done", "failed", "deleted")

    @classmethod
    def read(cls, fields: Fields) -> Asset:
        """From an asset as ``GET /assets/{id}/``, a message's attachment or an event carries it."""
        failure = fields.child("error")
        return cls(
            asset_id=fields.integer("asset_id"),
            message_id=fields.optional_integer("message_id"),
            kind=fields.text("kind"),
            file_name=fields.text("file_name"),
            size_bytes=fields.integer("size"),
            state=fields.text("state"),
            stage=fields.text("stage"),
            progress=fields.optional_integer("progress"),
            width=fields.optional_integer("width"),
            height=fields.optional_integer("height"),
            duration=fields.optional_number("duration"),
            thumbnail_url=fields.optional_text("thumbnail_url"),
            media_url=fields.optional_text("media_url"),
            variants={name: Variant.read(variant) for name, variant in fields.child("variants").by_name().items()},
            failure=AssetFailure(failure.text("code"), failure.text("reason"), failure.flag("retryable"))
            if "code" in failure
            else None,
            created_at=fields.optional_text("created_at") or "",
        )


@dataclass(frozen=True)
class Unfinished:
    """An upload of the caller's that waits for bytes, begun on any device."""

    asset_id: int
    message_id: int | None
    file_name: str
    size_bytes: int
    created_at: str

    @classmethod
    def read(cls, fields: Fields) -> Unfinished:
        """From one item of ``GET /uploads/``."""
        return cls(
            fields.integer("asset_id"),
            fields.optional_integer("message_id"),
            fields.text("file_name"),
            fields.integer("size"),
            fields.optional_text("created_at") or "",
        )


@dataclass(frozen=True)
class Message:
    """A message of a chat with its attachments, in the order they were given."""

    message_id: int
    sender_id: int
    receiver_id: int
    text: str
    status: str
    created_at: str
    attachments: tuple[Asset, ...] = ()

    @classmethod
    def read(cls, fields: Fields) -> Message:
        """From one item of ``GET /chats/{user_id}/messages/``."""
        return cls(
            message_id=fields.integer("message_id"),
            sender_id=fields.integer("sender_id"),
            receiver_id=fields.integer("receiver_id"),
            text=fields.optional_text("text") or "",
            status=fields.text("status"),
            created_at=fields.text("created_at"),
            attachments=tuple(Asset.read(asset) for asset in fields.children("attachments")),
        )


EVENTS_PRUNED = "events_pruned"
"""The type of the hint that events before the next one are kept no more: read anew what you show."""


@dataclass(frozen=True)
class Event:
    """A fact told to this user. ``seq`` counts them without gaps; it is None for progress and hints, never stored."""

    type: str
    seq: int | None
    data: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def read(cls, fields: Fields) -> Event:
        """From a frame of the socket or one item of ``GET /events/``."""
        return cls(fields.text("type"), fields.optional_integer("seq"), fields.child("data").raw())

    def integer(self, name: str) -> int | None:
        """A whole number of ``data``: ``asset_id``, ``message_id``, ``progress``."""
        return Fields(self.data).optional_integer(name)

    def text(self, name: str) -> str | None:
        """A text of ``data``: ``stage``, ``media_url``, ``thumbnail_url``."""
        return Fields(self.data).optional_text(name)
