"""Who may do what with whose media: the owner, another user, nobody, a service; and no leak of what exists."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from django.test import RequestFactory

from mediadock.auth.conf import token_settings
from mediadock.auth.jwt import issue
from mediadock.auth.principal import Principal
from mediadock.contrib.media.api import allowed_user
from mediadock.contrib.media.types import media_type
from mediadock.core.errors import Forbidden
from mediadock.core.filetypes import Kind
from stack.client import Api
from stack.problems import refused
from stack.web import QuietWeb

A_PICTURE = {"fileName": "a.jpg", "fileType": "image/jpeg", "fileSize": 10, "mediaType": "post-image"}
DOORS: list[tuple[str, str, int, dict[str, Any] | None]] = [
    ("GET", "/media/{media_id}", 200, None),
    ("GET", "/media/{media_id}/urls", 200, None),
    ("POST", "/media/{media_id}/urls", 200, None),
    ("POST", "/media/{media_id}/complete", 404, None),
    ("POST", "/media/{media_id}/complete-multipart", 404, {"uploadId": "none"}),
    ("DELETE", "/media/{media_id}", 204, None),
]


@pytest.mark.parametrize(("method", "path", "owner", "body"), DOORS)
def test_a_medium_is_its_owners(
    alice: Api, bob: Api, web: QuietWeb, method: str, path: str, owner: int, body: dict[str, Any] | None
) -> None:
    media_id = alice.post("/media/upload-session", **A_PICTURE).json()["mediaId"]
    for stranger in (bob, service(bob)):
        foreign = refused(stranger.send(method, path.format(media_id=media_id), json=body), 404)
        unknown = refused(stranger.send(method, path.format(media_id=2**62), json=body), 404)
        assert foreign == unknown, "a foreign id answers exactly as one that never was"
    refused(web.anonymous().send(method, path.format(media_id=media_id), json=body), 401)
    assert alice.send(method, path.format(media_id=media_id), json=body).status == owner


def test_lists_and_sessions_need_a_token(web: QuietWeb) -> None:
    refused(web.anonymous().get("/media"), 401)
    refused(web.anonymous().post("/media/upload-session", **A_PICTURE), 401)


def test_the_list_shows_ones_own(alice: Api, bob: Api) -> None:
    alice.post("/media/upload-session", **A_PICTURE)
    assert bob.get("/media").json()["items"] == []


@pytest.mark.parametrize("media_id", ["0", "-1", "9223372036854775808", "99999999999999999999999"])
def test_ids_that_cannot_be_are_not_found(alice: Api, media_id: str) -> None:
    refused(alice.get(f"/media/{media_id}"), 404)


def test_a_media_type_may_ask_for_a_word_in_the_token(alice: Api) -> None:
    """In-process: the running server knows only the media types that come with it."""
    lesson = media_type("lesson-video", Kind.VIDEO, max_bytes=1000, required_scope="teacher")
    request = RequestFactory().post("/")
    for scope, allowed in ((None, False), ("teachers", False), ("student teacher", True)):
        request.principal = Principal(user_id=alice.user_id or 0, scope=scope)  # type: ignore[attr-defined]
        if allowed:
            assert allowed_user(request, lesson) == alice.user_id
        else:
            with pytest.raises(Forbidden, match="scope_missing"):
                allowed_user(request, lesson)


def service(user: Api) -> Api:
    """The same user with the token of a service."""
    assert user.user_id is not None
    token = issue(token_settings(), user_id=user.user_id, now=time.time(), scope="service")
    return replace(user, token=token)
