"""The table of accepted types, against the specification's own list."""

from __future__ import annotations

import pytest

from mediadock.core.filetypes import (
    FILE_TYPES,
    Kind,
    content_types_of,
    extension_of,
    find_declared_type,
    find_type,
    kind_of_name,
    names_active_content,
    type_as,
)

_WORD = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"

ACCEPTED = {
    Kind.IMAGE: "image/jpeg image/png image/webp image/avif image/heic image/heif image/gif image/tiff",
    Kind.VIDEO: "video/mp4 video/x-m4v video/quicktime video/webm video/x-matroska video/x-msvideo video/3gpp "
    "video/3gpp2 video/mp2t video/mpeg video/ogg",
    Kind.AUDIO: "audio/mpeg audio/mp4 audio/x-m4a audio/aac audio/ogg audio/opus audio/webm audio/flac audio/x-flac "
    "audio/wav audio/x-wav audio/vnd.wave audio/aiff audio/x-aiff audio/amr audio/3gpp",
    Kind.FILE: "application/pdf text/plain text/csv text/markdown application/json application/rtf application/msword "
    "application/vnd.ms-excel application/vnd.ms-powerpoint application/epub+zip application/zip "
    "application/x-7z-compressed application/x-tar application/gzip image/bmp image/vnd.adobe.photoshop "
    "image/vnd.microsoft.icon image/x-icon image/jp2 image/jxl "
    f"{_WORD}.wordprocessingml.document {_WORD}.spreadsheetml.sheet {_WORD}.presentationml.presentation "
    f"{_ODF}.text {_ODF}.spreadsheet {_ODF}.presentation",
}

NEVER = (
    "text/html application/xhtml+xml image/svg+xml text/xml application/xml application/javascript "
    "text/javascript  application/x-sh application/x-php application/x-msdownload "
    "application/vnd.microsoft.portable-executable  application/x-executable "
    "application/vnd.apple.mpegurl application/x-mpegurl audio/mpegurl audio/x-mpegurl "
    "application/dash+xml application/sdp audio/x-scpls application/java-archive image image/ jpeg */* "
    "image/* "
)


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in ACCEPTED.items() for name in names.split()])
def test_every_type_of_the_specification_is_of_its_kind(kind: Kind, name: str) -> None:
    found = find_type(name)
    assert found is not None
    assert found.kind is kind


@pytest.mark.parametrize("name", NEVER.split())
def test_what_runs_or_points_elsewhere_is_not_accepted(name: str) -> None:
    assert find_type(name) is None
    assert find_declared_type(name, "beach.jpg") is None


@pytest.mark.parametrize("alias", [(one.content_type, alias) for one in FILE_TYPES for alias in one.aliases])
def test_an_alias_is_its_type(alias: tuple[str, str]) -> None:
    assert find_type(alias[1]) is find_type(alias[0])


@pytest.mark.parametrize("spelled", ["IMAGE/JPEG", " image/jpeg ", "image/jpeg; charset=binary", "Image/Jpeg;q=1"])
def test_case_space_and_parameters_do_not_matter(spelled: str) -> None:
    found = find_type(spelled)
    assert found is not None
    assert found.content_type == "image/jpeg"


@pytest.mark.parametrize("said", ["", " ", "application/octet-stream", "Application/Octet-Stream; x=y"])
@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("beach.JPG", "image/jpeg"),
        ("a.b.heic", "image/heic"),
        ("note.m4a", "audio/mp4"),
        ("clip.mov", "video/quicktime"),
        ("itinerary.pdf", "application/pdf"),
        ("README", None),
        ("page.html", None),
        ("run.exe", None),
        ("noise.", None),
    ],
)
def test_a_type_that_is_not_said_is_taken_from_the_name(said: str, name: str, content_type: str | None) -> None:
    found = find_declared_type(said, name)
    assert (found.content_type if found else None) == content_type


def test_no_name_and_no_extension_means_two_types() -> None:
    names = [name for one in FILE_TYPES for name in (one.content_type, *one.aliases)]
    extensions = [extension for one in FILE_TYPES for extension in one.extensions]
    assert len(names) == len(set(names))
    assert len(extensions) == len(set(extensions))


def test_every_extension_of_the_table_leads_back_to_its_kind_and_promises_nothing_active() -> None:
    for one in FILE_TYPES:
        assert extension_of(one.content_type) == one.extensions[0]
        for extension in one.extensions:
            assert kind_of_name(f"name.{extension.upper()}") is one.kind
            assert not names_active_content(f"name.{extension}")


@pytest.mark.parametrize("name", ["setup.EXE", "run.sh", "page.html", "logo.svg", "list.m3u8", "index.php", "a.jpg.js"])
def test_a_name_that_promises_something_active_is_known(name: str) -> None:
    assert names_active_content(name)


def test_an_unknown_type_is_stored_with_a_harmless_extension() -> None:
    assert extension_of("application/x-unheard-of") == "bin"


def test_clients_are_told_every_name_of_the_kinds_they_may_send() -> None:
    told = content_types_of({Kind.IMAGE})
    assert set(ACCEPTED[Kind.IMAGE].split()) <= set(told)
    assert not set(told) & set(ACCEPTED[Kind.FILE].split())


@pytest.mark.parametrize(
    ("kind", "container", "called"),
    [
        (Kind.AUDIO, "video/mp4", "audio/mp4"),
        (Kind.AUDIO, "video/webm", "audio/webm"),
        (Kind.AUDIO, "video/ogg", "audio/ogg"),
        (Kind.AUDIO, "video/3gpp", "audio/3gpp"),
        (Kind.AUDIO, "video/quicktime", "audio/mp4"),
        (Kind.AUDIO, "audio/flac", "audio/flac"),
        (Kind.AUDIO, "video/mp2t", "video/mp2t"),
        (Kind.VIDEO, "audio/mp4", "video/mp4"),
        (Kind.VIDEO, "video/webm", "video/webm"),
        (Kind.VIDEO, "image/gif", "image/gif"),
    ],
)
def test_a_container_is_called_by_what_it_holds(kind: Kind, container: str, called: str) -> None:
    assert type_as(kind, container) == called
