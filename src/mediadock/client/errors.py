"""What can go wrong for a client, as one tree::

    ClientError
    ├── ApiError            the server refused; ``status`` and ``errors`` as it sent them
    │   ├── NotLoggedIn     401   no token, or one that is not believed
    │   ├── NotThere        404   not there, or not yours
    │   ├── WrongState      409   the wrong state for this
    │   ├── Refused         any other 4xx (413 too large, 415 type, 422 malformed ...)
    │   └── ServerBusy      429 and 5xx: worth another try
    ├── BadAnswer           the answer is not what the HTTP API promises
    ├── Unreachable         no connection, a cut connection, a time-out: worth another try
    ├── StoreRefused        the object store refused a PUT
    ├── FileProblem         the file cannot be read, or changed while it was being sent
    ├── Stopped             the caller's ``stop`` event was set; the upload can be resumed
    ├── UploadGone          the upload was aborted or has expired; it must be begun anew
    └── UploadIncomplete    some files of an upload did not arrive; ``failures`` says which

``code`` is stable and ``detail`` is one sentence for a person; both are the server's own where it sent them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FieldProblem:
    """One field that the server refused; ``field`` is a dotted path such as ``attachments.1.file_size``."""

    field: str
    code: str
    message: str


class ClientError(Exception):
    """A failure with a stable ``code`` and a ``detail`` sentence; ``transient`` says that trying again is sensible."""

    transient = False

    def __init__(self, code: str, detail: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.retry_after_s = retry_after_s


class ApiError(ClientError):
    """The server answered with a problem document (RFC 9457)."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        status: int,
        errors: Sequence[FieldProblem] = (),
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(code, detail, retry_after_s=retry_after_s)
        self.status = status
        self.errors = tuple(errors)


class NotLoggedIn(ApiError):
    """No token, an expired one, or one that the server does not believe."""


class NotThere(ApiError):
    """Not there, or not the caller's: the server never tells which."""


class WrongState(ApiError):
    """The thing is in the wrong state for this."""


class Refused(ApiError):
    """The server will not do this, however often it is asked."""


class ServerBusy(ApiError):
    """The server, or something behind it, cannot answer now."""

    transient = True


class BadAnswer(ClientError):
    """The answer does not have the shape that the HTTP API promises: another server, or another version."""


class Unreachable(ClientError):
    """No connection, a cut connection or a time-out."""

    transient = True


class StoreRefused(ClientError):
    """The object store refused a request; ``status`` is its HTTP status, ``code`` its own error code if it sent one."""

    def __init__(self, code: str, detail: str, *, status: int, retry_after_s: float | None = None) -> None:
        super().__init__(code, detail, retry_after_s=retry_after_s)
        self.status = status
        # 400 RequestTimeout: the body came too slowly. 409: two conditional PUTs at once, as while a first try is being
        # stored. The bytes themselves are fine.
        self.transient = status >= 500 or status in (408, 409, 429) or code == "RequestTimeout"


class FileProblem(ClientError):
    """The file cannot be read, or is not the file that it was when the upload began."""


class Stopped(ClientError):
    """The caller asked to stop. What has arrived stays with the store, and the upload can be resumed."""

    def __init__(self) -> None:
        super().__init__("stopped", "The upload was stopped; run it again to continue.")


class UploadGone(ClientError):
    """The upload was aborted, or has expired, while its bytes were on their way."""


class UploadIncomplete(ClientError):
    """Some files did not arrive; each of ``failures`` is a path with its error. The others went through."""

    def __init__(self, failures: Sequence[tuple[Path, ClientError]]) -> None:
        self.failures = tuple(failures)
        first_path, first = self.failures[0]
        more = f" (and {len(self.failures) - 1} more)" if len(self.failures) > 1 else ""
        super().__init__(first.code, f"{first_path.name}: {first.detail}{more}")
