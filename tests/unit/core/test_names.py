"""Names from clients: harmless as data, refused when nothing can hold them; slugs are never empty and never a path."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mediadock.core.errors import Malformed
from mediadock.core.names import MAX_NAME_CHARACTERS, check_file_name, slug_of

SLUG = re.compile(r"[A-Za-z0-9._-]{1,100}")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("beach.jpg", "beach.jpg"),
        ("Été à la plage.JPEG", "Ete-a-la-plage.JPEG"),
        ("日本語.png", "file.png"),
        ("👩‍👩‍👧.webp", "file.webp"),
        ("README", "README"),
        (".htaccess", "htaccess"),
        ("../../etc/passwd", "file.etcpasswd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/etc/passwd", "etc-passwd"),
        ("..", "file"),
        ("...", "file"),
        ("-i", "i"),
        ("--output=x.png", "output-x.png"),
        ("|cat", "cat"),
        ("CON", "CON"),
        ("http://x/y.mp4", "http-x-y.mp4"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("%2e%2e%2f.png", "2e-2e-2f.png"),
        ("a b  c.tar.gz", "a-b-c.tar.gz"),
        ("trailing.", "trailing"),
        ("x" * 255, "x" * 100),
        ("x" * 251 + ".jpg", "x" * 96 + ".jpg"),
    ],
)
def test_a_name_is_kept_as_it_is_and_recalled_by_a_slug(name: str, slug: str) -> None:
    assert check_file_name(name) == unicodedata.normalize("NFC", name)
    assert slug_of(name) == slug


@pytest.mark.parametrize("name", ["e\u0301.jpg", "\u00e9.jpg"])
def test_names_are_kept_in_one_normal_form(name: str) -> None:
    assert check_file_name(name) == "\u00e9.jpg"


def test_a_name_may_have_255_characters_and_not_256() -> None:
    assert check_file_name("é" * 255) == "é" * 255
    with pytest.raises(Malformed) as refused:
        check_file_name("x" * 256)
    assert refused.value.code == "file_name_too_long"


def test_no_normal_form_is_longer_than_a_name_may_be() -> None:
    grows = "\u0958"  # DEVANAGARI LETTER QA is two characters in NFC
    assert len(check_file_name(grows * 127)) <= MAX_NAME_CHARACTERS
    with pytest.raises(Malformed):
        check_file_name(grows * 128)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "file_name_empty"),
        ("   ", "file_name_empty"),
        ("\u3000", "file_name_empty"),
        ("a\0.jpg", "file_name_invalid"),
        ("a\n.jpg", "file_name_invalid"),
        ("a\x1b[31m.jpg", "file_name_invalid"),
        ("a\x7f.jpg", "file_name_invalid"),
        ("a\x85.jpg", "file_name_invalid"),
        ("\ud83d.jpg", "file_name_invalid"),
    ],
)
def test_a_name_that_nothing_can_hold_is_refused(name: str, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        check_file_name(name)
    assert refused.value.code == code
    assert [(error.field, error.code) for error in refused.value.errors] == [("file_name", code)]
    refused.value.detail.encode()  # the sentence can be sent


@given(st.text())
@example("")
@example("." * 300)
@example("." + "x" * 300)
@example("-" * 200 + "." + "-" * 200)
def test_a_slug_is_short_never_empty_and_never_leads_anywhere(name: str) -> None:
    slug = slug_of(name)
    assert SLUG.fullmatch(slug)
    assert slug not in {".", ".."}
    assert not slug.startswith((".", "-"))


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=120).filter(str.strip))
def test_every_printable_name_is_taken(name: str) -> None:
    assert check_file_name(name) == unicodedata.normalize("NFC", name)
