"""Files that are two things at once: whatever is hidden in a picture stays out of what we publish."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from media.pictures import encoded, quarters
from media.rendering import render
from mediadock.core.errors import ContentRejected

MARKER = b"POLYGLOT-0c1d2e3f-4a5b6c7d-MARKER"
FORMS = ("jpeg", "png", "webp", "avif", "heic", "gif", "tiff")


def _zip() -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("evil.html", MARKER)
    return body.getvalue()


HIDDEN = {
    "PHP": b"<?php /*" + MARKER + b"*/ system('id'); ?>",
    "HTML": b"<html><script>/*" + MARKER + b"*/alert(1)</script></html>",
    "ZIP": _zip(),
    "PDF": b"%PDF-1.4\n%" + MARKER + b"\n1 0 obj<</Type/Catalog>>endobj",
    "program": b"MZ" + b"\0" * 58 + MARKER,
    "playlist": b"#EXTM3U\n#" + MARKER + b"\nhttp://127.0.0.1/x",
}


def assert_absent(body: bytes) -> None:
    assert MARKER in body
    for output in render(body).outputs:
        assert MARKER not in output.body
        assert output.content_type == "image/webp"
        assert output.body[8:12] == b"WEBP"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_what_is_appended_is_never_published(form: str, hidden: bytes) -> None:
    assert_absent(encoded(quarters(), form) + hidden)


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_what_hides_in_a_jpeg_comment_is_never_published(hidden: bytes) -> None:
    assert_absent(encoded(quarters(), "jpeg", comment=hidden))


@pytest.mark.parametrize("form", FORMS)
def test_what_hides_in_metadata_is_never_published(form: str) -> None:
    assert_absent(encoded(quarters(), form, gps=True, marker=MARKER))


def test_what_hides_in_a_profile_is_never_published() -> None:
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[-len(MARKER) :] = MARKER
    body = io.BytesIO()
    quarters().save(body, "JPEG", icc_profile=bytes(profile))
    assert_absent(body.getvalue())


def test_a_broken_profile_does_not_stop_a_picture() -> None:
    body = io.BytesIO()
    quarters().save(body, "JPEG", icc_profile=b"no profile at all" * 20)
    assert len(render(body.getvalue()).outputs) == 5


def test_a_gif_that_is_also_a_script_is_a_gif_or_nothing() -> None:
    """``GIF89a=1;/*`` is a valid beginning of JavaScript, and no picture."""
    with pytest.raises(ContentRejected):
        render(b"GIF89a=1;/*" + MARKER + b"*/;alert(1)//" + b"\0" * 200)


def test_pixels_that_spell_a_marker_do_not_survive_encoding() -> None:
    """Even uncompressed pixels are re-encoded lossily, so a payload in them is gone."""
    width = 200
    row = (MARKER * 20)[: width * 3]
    picture = Image.frombytes("RGB", (width, 50), row * 50)
    assert_absent(encoded(picture, "tiff"))
