"""libmagic's opinion of a head, from the wheel's own library and database."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache

import pylibmagic  # noqa: F401 - importing it puts its library where python-magic looks
from magic import Magic

from mediadock.core.filetypes import Kind, find_type

_PROGRAMS = frozenset(
    {
        "application/x-dosexec",
        "application/vnd.microsoft.portable-executable",
        "application/x-executable",
        "application/x-pie-executable",
        "application/x-sharedlib",
        "application/x-object",
        "application/x-coredump",
        "application/x-mach-binary",
        "application/java-archive",
        "application/x-java-applet",
        "application/x-java-jce-keystore",
        "application/vnd.android.package-archive",
        "application/x-shockwave-flash",
        "application/x-ms-shortcut",
        "application/x-msi",
        "application/x-bytecode.python",
        "application/vnd.debian.binary-package",
        "application/x-rpm",
        "application/vnd.ms-cab-compressed",
    }
)
_PLAIN = frozenset({"application/json", "text/csv", "application/rtf"})


@dataclass(frozen=True)
class Opinion:
    """What libmagic says, and what that means to us."""

    content_type: str

    @property
    def runs(self) -> bool:
        """It is a program of some platform."""
        return self.content_type in _PROGRAMS

    @property
    def is_document(self) -> bool:
        """It is a type that we keep as it is; pictures, films and sounds must be known to our own table."""
        accepted = find_type(self.content_type)
        return accepted is not None and accepted.kind is Kind.FILE

    @property
    def is_plain_document(self) -> bool:
        """It is a text with a more telling type than plain text."""
        accepted = find_type(self.content_type)
        return accepted is not None and accepted.content_type in _PLAIN


_asking = threading.Lock()  # a magic cookie is not safe from two threads


def ask_libmagic(head: bytes) -> Opinion:
    """libmagic's content type for the head."""
    with _asking:
        return Opinion(str(_cookie().from_buffer(head)))


@lru_cache(maxsize=1)
def _cookie() -> Magic:
    return Magic(mime=True)
