"""What is particular to whose media one sees; who may do what is in the matrix of all surfaces."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from mediadock.auth.principal import Principal
from mediadock.contrib.media.api import allowed_user
from mediadock.contrib.media.types import media_type
from mediadock.core.errors import Forbidden
from mediadock.core.filetypes import Kind
from stack.client import Api
from stack.problems import refused
from stack.web import QuietWeb

A_PICTURE = {"fileName": "a.jpg", "fileType": "image/jpeg", "fileSize": 10, "mediaType": "post-image"}


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
