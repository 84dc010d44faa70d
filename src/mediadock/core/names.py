"""File names from clients: data to be kept, never a path, never part of a command."""

from __future__ import annotations

import re
import unicodedata

from mediadock.core.errors import FieldError, Malformed

MAX_NAME_CHARACTERS = 255
MAX_SLUG_CHARACTERS = 100

_SHOWN_CHARACTERS = 80
_UNSHOWABLE = frozenset({"Cc", "Cs"})
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def check_file_name(name: str, *, field: str = "file_name") -> str:
    """Return ``name`` in NFC; control characters, lone surrogates, nothing or too much are ``Malformed``.

    Characters are counted in NFC: some systems send names decomposed, which is longer.
    """
    normal = unicodedata.normalize("NFC", name)
    problem = _problem_of(normal)
    if problem:
        code, sentence = problem
        raise Malformed(code, sentence, errors=[FieldError(field, code, sentence)])
    return normal


def shown_name(name: str) -> str:
    """``name`` as a sentence can quote it: short, and without what cannot be shown."""
    visible = "".join("\ufffd" if unicodedata.category(one) in _UNSHOWABLE else one for one in name)
    return visible if len(visible) <= _SHOWN_CHARACTERS else visible[:_SHOWN_CHARACTERS] + "…"


def _problem_of(name: str) -> tuple[str, str] | None:
    if not name.strip():
        return "file_name_empty", "The file needs a name."
    if len(name) > MAX_NAME_CHARACTERS:
        return "file_name_too_long", f"A file name may have at most {MAX_NAME_CHARACTERS} characters."
    if any(unicodedata.category(character) in _UNSHOWABLE for character in name):
        return "file_name_invalid", "The file name holds a character that no file name can have."
    return None


def slug_of(name: str) -> str:
    """The part of an object key that recalls the name: ``[A-Za-z0-9._-]``, 1 to 100 characters.

    Accents fall away, every other run of characters becomes one ``-``; the extension is kept when the stem must
    be shortened; a name with nothing left is ``file``.
    """
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem:
        stem, extension = name, ""
    stem = _UNSAFE.sub("-", _ascii(stem)).lstrip("-._")
    extension = _UNSAFE.sub("", _ascii(extension))[:16].strip("-._")
    tail = f".{extension}" if extension else ""
    return (stem[: MAX_SLUG_CHARACTERS - len(tail)].rstrip("-._") or "file") + tail


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
