"""What is granted and what is refused, for each edge of a profile; every refusal says which file and which field."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from mediadock.core.errors import Malformed, MediadockError, TooLarge, TypeRefused
from mediadock.core.filetypes import Kind
from mediadock.core.parts import GIB, MIB
from mediadock.core.policy import MAX_INT64, Declared, human_bytes, plan_upload
from mediadock.core.profiles import Profile

CHAT = Profile(
    name="a chat",
    max_bytes=dict.fromkeys(Kind, 20 * GIB),
    key_layout="chat/user_{owner}/{asset}/{name}",
    event_type="chat_message_update",
)
PICTURES = replace(CHAT, name="pictures", max_bytes={Kind.IMAGE: 10 * MIB})
ARCHIVE = replace(CHAT, name="an archive of a host", max_bytes={Kind.FILE: MAX_INT64})

PHOTO = Declared(file_name="beach.jpg", size_bytes=1, content_type="image/jpeg")
CLIP = Declared(file_name="party.mp4", size_bytes=1, content_type="video/mp4")
TAPE = Declared(file_name="tape.tar", size_bytes=1, content_type="application/x-tar")


def refusal(profile: Profile, declared: Declared) -> MediadockError:
    """How the profile refuses it."""
    with pytest.raises(MediadockError) as refused:
        plan_upload(profile, declared)
    return refused.value


@pytest.mark.parametrize(
    ("size", "mode", "num_parts"),
    [
        (1, "direct", None),
        (10 * MIB - 1, "direct", None),
        (10 * MIB, "direct", None),
        (10 * MIB + 1, "multipart", 3),
        (2500 * MIB, "multipart", 500),
        (2500 * MIB + 1, "multipart", 501),
        (20 * GIB, "multipart", 4096),
    ],
)
def test_the_size_decides_the_mode(size: int, mode: str, num_parts: int | None) -> None:
    plan = plan_upload(CHAT, replace(CLIP, size_bytes=size))
    assert plan.mode == mode
    assert (plan.parts.num_parts if plan.parts else None) == num_parts


def test_a_file_has_9999_parts_and_not_10000() -> None:
    most = 9_999 * 5 * MIB
    wish = replace(TAPE, part_size_bytes=5 * MIB)
    plan = plan_upload(ARCHIVE, replace(wish, size_bytes=most))
    assert plan.parts is not None
    assert plan.parts.num_parts == 9_999
    assert refusal(ARCHIVE, replace(wish, size_bytes=most + 1)).code == "part_plan_invalid"
    assert refusal(ARCHIVE, replace(wish, size_bytes=10_000 * 5 * MIB, num_parts=10_000)).code == "part_plan_invalid"


def test_a_size_beyond_what_the_store_can_hold_is_refused_and_not_planned() -> None:
    assert isinstance(refusal(ARCHIVE, replace(TAPE, size_bytes=MAX_INT64)), Malformed)


@pytest.mark.parametrize(
    ("size", "kind", "code"),
    [
        (0, Malformed, "file_size_invalid"),
        (-1, Malformed, "file_size_invalid"),
        (MAX_INT64 + 1, Malformed, "file_size_invalid"),
        (10**40, Malformed, "file_size_invalid"),
        (10 * MIB + 1, TooLarge, "file_too_large"),
        (MAX_INT64, TooLarge, "file_too_large"),
    ],
)
def test_a_size_out_of_range_is_refused(size: int, kind: type[MediadockError], code: str) -> None:
    refused = refusal(PICTURES, replace(PHOTO, size_bytes=size))
    assert isinstance(refused, kind)
    assert refused.code == code
    assert [error.field for error in refused.errors] == ["file_size"]


def test_an_empty_file_is_called_empty() -> None:
    assert refusal(PICTURES, replace(PHOTO, size_bytes=0)).detail == f"“{PHOTO.file_name}” is empty."


def test_a_size_at_its_limit_is_granted() -> None:
    assert plan_upload(PICTURES, replace(PHOTO, size_bytes=10 * MIB)).size_bytes == 10 * MIB


@pytest.mark.parametrize(
    ("declared", "code", "field"),
    [
        (replace(PHOTO, content_type="text/html"), "type_not_allowed", "content_type"),
        (replace(PHOTO, content_type="image/svg+xml"), "type_not_allowed", "content_type"),
        (replace(PHOTO, content_type="nonsense"), "type_not_allowed", "content_type"),
        (replace(PHOTO, content_type="", file_name="beach"), "type_not_allowed", "content_type"),
        (replace(PHOTO, file_name="beach.exe"), "type_not_allowed", "file_name"),
        (replace(PHOTO, file_name="beach.php"), "type_not_allowed", "file_name"),
        (replace(PHOTO, file_name="beach.svg"), "type_not_allowed", "file_name"),
        (replace(PHOTO, file_name="beach.mp4"), "kind_mismatch", "content_type"),
        (replace(PHOTO, file_name="beach.pdf"), "kind_mismatch", "content_type"),
        (replace(CLIP, file_name="party.jpg"), "kind_mismatch", "content_type"),
        (replace(PHOTO, kind=Kind.VIDEO), "kind_mismatch", "kind"),
        (replace(TAPE, kind=Kind.IMAGE), "kind_mismatch", "kind"),
    ],
)
def test_a_type_or_kind_that_does_not_agree_is_refused(declared: Declared, code: str, field: str) -> None:
    refused = refusal(CHAT, declared)
    assert isinstance(refused, TypeRefused)
    assert (refused.code, [error.field for error in refused.errors]) == (code, [field])


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        (replace(PHOTO, file_name="beach.png"), Kind.IMAGE),
        (replace(PHOTO, file_name="beach"), Kind.IMAGE),
        (replace(PHOTO, file_name="beach.unheard"), Kind.IMAGE),
        (replace(PHOTO, content_type="", kind=Kind.IMAGE), Kind.IMAGE),
        (replace(PHOTO, content_type="IMAGE/PJPEG"), Kind.IMAGE),
        (replace(CLIP, file_name="voice.m4a"), Kind.VIDEO),
        (Declared(file_name="app.ts", size_bytes=1, content_type="text/plain"), Kind.FILE),
        (Declared(file_name="voice.webm", size_bytes=1, content_type="audio/webm;codecs=opus"), Kind.AUDIO),
    ],
)
def test_another_format_of_the_same_kind_is_granted(declared: Declared, kind: Kind) -> None:
    assert plan_upload(CHAT, declared).file_type.kind is kind


def test_a_profile_takes_only_its_kinds() -> None:
    assert refusal(PICTURES, CLIP).code == "type_not_allowed"


@pytest.mark.parametrize(
    "checksum",
    ["00" * 32, "", "!", base64.b64encode(b"x" * 31).decode(), base64.b64encode(b"x" * 33).decode(), "ä" * 44],
)
def test_a_checksum_is_the_base64_of_32_bytes_or_refused(checksum: str) -> None:
    refused = refusal(CHAT, replace(PHOTO, checksum_sha256=checksum))
    assert isinstance(refused, Malformed)
    assert [error.field for error in refused.errors] == ["checksum_sha256"]


def test_a_good_checksum_is_kept() -> None:
    checksum = base64.b64encode(bytes(range(32))).decode()
    assert plan_upload(CHAT, replace(PHOTO, checksum_sha256=checksum)).checksum_sha256 == checksum


@pytest.mark.parametrize(
    "wrong",
    [
        {"size_bytes": 0},
        {"size_bytes": 21 * GIB},
        {"content_type": "text/html"},
        {"kind": Kind.AUDIO},
        {"checksum_sha256": "no"},
        {"size_bytes": 11 * MIB, "num_parts": 9},
        {"size_bytes": 11 * MIB, "part_size_bytes": 1},
    ],
)
def test_every_refusal_names_the_file(wrong: dict[str, object]) -> None:
    refused = refusal(CHAT, replace(PHOTO, **wrong))  # type: ignore[arg-type]
    assert "beach.jpg" in refused.detail
    assert all("beach.jpg" in error.message for error in refused.errors)
    assert refused.errors


def test_a_refused_name_is_shown_short_and_without_what_cannot_be_shown() -> None:
    refused = refusal(CHAT, replace(PHOTO, file_name="beach\0\ud800.jpg"))
    assert "beach\ufffd\ufffd.jpg" in refused.detail
    long = refusal(CHAT, replace(PHOTO, file_name="beach" + "x" * 300))
    assert "beachxxx" in long.detail
    assert len(long.detail) < 200


def test_the_part_wishes_of_a_direct_file_are_ignored() -> None:
    plan = plan_upload(CHAT, replace(PHOTO, part_size_bytes=-1, num_parts=10**9))
    assert plan.parts is None


@pytest.mark.parametrize(
    ("size", "text"),
    [(1, "1 bytes"), (1023, "1023 bytes"), (1024, "1 KiB"), (10 * MIB, "10 MiB"), (20 * GIB, "20 GiB"),
     (10 * MIB + 512 * 1024, "10.5 MiB")],
)  # fmt: skip
def test_sizes_are_written_as_people_write_them(size: int, text: str) -> None:
    assert human_bytes(size) == text


GIF = Declared(file_name="dance.gif", size_bytes=1, content_type="image/gif")
FILMS = replace(CHAT, name="films", max_bytes={Kind.VIDEO: 20 * MIB})
GALLERY = replace(CHAT, name="a gallery", max_bytes={Kind.IMAGE: 10 * MIB, Kind.VIDEO: 20 * MIB})


@pytest.mark.parametrize(
    ("profile", "declared", "kind"),
    [
        (GALLERY, GIF, Kind.IMAGE),
        (GALLERY, replace(GIF, kind=Kind.IMAGE), Kind.IMAGE),
        (GALLERY, replace(GIF, kind=Kind.VIDEO), Kind.VIDEO),
        (GALLERY, replace(GIF, kind=Kind.VIDEO, content_type="IMAGE/GIF; x=y"), Kind.VIDEO),
        (GALLERY, replace(GIF, kind=Kind.VIDEO, content_type=""), Kind.VIDEO),
        (GALLERY, replace(GIF, kind=Kind.VIDEO, file_name="dance"), Kind.VIDEO),
        (GALLERY, replace(GIF, kind=Kind.VIDEO, file_name="dance.mp4"), Kind.VIDEO),
        (FILMS, replace(GIF, kind=Kind.VIDEO), Kind.VIDEO),
    ],
)
def test_a_gif_is_a_picture_unless_it_is_sent_as_a_film(profile: Profile, declared: Declared, kind: Kind) -> None:
    plan = plan_upload(profile, declared)
    assert (plan.file_type.kind, plan.content_type) == (kind, "image/gif")


@pytest.mark.parametrize(
    ("profile", "declared", "code"),
    [
        (PICTURES, replace(GIF, kind=Kind.VIDEO), "kind_mismatch"),
        (FILMS, GIF, "type_not_allowed"),
        (replace(GALLERY, content_types=frozenset({"video/mp4"})), replace(GIF, kind=Kind.VIDEO), "type_not_allowed"),
        (GALLERY, replace(GIF, kind=Kind.AUDIO), "kind_mismatch"),
        (GALLERY, replace(GIF, kind=Kind.VIDEO, file_name="dance.pdf"), "kind_mismatch"),
        (GALLERY, replace(PHOTO, kind=Kind.VIDEO), "kind_mismatch"),
        (GALLERY, replace(PHOTO, kind=Kind.VIDEO, content_type="image/webp"), "kind_mismatch"),
        (GALLERY, replace(CLIP, file_name="party.gif"), "kind_mismatch"),
        (GALLERY, replace(CLIP, kind=Kind.IMAGE), "kind_mismatch"),
    ],
)
def test_nothing_else_is_taken_for_another_kind(profile: Profile, declared: Declared, code: str) -> None:
    assert refusal(profile, declared).code == code


@pytest.mark.parametrize(("kind", "limit"), [(None, 10 * MIB), (Kind.IMAGE, 10 * MIB), (Kind.VIDEO, 20 * MIB)])
def test_the_limit_of_a_gif_is_that_of_the_kind_it_is_sent_as(kind: Kind | None, limit: int) -> None:
    gif = replace(GIF, kind=kind)
    for size in (limit - 1, limit):
        assert plan_upload(GALLERY, replace(gif, size_bytes=size)).size_bytes == size
    assert refusal(GALLERY, replace(gif, size_bytes=limit + 1)).code == "file_too_large"
