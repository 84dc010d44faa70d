"""What can go wrong with the object store, by name.

::

    NotFound          ObjectMissing, UploadMissing
    Conflict          PartsMismatch
    ContentRejected   SourceChanged
    Unavailable       StoreUnavailable (worth trying again)
                      ├── StoreRefused (our credentials, our clock or our request: an operator must look)
                      └── DeadlinePassed (the time given to a source is over)

``log`` holds the call, the status and the store's own code. Never a URL, a header or the store's message:
a message about a bad signature quotes the signature.
"""

from __future__ import annotations

from typing import ClassVar

from mediadock.core.errors import Conflict, ContentRejected, NotFound, Unavailable


class ObjectMissing(NotFound):
    """There is no such object in the store."""

    def __init__(self, *, log: str = "") -> None:
        super().__init__("object_missing", "The file has not arrived in the store.", log=log)


class UploadMissing(NotFound):
    """There is no such multipart upload: completed, aborted or never begun."""

    def __init__(self, *, log: str = "") -> None:
        super().__init__("upload_missing", "The store does not know this upload any more.", log=log)


class PartsMismatch(Conflict):
    """The parts named are not the parts stored; the upload stays usable."""

    def __init__(self, *, log: str = "") -> None:
        super().__init__("parts_mismatch", "The parts named are not the parts that arrived.", log=log)


class SourceChanged(ContentRejected):
    """The object is not the version that was pinned by its ETag."""

    def __init__(self, *, log: str = "") -> None:
        super().__init__("source_changed", "The file was changed after it was uploaded.", log=log)


class StoreUnavailable(Unavailable):
    """The store did not answer, or not usefully, in the attempts and the time allowed."""

    transient: ClassVar[bool] = True

    def __init__(self, *, log: str = "") -> None:
        super().__init__("store_unavailable", "The file store does not answer just now.", log=log, retry_after_s=5)


class StoreRefused(StoreUnavailable):
    """The store refuses us: wrong keys, a wrong clock, a bucket that is not there, a call it does not know."""

    transient: ClassVar[bool] = False


class DeadlinePassed(StoreUnavailable):
    """A source was not read to its end in the time that it was given."""

    transient: ClassVar[bool] = False
