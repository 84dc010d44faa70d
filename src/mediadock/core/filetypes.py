"""The content types that are accepted, their aliases and extensions, and the kind of each.

One table for the whole product. Declared types are compared after ``canonical``; an empty type or
``application/octet-stream`` is taken from the name's extension. The bytes decide in the end: what a file is
detected as goes through the same table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What an asset is to the person who looks at it."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"


@dataclass(frozen=True)
class FileType:
    """One accepted type: canonical content type, kind, extensions (the first names our objects), aliases."""

    content_type: str
    kind: Kind
    extensions: tuple[str, ...]
    aliases: tuple[str, ...] = ()


def _types(kind: Kind, rows: Iterable[tuple[str, str, str]]) -> list[FileType]:
    return [
        FileType(name, kind, tuple(extensions.split()), tuple(aliases.split())) for name, extensions, aliases in rows
    ]


_WORD = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

FILE_TYPES: tuple[FileType, ...] = (
    *_types(
        Kind.IMAGE,
        [
            ("image/jpeg", "jpg jpeg jpe jfif", "image/jpg image/pjpeg"),
            ("image/png", "png apng", "image/apng image/x-png image/vnd.mozilla.apng"),
            ("image/webp", "webp", ""),
            ("image/avif", "avif", "image/avif-sequence"),
            ("image/heic", "heic", "image/heic-sequence"),
            ("image/heif", "heif", "image/heif-sequence"),
            ("image/gif", "gif", ""),
            ("image/tiff", "tif tiff", "image/x-tiff"),
        ],
    ),
    *_types(
        Kind.VIDEO,
        [
            ("video/mp4", "mp4", ""),
            ("video/x-m4v", "m4v", "video/m4v"),
            ("video/quicktime", "mov qt", ""),
            ("video/webm", "webm", ""),
            ("video/x-matroska", "mkv", "video/matroska"),
            ("video/x-msvideo", "avi", "video/avi video/msvideo video/vnd.avi"),
            ("video/3gpp", "3gp", ""),
            ("video/3gpp2", "3g2", ""),
            ("video/mp2t", "ts m2ts mts", ""),
            ("video/mpeg", "mpg mpeg", "video/mp1s video/mp2p"),
            ("video/ogg", "ogv", ""),
        ],
    ),
    *_types(
        Kind.AUDIO,
        [
            ("audio/mpeg", "mp3", "audio/mp3 audio/x-mp3"),
            ("audio/mp4", "m4a", "audio/x-m4a audio/m4a"),
            ("audio/aac", "aac", "audio/x-aac audio/aacp audio/x-hx-aac-adts"),
            ("audio/ogg", "ogg oga", "application/ogg"),
            ("audio/opus", "opus", ""),
            ("audio/webm", "weba", ""),
            ("audio/flac", "flac", "audio/x-flac"),
            ("audio/wav", "wav", "audio/x-wav audio/vnd.wave audio/wave"),
            ("audio/aiff", "aiff aif", "audio/x-aiff"),
            ("audio/amr", "amr", "audio/x-amr"),
            ("audio/3gpp", "3ga", ""),
        ],
    ),
    *_types(
        Kind.FILE,
        [
            ("application/pdf", "pdf", "application/x-pdf"),
            ("text/plain", "txt text log", ""),
            ("text/csv", "csv", "application/csv"),
            ("text/markdown", "md markdown", "text/x-markdown"),
            ("application/json", "json", "text/json"),
            ("application/rtf", "rtf", "text/rtf"),
            ("application/msword", "doc", ""),
            ("application/vnd.ms-excel", "xls", ""),
            ("application/vnd.ms-powerpoint", "ppt", ""),
            (_WORD + "wordprocessingml.document", "docx", ""),
            (_WORD + "spreadsheetml.sheet", "xlsx", ""),
            (_WORD + "presentationml.presentation", "pptx", ""),
            (_ODF + "text", "odt", ""),
            (_ODF + "spreadsheet", "ods", ""),
            (_ODF + "presentation", "odp", ""),
            ("application/epub+zip", "epub", ""),
            ("application/zip", "zip", "application/x-zip-compressed"),
            ("application/x-7z-compressed", "7z", ""),
            ("application/x-tar", "tar", ""),
            ("application/gzip", "gz tgz", "application/x-gzip"),
            ("image/bmp", "bmp", "image/x-ms-bmp image/x-bmp"),
            ("image/vnd.adobe.photoshop", "psd", "image/x-photoshop application/x-photoshop"),
            ("image/vnd.microsoft.icon", "ico", "image/x-icon"),
            ("image/jp2", "jp2 jpx", "image/jpx image/jpeg2000"),
            ("image/jxl", "jxl", ""),
        ],
    ),
)

_BY_NAME: Mapping[str, FileType] = MappingProxyType(
    {name: file_type for file_type in FILE_TYPES for name in (file_type.content_type, *file_type.aliases)}
)
_BY_EXTENSION: Mapping[str, FileType] = MappingProxyType(
    {extension: file_type for file_type in FILE_TYPES for extension in file_type.extensions}
)
_PROGRAMS = "exe dll scr msi bat cmd ps1 vbs js jar apk sh bash php phtml phar hta lnk"
_PAGES = "html htm xhtml shtml svg svgz"
_PLAYLISTS = "m3u m3u8 pls mpd xspf asx ffconcat sdp"
_ACTIVE_EXTENSIONS = frozenset(f"{_PROGRAMS} {_PAGES} {_PLAYLISTS}".split())
_UNSAID = frozenset({"", "application/octet-stream", "binary/octet-stream"})


_ALSO_FILMS = frozenset({"image/gif"})
_SAME_BOXES = {
    (Kind.AUDIO, "video/quicktime"): "audio/mp4",
    (Kind.AUDIO, "video/x-m4v"): "audio/mp4",
    (Kind.AUDIO, "video/3gpp2"): "audio/3gpp",
    (Kind.AUDIO, "video/x-matroska"): "audio/webm",
    (Kind.VIDEO, "audio/opus"): "video/ogg",
}


def find_type(content_type: str) -> FileType | None:
    """The accepted type of that name or alias, parameters and case ignored; ``None`` when it is not accepted."""
    return _BY_NAME.get(content_type.split(";", 1)[0].strip().lower())


def find_declared_type(content_type: str, file_name: str) -> FileType | None:
    """What a client declares: its content type, or the name's extension when it does not say."""
    bare = content_type.split(";", 1)[0].strip().lower()
    if bare in _UNSAID:
        return _BY_EXTENSION.get(_extension(file_name))
    return _BY_NAME.get(bare)


