"""Keys: the layout of the specification, and nothing of a client's in them but a slug."""

from __future__ import annotations

from mediadock.core.keys import incoming_key, original_key, published_key, published_prefix
from mediadock.core.names import slug_of


def test_a_chat_upload_waits_below_its_owner_and_asset() -> None:
    key = incoming_key("chat/user_{owner}/{asset}/{name}", owner_id=7, asset_id=501, slug="beach.jpg")
    assert key == "incoming/chat/user_7/501/beach.jpg"


def test_what_we_publish_is_named_by_asset_attempt_and_chance() -> None:
    prefix = published_prefix(asset_id=501, attempt=2, nonce="Zr4x")
    assert published_key(prefix, variant="96", extension="webp") == "media/501/2-Zr4x/96.webp"
    assert original_key(asset_id=501, attempt=2, nonce="Zr4x", slug="a.pdf") == "originals/501/2-Zr4x/a.pdf"


def test_two_attempts_never_share_a_key() -> None:
    assert published_prefix(asset_id=1, attempt=1, nonce="a") != published_prefix(asset_id=1, attempt=1, nonce="b")
    assert published_prefix(asset_id=1, attempt=1, nonce="a") != published_prefix(asset_id=1, attempt=2, nonce="a")


def test_a_name_with_braces_or_a_path_stays_one_segment() -> None:
    for name in ("{owner}/{asset}.png", "../../../media/1/x.png", "a/b/c.png"):
        key = incoming_key("chat/user_{owner}/{asset}/{name}", owner_id=7, asset_id=501, slug=slug_of(name))
        assert key.startswith("incoming/chat/user_7/501/")
        assert key.count("/") == 4
