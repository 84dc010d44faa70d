"""Profiles: one declaration, known by one name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import FrozenInstanceError, replace

import pytest

from mediadock.core import profiles
from mediadock.core.filetypes import Kind, find_type
from mediadock.core.profiles import Profile, profile_named, register, registered

STICKERS = Profile(
    name="stickers", max_bytes={Kind.IMAGE: 1024}, key_layout="stickers/{owner}/{name}", event_type="sticker_update"
)


@pytest.fixture(autouse=True)
def forget_stickers() -> Iterator[None]:
    yield
    profiles._registry.pop("stickers", None)


def test_a_declared_profile_is_found_by_its_name() -> None:
    assert register(STICKERS) is STICKERS
    assert profile_named("stickers") is STICKERS
    assert registered()["stickers"] is STICKERS


def test_declaring_the_same_twice_changes_nothing_and_another_is_an_error() -> None:
    register(STICKERS)
    register(replace(STICKERS))
    with pytest.raises(ValueError, match="stickers"):
        register(replace(STICKERS, max_files=2))
    assert profile_named("stickers") is STICKERS


def test_an_unknown_profile_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        profile_named("stickers")


def test_a_profile_cannot_be_changed_after_its_declaration() -> None:
    with pytest.raises(FrozenInstanceError):
        STICKERS.max_files = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        STICKERS.max_bytes[Kind.VIDEO] = 1  # type: ignore[index]


def test_a_profile_takes_the_kinds_that_it_has_a_limit_for() -> None:
    picture, film = find_type("image/png"), find_type("video/mp4")
    assert picture is not None
    assert film is not None
    assert STICKERS.kinds == {Kind.IMAGE}
    assert STICKERS.accepts(picture)
    assert not STICKERS.accepts(film)
