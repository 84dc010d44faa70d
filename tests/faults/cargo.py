"""Small files of every kind, each unlike all others, so that one that went to the wrong place shows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

from faults.pictures import slow_gif
from media.documents import Page, document
from media.films import film
from media.pictures import encoded, photo_like, quarters
from media.sounds import sound, speech

MIB = 1024 * 1024
ABOVE_DIRECT_BYTES = 10 * MIB + 1
"""One byte more than the chat takes in one PUT: three parts of 5 MiB at most."""


@dataclass(frozen=True)
class Cargo:
    """One file; ``honest`` is whether it is what it says, so that it must be ready in the end."""

    name: str
    content_type: str
    body: bytes
    honest: bool = True

    @property
    def sha256(self) -> str:
        """In hex."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def media_type(self) -> str | None:
        """What the media surface calls its kind; None for what that takes not."""
        kind = self.content_type.split("/", maxsplit=1)[0]
        return f"post-{kind}" if kind in {"image", "audio", "video"} else None


def photo(number: int) -> Cargo:
    """A JPEG, marked by a comment."""
    mark = _mark(number)
    comment = b"\xff\xfe" + (len(mark) + 2).to_bytes(2, "big") + mark
    body = _photo(number % 4)
    return Cargo(f"photo-{number}.jpg", "image/jpeg", body[:2] + comment + body[2:])


def drawing(number: int) -> Cargo:
    """A PNG of a size of its own."""
    return Cargo(f"drawing-{number}.png", "image/png", encoded(quarters(120 + number % 97, 80 + number % 89), "png"))


def note(number: int) -> Cargo:
    """Two seconds of speech, marked by a tag behind it."""
    tag = b"TAG" + _mark(number).ljust(125, b"\0")
    return Cargo(f"note-{number}.mp3", "audio/mpeg", _speech() + tag)


def clip(number: int) -> Cargo:
    """A second of film that need not be encoded again, marked by a box that players skip."""
    mark = _mark(number)
    box = (len(mark) + 8).to_bytes(4, "big") + b"free" + mark
    return Cargo(f"clip-{number}.mp4", "video/mp4", _clip() + box)


def old_film(number: int) -> Cargo:
    """A second of film that must be encoded anew."""
    return Cargo(f"film-{number}.avi", "video/x-msvideo", _old_film() + _mark(number))


def dance(number: int) -> Cargo:
    """A GIF that moves, and keeps a worker busy for a second or two."""
    return Cargo(f"dance-{number}.gif", "image/gif", slow_gif(frames=30) + _mark(number))


def paper(number: int) -> Cargo:
    """A PDF of one page."""
    return Cargo(f"paper-{number}.pdf", "application/pdf", document(Page()) + b"%" + _mark(number) + b"\n")


def novel(number: int) -> Cargo:
    """A text that goes in parts."""
    line = f"All work and no play makes Jack {number} a dull boy.\n".encode()
    return Cargo(f"novel-{number}.txt", "text/plain", (line * (ABOVE_DIRECT_BYTES // len(line) + 1)))


def lie(number: int) -> Cargo:
    """Text that says it is a picture."""
    return Cargo(f"lie-{number}.jpg", "image/jpeg", b"Not a picture at all. " * 20 + _mark(number), honest=False)


SMALL = (photo, photo, photo, drawing, drawing, note, clip, old_film, paper, lie)
"""What goes in one PUT, each as often as it is meant to come."""


def _mark(number: int) -> bytes:
    return f"mark-{number:08d}".encode()


@cache
def _photo(seed: int) -> bytes:
    return photo_like(480, 320, seed=seed)


@cache
def _speech() -> bytes:
    return sound("mp3", speech(2.0))


@cache
def _clip() -> bytes:
    return film(size=(160, 90), seconds=1.0)


@cache
def _old_film() -> bytes:
    return film(codec="mpeg4", container="avi", size=(160, 90), seconds=1.0, audio="mp3")
