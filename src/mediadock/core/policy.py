"""What is allowed, decided on values: ``plan_upload`` turns a declaration into a plan or a named refusal."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace

from mediadock.core.errors import FieldError, Malformed, MediadockError, TooLarge, TypeRefused
from mediadock.core.filetypes import (
    FileType,
    Kind,
    find_declared_type,
    find_type,
    kind_of_name,
    names_active_content,
    taken_for,
)
from mediadock.core.names import check_file_name, shown_name, slug_of
from mediadock.core.parts import PartPlan, plan_parts
from mediadock.core.profiles import Profile

MAX_INT64 = 2**63 - 1


@dataclass(frozen=True)
class Declared:
    """What the client says about one file. Sizes are bytes; ``checksum_sha256`` is base64 of 32 bytes."""

    file_name: str
    size_bytes: int
    content_type: str
    kind: Kind | None = None
    part_size_bytes: int | None = None
    num_parts: int | None = None
    checksum_sha256: str | None = None


@dataclass(frozen=True)
class UploadPlan:
    """What we grant: ``parts`` is ``None`` for a direct upload."""

    file_name: str
    slug: str
    file_type: FileType
    content_type: str
    size_bytes: int
    parts: PartPlan | None
    checksum_sha256: str | None

    @property
    def mode(self) -> str:
        """``direct`` or ``multipart``."""
        return "direct" if self.parts is None else "multipart"


def plan_upload(profile: Profile, declared: Declared) -> UploadPlan:
    """Check one declared file against its profile and decide its mode.

    Raises ``Malformed`` (name, size, part plan), ``TypeRefused`` (type or kind) or ``TooLarge``; every sentence
    names the file, as it may be one of many.
    """
    try:
        return _planned(profile, declared)
    except MediadockError as refusal:
        raise _naming(refusal, _quoted(declared.file_name)) from refusal


def _quoted(file_name: str) -> str:
    return f"“{shown_name(file_name)}”"


def _naming(refusal: MediadockError, quoted_name: str) -> MediadockError:
    def named(sentence: str) -> str:
        return sentence if quoted_name in sentence else f"{quoted_name}: {sentence}"

    errors = [replace(error, message=named(error.message)) for error in refusal.errors]
    return type(refusal)(refusal.code, named(refusal.detail), errors=errors)


def _planned(profile: Profile, declared: Declared) -> UploadPlan:
    file_name = check_file_name(declared.file_name)
    if declared.size_bytes == 0:
        raise _malformed("file_size", "file_size_invalid", f"{_quoted(file_name)} is empty.")
    if not 1 <= declared.size_bytes <= MAX_INT64:
        raise _malformed("file_size", "file_size_invalid", "The size must be a whole number of bytes, at least 1.")
    file_type = _accepted_type(profile, declared, file_name)
    limit = profile.max_bytes[file_type.kind]
    if declared.size_bytes > limit:
        sentence = f"{_quoted(file_name)} is too large: at most {human_bytes(limit)} are accepted here."
        raise TooLarge("file_too_large", sentence, errors=[FieldError("file_size", "file_too_large", sentence)])
    return UploadPlan(
        file_name=file_name,
        slug=slug_of(file_name),
        file_type=file_type,
        content_type=file_type.content_type,
        size_bytes=declared.size_bytes,
        parts=_parts(profile, declared),
        checksum_sha256=_checked_sha256(declared.checksum_sha256),
    )


def human_bytes(size_bytes: int) -> str:
    """A size as people write it: ``20 GiB``, ``10.5 MiB``, ``512 bytes``."""
    for unit, factor in (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024)):
        if size_bytes >= factor:
            return f"{size_bytes / factor:.1f}".removesuffix(".0") + f" {unit}"
    return f"{size_bytes} bytes"


def _accepted_type(profile: Profile, declared: Declared, file_name: str) -> FileType:
    name = _quoted(file_name)
    file_type = _declared_type(profile, declared, file_name)
    if names_active_content(file_name):
        sentence = f"{name} cannot be sent: files that run, or that point elsewhere, are not accepted under any name."
        raise _refused("file_name", "type_not_allowed", sentence)
    if file_type is None or not profile.accepts(file_type):
        shown = shown_name(declared.content_type) or "a file of this type"
        sentence = f"{name} cannot be sent here: {shown} is not accepted."
        raise _refused("content_type", "type_not_allowed", sentence)
    if declared.kind is not None and declared.kind is not file_type.kind:
        sentence = f"{name} is declared as {declared.kind}, but {file_type.content_type} is {file_type.kind}."
        raise _refused("kind", "kind_mismatch", sentence)
    named = kind_of_name(file_name)
    if named is not None and not _may_be_called(file_type, named):
        sentence = f"{name} is named like {named}, but declared as {file_type.content_type}."
        raise _refused("content_type", "kind_mismatch", sentence)
    return file_type


def _declared_type(profile: Profile, declared: Declared, file_name: str) -> FileType | None:
    """The declared type, as one of the declared kind where the profile takes it as that (a GIF sent as a film)."""
    file_type = find_declared_type(declared.content_type, file_name)
    if file_type is None or declared.kind is None:
        return file_type
    as_said = taken_for(declared.kind, file_type)
    return as_said if as_said is not None and profile.accepts(as_said) else file_type


def _may_be_called(file_type: FileType, named: Kind) -> bool:
    """Sound and film share their containers' extensions, and plain text may be called anything (``app.ts``)."""
    timed = {Kind.AUDIO, Kind.VIDEO}
    declared = file_type.kind
    if declared is named or {declared, named} <= timed or (declared is Kind.FILE and named in timed):
        return True
    by_itself = find_type(file_type.content_type)
    return by_itself is not None and by_itself.kind is named


def _checked_sha256(checksum: str | None) -> str | None:
    if checksum is None:
        return None
    try:
        if len(base64.b64decode(checksum, validate=True)) == 32:
            return checksum
    except (binascii.Error, ValueError):
        pass
    raise _malformed(
        "checksum_sha256", "checksum_invalid", "checksum_sha256 is the base64 of the 32 bytes of a SHA-256."
    )


def _parts(profile: Profile, declared: Declared) -> PartPlan | None:
    if declared.size_bytes <= profile.direct_up_to_bytes:
        return None
    return plan_parts(declared.size_bytes, part_size_bytes=declared.part_size_bytes, num_parts=declared.num_parts)


def _refused(field: str, code: str, sentence: str) -> TypeRefused:
    return TypeRefused(code, sentence, errors=[FieldError(field, code, sentence)])


def _malformed(field: str, code: str, sentence: str) -> Malformed:
    return Malformed(code, sentence, errors=[FieldError(field, code, sentence)])
