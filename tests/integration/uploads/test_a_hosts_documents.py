"""Documents under a profile of a host's own: other sizes, and delivered although the profile keeps no originals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from media.documents import Page, document
from mediadock.core.filetypes import Kind
from mediadock.core.parts import MIB
from mediadock.core.policy import Declared
from mediadock.core.profiles import DocumentPreset, Profile, register
from mediadock.processing import sandbox
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.complete import complete_upload
from mediadock.uploads.services.prepare import prepare_uploads
from mediadock.uploads.services.process import process_asset
from mediadock.uploads.snapshot import render, snapshot
from stack.client import call
from stack.embedded import Embedded

LIBRARY = Profile(
    name="library",
    max_bytes={Kind.FILE: MIB},
    key_layout="library/{owner}/{asset}/{name}",
    event_type="library_update",
    keep_original=frozenset(),
    document=DocumentPreset(sizes=(640,), square=64),
)


@pytest.fixture
def reader_id(stack: Embedded, django_schema: None) -> Iterator[int]:
    """Somebody with a shelf."""
    from django.contrib.auth import get_user_model

    register(LIBRARY)
    user = get_user_model().objects.create_user(f"reader-{MediaAsset.objects.count()}")
    yield user.pk
    connection.close()
    sandbox.stop()


def sent(reader_id: int, name: str, content_type: str, body: bytes) -> dict[str, Any]:
    """The file as its owner sees it after the worker's whole job."""
    declared = Declared(file_name=name, size_bytes=len(body), content_type=content_type)
    prepared = prepare_uploads(owner_id=reader_id, profile=LIBRARY, declared=[declared], audience=[reader_id])
    asset = MediaAsset.objects.get(owner_id=reader_id)
    grant = prepared.grants[0]
    assert call("PUT", grant.put_url or "", body=body, headers=grant.headers).status == 200
    complete_upload(asset)
    process_asset(asset.pk)
    asset.refresh_from_db()
    return render(snapshot(asset, message_status=None), viewer_id=reader_id)


def test_a_pdf_has_the_sizes_of_its_profile_and_is_delivered(reader_id: int) -> None:
    body = document(Page(), Page())
    asset = sent(reader_id, "book.pdf", "application/pdf", body)
    assert (asset["state"], asset["pages"], asset["error"]) == ("ready", 2, None)
    assert set(asset["variants"]) == {"64", "640", "file", "original"}
    assert max(asset["variants"]["640"]["width"], asset["variants"]["640"]["height"]) == 640
    assert call("GET", asset["media_url"]).body == body
    assert asset["thumbnail_url"] == asset["variants"]["64"]["url"]


def test_a_text_is_delivered(reader_id: int) -> None:
    asset = sent(reader_id, "poem.txt", "text/plain", b"A rose is a rose.\n")
    assert (asset["state"], asset["thumbnail_url"]) == ("ready", None)
    answer = call("GET", asset["url"])
    assert (answer.headers["content-type"], answer.body) == ("text/plain", b"A rose is a rose.\n")
    assert answer.headers["content-disposition"].startswith("attachment;")
