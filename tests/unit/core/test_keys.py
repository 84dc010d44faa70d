"""Keys: the layout of the specification, and nothing of a client's in them but a slug."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mediadock.core.keys import (
    incoming_key,
    is_laid_out,
    layout_prefix,
    original_key,
    published_key,
    published_prefix,
)
from mediadock.core.names import slug_of

CHAT = "chat/user_{owner}/{asset}/{name}"


def key_of(layout: str = CHAT, **given: Any) -> str:
    """The key of asset 501 of owner 7, prepared at a known moment."""
    now = datetime(2026, 11, 21, 18, 0, 0, 250_000, tzinfo=UTC)
    return incoming_key(
        layout, **({"owner_id": 7, "asset_id": 501, "slug": "a.jpg", "now": now, "unique": "u"} | given)
    )


def test_a_chat_upload_waits_below_its_owner_and_asset() -> None:
    key = key_of(slug="beach.jpg")
    assert key == "incoming/chat/user_7/501/beach.jpg"


def test_a_layout_may_name_the_moment_something_random_and_the_extension() -> None:
    layout = "post-image/{owner}/{time_ms}-{unique}.{ext}"
    assert key_of(layout, slug="Beach.JPG") == "incoming/post-image/7/1795284000250-u.jpg"
    assert key_of(layout, slug="beach") == "incoming/post-image/7/1795284000250-u.bin"


def test_a_layout_may_name_what_its_surface_knows() -> None:
    assert key_of("albums/{album}/media/{unique}-{name}", fields={"album": 12}) == "incoming/albums/12/media/u-a.jpg"
    with pytest.raises(KeyError):
        key_of("albums/{album}/media/{unique}-{name}")


def test_what_we_publish_is_named_by_asset_attempt_and_chance() -> None:
    prefix = published_prefix(asset_id=501, attempt=2, nonce="Zr4x")
    assert published_key(prefix, variant="96", extension="webp") == "media/501/2-Zr4x/96.webp"
    assert original_key(asset_id=501, attempt=2, nonce="Zr4x", slug="a.pdf") == "originals/501/2-Zr4x/a.pdf"


def test_two_attempts_never_share_a_key() -> None:
    assert published_prefix(asset_id=1, attempt=1, nonce="a") != published_prefix(asset_id=1, attempt=1, nonce="b")
    assert published_prefix(asset_id=1, attempt=1, nonce="a") != published_prefix(asset_id=1, attempt=2, nonce="a")


def test_a_name_with_braces_or_a_path_stays_one_segment() -> None:
    for name in ("{owner}/{asset}.png", "../../../media/1/x.png", "a/b/c.png"):
        key = key_of(slug=slug_of(name))
        assert key.startswith("incoming/chat/user_7/501/")
        assert key.count("/") == 4


@pytest.mark.parametrize(
    ("key", "fits"),
    [
        ("incoming/generated/gen-1/31_0.png", True),
        ("incoming/generated/gen-1/31_0.tar.gz", True),
        ("generated/gen-1/31_0.png", False),
        ("incoming/generated/gen-1/31_0.png/", False),
        ("incoming/generated/gen-1/31_0.png\n", False),
        ("incoming/generated/gen-1/31-0.png", False),
        ("incoming/generated/gen-1/31_0", False),
        ("incoming/generated/31_0.png", False),
        ("incoming/generated/a/b/31_0.png", False),
        ("incoming/generated/../31_0.png", False),
        ("incoming/generated/./31_0.png", False),
        ("incoming/generated//31_0.png", False),
        ("incoming/generated/gen-1/31_0.pñg", False),
        ("incoming/generated/gen-1/31_0xpng", False),
    ],
)
def test_a_key_is_told_by_the_layout_that_it_follows(key: str, fits: bool) -> None:
    layout = "generated/{generation}/{image}_{index}.{ext}"
    assert is_laid_out(key, layout) is fits
    assert key.startswith(layout_prefix(layout)) or not fits
