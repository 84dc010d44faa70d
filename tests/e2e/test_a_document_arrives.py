"""One person sends a document, the other gets its cover, its number of pages, and the file itself as a download."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from media.documents import BLUE_BOTTOM_RIGHT, RED_TOP_LEFT, Page, document
from media.encryption import with_aes, with_rc4
from media.heads import DOCUMENTS
from media.hostile_documents import DRAWN, UNDRAWN
from media.pictures import colour_at, encoded, is_near, quarters
from stack.client import Api, call
from stack.sending import STAGES_OF_A_PICTURE, Upload, send, told
from stack.server import RunningServer
from stack.waiting import eventually

PDF = "application/pdf"
THREE_PAGES = document(Page(RED_TOP_LEFT), Page(BLUE_BOTTOM_RIGHT), Page(b""))
STAGES_WITHOUT_PICTURES = [stage for stage in STAGES_OF_A_PICTURE if stage[0] != "thumbnail_ready"]


def as_seen_by(person: Api, upload: Upload) -> dict[str, Any]:
    """The asset as a person gets it."""
    asset: dict[str, Any] = person.get(f"/assets/{upload.asset_id}/").json()
    return asset


def assert_is_a_download(variant: dict[str, Any], body: bytes, *, content_type: str, file_name: str) -> None:
    """The very bytes, under a type of ours, and never shown in the page."""
    answer = call("GET", variant["url"])
    assert (answer.status, answer.headers["content-type"]) == (200, content_type)
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{file_name}"
    assert answer.body == body


def test_both_people_see_the_cover_and_the_pages_and_get_the_file(alice: Api, bob: Api) -> None:
    upload = send(alice, bob, THREE_PAGES, name="report.pdf", content_type=PDF)
    assert upload.settled()["state"] == "ready"
    for person in (alice, bob):
        asset = as_seen_by(person, upload)
        assert (asset["kind"], asset["content_type"], asset["pages"]) == ("file", PDF, 3)
        assert (asset["width"], asset["height"], asset["duration"]) == (None, None, None)
        assert asset["placeholder"]
        sizes = {name: (asset["variants"][name]["width"], asset["variants"][name]["height"]) for name in ("96", "960")}
        assert sizes == {"96": (96, 96), "960": (742, 960)}
        for name in ("240", "480", "960"):
            picture = call("GET", asset["variants"][name]["url"])
            assert picture.headers["content-type"] == "image/webp"
            assert is_near(colour_at(picture.body, 0.05, 0.04), (255, 0, 0))
            assert is_near(colour_at(picture.body, 0.95, 0.96), (255, 255, 255))
        assert asset["thumbnail_url"] == asset["variants"]["240"]["url"]
        assert asset["url"] == asset["media_url"] == asset["variants"]["file"]["url"]
        assert_is_a_download(asset["variants"]["file"], THREE_PAGES, content_type=PDF, file_name="report.pdf")
        assert told(person)[upload.asset_id] == STAGES_OF_A_PICTURE
    assert "original" in as_seen_by(alice, upload)["variants"]
    assert "original" not in as_seen_by(bob, upload)["variants"]


@pytest.mark.parametrize(
    ("body", "code", "sentence"),
    [
        (with_rc4(Page(), b"secret"), "encrypted", "protected by a password"),
        (with_aes(Page(), b"secret"), "encrypted", "protected by a password"),
        (document(), "empty_document", "has no pages"),
        (THREE_PAGES[: len(THREE_PAGES) // 2], "corrupt", "damaged or incomplete"),
    ],
    ids=["RC4", "AES", "empty", "cut in half"],
)
def test_what_cannot_be_opened_is_refused_with_a_sentence_and_deleted(
    body: bytes, code: str, sentence: str, running_server: RunningServer, alice: Api, bob: Api
) -> None:
    upload = send(alice, bob, body, name="report.pdf", content_type=PDF)
    asset = upload.settled()
    assert (asset["state"], asset["error"]["code"], asset["error"]["retryable"]) == ("rejected", code, False)
    assert sentence in asset["error"]["reason"]
    assert asset["variants"] == {}
    assert as_seen_by(bob, upload)["error"] == asset["error"]
    eventually(lambda: upload.object_key not in running_server.keys("incoming/"))
    assert not running_server.keys(f"media/{upload.asset_id}/")
    assert not running_server.keys(f"originals/{upload.asset_id}/")


def test_one_that_is_locked_against_changes_alone_is_shown(alice: Api, bob: Api) -> None:
    asset = send(alice, bob, with_aes(Page(), b""), name="form.pdf", content_type=PDF).settled()
    assert (asset["state"], asset["pages"], len(asset["variants"])) == ("ready", 1, 6)


@pytest.mark.parametrize("make", [UNDRAWN["a crop outside of the page"], UNDRAWN["a JPEG 2000 of 60,000 a side"]])
def test_a_page_that_cannot_be_drawn_does_not_keep_the_file_back(
    make: Callable[[], bytes], alice: Api, bob: Api
) -> None:
    body = make()
    upload = send(alice, bob, body, name="plan.pdf", content_type=PDF)
    upload.settled()
    asset = as_seen_by(bob, upload)
    assert (asset["state"], asset["message_status"], asset["pages"]) == ("ready", "sent", 1)
    assert (asset["thumbnail_url"], asset["placeholder"], list(asset["variants"])) == (None, None, ["file"])
    assert_is_a_download(asset["variants"]["file"], body, content_type=PDF, file_name="plan.pdf")
    assert told(bob)[upload.asset_id] == STAGES_WITHOUT_PICTURES


def test_a_document_that_says_more_pages_than_it_holds_harms_nobody(alice: Api, bob: Api) -> None:
    asset = send(alice, bob, DRAWN["a million pages said"](), name="long.pdf", content_type=PDF).settled()
    assert (asset["state"], asset["pages"]) == ("ready", 1_000_000)


def _archive() -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("letter.txt", "Dear Bob,\n" * 100)
    return body.getvalue()


OTHERS: dict[str, tuple[str, str, bytes]] = {
    "text": ("notes.txt", "text/plain", "Größe, 你好\n".encode()),
    "CSV": ("table.csv", "text/csv", b"a,b,c\n1,2,3\n4,5,6\n"),
    "Word": ("letter.docx", DOCUMENTS["docx"][1], DOCUMENTS["docx"][0]),
    "OpenDocument": ("letter.odt", DOCUMENTS["odt"][1], DOCUMENTS["odt"][0]),
    "zip": ("letters.zip", "application/zip", _archive()),
    "a picture that we do not show": ("scan.bmp", "image/bmp", encoded(quarters(64, 64), "bmp")),
}


@pytest.mark.parametrize(("name", "content_type", "body"), OTHERS.values(), ids=OTHERS)
def test_other_files_are_verified_and_delivered_as_they_are(
    name: str, content_type: str, body: bytes, alice: Api, bob: Api
) -> None:
    upload = send(alice, bob, body, name=name, content_type=content_type)
    upload.settled()
    asset = as_seen_by(bob, upload)
    assert (asset["state"], asset["kind"], asset["content_type"]) == ("ready", "file", content_type), asset["error"]
    assert (asset["pages"], asset["placeholder"], asset["thumbnail_url"]) == (None, None, None)
    assert list(asset["variants"]) == ["file"]
    assert asset["url"] == asset["variants"]["file"]["url"]
    assert_is_a_download(asset["variants"]["file"], body, content_type=content_type, file_name=name)
    assert told(bob)[upload.asset_id] == STAGES_WITHOUT_PICTURES
