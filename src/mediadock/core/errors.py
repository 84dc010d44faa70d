"""The vocabulary of failure: every refusal has a stable code, a sentence for a person and a category.

The category decides the HTTP status, once, in ``mediadock.api.problems``::

    MediadockError
    ├── Malformed         422   the request cannot be understood or does not add up
    ├── Unauthenticated   401   no token, or one that is not believed
    ├── Forbidden         403   known, and not allowed
    ├── NotFound          404   not there, or not yours (never told apart)
    ├── Conflict          409   the wrong state for this
    ├── TooLarge          413   beyond a limit of size
    ├── TypeRefused       415   a type that is not accepted
    ├── TooMany           429   beyond a limit of count; ``retry_after_s``
    ├── Unavailable       503   a server behind us does not answer; ``retry_after_s``
    ├── ContentRejected   -     the bytes are not what they say; the asset ends ``rejected``
    └── ProcessingFailed  -     processing broke; the asset ends ``failed`` and may be retried

``detail`` is the public sentence. ``log`` is for the operator and never leaves the process: it may hold
what a decoder printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field; ``field`` is a dotted path such as ``attachments.1.file_size``."""

    field: str
    code: str
    message: str


class MediadockError(Exception):
    """A named failure: ``code`` is stable, ``detail`` is for people, ``log`` is for the operator."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        log: str = "",
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}" + (f" [{log}]" if log else ""))
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.log = log
        self.retry_after_s = retry_after_s


class Malformed(MediadockError):
    """The request does not add up."""


class Unauthenticated(MediadockError):
    """No credentials, or none that are believed."""


class Forbidden(MediadockError):
    """The caller is known and may not do this."""


class NotFound(MediadockError):
    """Not there, or not the caller's."""


class Conflict(MediadockError):
    """The thing is in the wrong state for this."""


class TooLarge(MediadockError):
    """Beyond a limit of bytes."""


class TypeRefused(MediadockError):
    """The declared type is not accepted."""


class TooMany(MediadockError):
    """Beyond a limit of count or rate."""


class Unavailable(MediadockError):
    """A server that we need does not answer; trying again later is right."""


class ContentRejected(MediadockError):
    """The bytes are not what they say, or are not wanted under any name; never worth a retry."""


class ProcessingFailed(MediadockError):
    """Processing broke for a reason that is not the file's: time, a crash, memory, the store."""
