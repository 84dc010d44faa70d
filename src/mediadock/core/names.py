"""File names from clients: data to be kept, never a path, never part of a command."""

from __future__ import annotations

import re
import unicodedata

from mediadock.core.errors import FieldError, Malformed

MAX_NAME_CHARACTERS = 255
MAX_SLUG_CHARACTERS = 100

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def check_file_name(name: str, *, field: str = "file_name") -> str:
    """Return ``name`` in NFC; control characters, lone surrogates, nothing or too much are ``Malformed``."""
    problem = _problem_of(name)
    if problem:
        code, sentence = problem
        raise Malformed(code, sentence, errors=[FieldError(field, code, sentence)])
    return unicodedata.normalize("NFC", name)


def _problem_of(name: str) -> tuple[str, str] | None:
    if not name.strip():
        return "file_name_empty", "The file needs a name."
    if len(name) > MAX_NAME_CHARACTERS:
        return "file_name_too_long", f"A file name may have at most {MAX_NAME_CHARACTERS} characters."
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        return "file_name_invalid", "The file name holds a character that no file name can have."
    return None


def slug_of(name: str) -> str:
    """The part of an object key that recalls the name: ``[A-Za-z0-9._-]``, 1 to 100 characters.

    Accents fall away, every other run of characters becomes one ``-``; the extension is kept when the stem must
    be shortened; a name with nothing left is ``file``.
    """
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    stem, dot, extension = ascii_name.rpartition(".")
    if not dot or not stem:
        stem, extension = ascii_name, ""
    stem = _UNSAFE.sub("-", stem).strip("-._")
    extension = _UNSAFE.sub("", extension).strip("-._")[:16]
    tail = f".{extension}" if extension else ""
    return (stem or "file")[: MAX_SLUG_CHARACTERS - len(tail)] + tail