def kind_of_name(file_name: str) -> Kind | None:
    """The kind that the name's extension promises; ``None`` when it promises nothing that we know."""
    file_type = _BY_EXTENSION.get(_extension(file_name))
    return file_type.kind if file_type else None


def names_active_content(file_name: str) -> bool:
    """Whether the name promises something that runs or points elsewhere: programs, scripts, pages, playlists."""
    return _extension(file_name) in _ACTIVE_EXTENSIONS


def type_as(kind: Kind, content_type: str) -> str:
    """What a film's container is called when it holds ``kind``: ``audio/ogg`` for a ``video/ogg`` without pictures."""
    for candidate in (f"{kind}/{content_type.partition('/')[2]}", _SAME_BOXES.get((kind, content_type), "")):
        if (known := find_type(candidate)) is not None and known.kind is kind:
            return known.content_type
    return content_type


def taken_for(kind: Kind, file_type: FileType) -> FileType | None:
    """The type as one of ``kind``, for files that are whichever of two kinds they are sent as: a GIF is a film, too."""
    is_also = kind is file_type.kind or (kind is Kind.VIDEO and file_type.content_type in _ALSO_FILMS)
    return replace(file_type, kind=kind) if is_also else None


def extension_of(content_type: str) -> str:
    """The extension that objects of this type carry; ``bin`` when it is not in the table."""
    file_type = find_type(content_type)
    return file_type.extensions[0] if file_type else "bin"


def content_types_of(kinds: Iterable[Kind]) -> tuple[str, ...]:
    """Every name and alias of these kinds, for clients that check before they ask."""
    wanted = frozenset(kinds)
    return tuple(name for name, file_type in _BY_NAME.items() if file_type.kind in wanted)


def _extension(file_name: str) -> str:
    return file_name.rpartition(".")[2].strip().lower() if "." in file_name else ""
