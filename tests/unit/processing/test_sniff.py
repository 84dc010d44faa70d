"""What the first bytes of a file are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis.strategies import binary, sampled_from

from media import heads
from media.pictures import encoded, quarters
from mediadock.core.errors import ContentRejected
from mediadock.processing.sniff import sniff

REFUSED = [(code, name, head) for code, group in heads.REFUSED.items() for name, head in group.items()]


def detected(head: bytes) -> tuple[str, str | None]:
    found = sniff(head, size_bytes=len(head))
    return found.content_type, found.kind


@pytest.mark.parametrize(("code", "name", "head"), REFUSED, ids=[f"{code}: {name}" for code, name, _ in REFUSED])
def test_heads_that_run_or_point_elsewhere_are_refused(code: str, name: str, head: bytes) -> None:
    with pytest.raises(ContentRejected) as refusal:
        sniff(head, size_bytes=len(head))
    assert refusal.value.code == code
    assert refusal.value.detail.endswith((".", "themselves."))


@pytest.mark.parametrize("head", heads.TEXTS.values(), ids=heads.TEXTS)
def test_text_that_merely_mentions_them_is_text(head: bytes) -> None:
    assert detected(head) == ("text/plain", "file")


@pytest.mark.parametrize(("head", "content_type", "kind"), heads.FILMS_AND_SOUNDS.values(), ids=heads.FILMS_AND_SOUNDS)
def test_films_and_sounds_are_recognised(head: bytes, content_type: str, kind: str) -> None:
    assert detected(head) == (content_type, kind)


@pytest.mark.parametrize(("head", "content_type"), heads.DOCUMENTS.values(), ids=heads.DOCUMENTS)
def test_documents_are_recognised(head: bytes, content_type: str) -> None:
    assert detected(head) == (content_type, "file")


def test_pictures_are_recognised_whatever_their_options() -> None:
    for name, (body, content_type) in heads.pictures().items():
        assert detected(body[:2048]) == (content_type, "image"), name


@pytest.mark.parametrize("head", heads.UNKNOWN.values(), ids=heads.UNKNOWN)
def test_what_nobody_knows_has_no_kind(head: bytes) -> None:
    assert detected(head)[1] is None


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(ContentRejected) as refusal:
        sniff(b"", size_bytes=0)
    assert refusal.value.code == "empty"


def test_two_kilobytes_are_enough() -> None:
    body = encoded(quarters(800, 600), "jpeg", gps=True)
    assert sniff(body[:2048], size_bytes=len(body)).content_type == "image/jpeg"


@pytest.mark.parametrize(
    "first",
    [b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"\x89PNG", b"II*", b"\xff\xfb", b"ID3", b"PK", b"\0\0\0\x20ftyp"],
)
def test_two_letters_do_not_make_a_picture(first: bytes) -> None:
    assert sniff(first + b" is how it begins, said the book, and went on.\n", size_bytes=60).kind in (None, "file")


@given(binary(max_size=600))
def test_any_bytes_have_an_answer(head: bytes) -> None:
    try:
        found = sniff(head, size_bytes=max(1, len(head)))
    except ContentRejected as refusal:
        found = None
        code = refusal.code
    else:
        code = "none"
    assert (found is None) == (code in {*heads.REFUSED, "empty"})


@given(sampled_from(REFUSED), binary(max_size=40))
def test_what_follows_a_refused_head_does_not_save_it(refused: tuple[str, str, bytes], rest: bytes) -> None:
    with pytest.raises(ContentRejected):
        sniff(refused[2] + b"\n " + rest, size_bytes=1000)
