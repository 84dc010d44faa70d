"""A file that goes up by one presigned PUT."""

from __future__ import annotations

from collections.abc import Iterator

from mediadock.client.errors import StoreRefused
from mediadock.client.local_file import LocalFile
from mediadock.client.parts import PartRange
from mediadock.client.progress import Meter
from mediadock.client.sessions import DirectSession
from mediadock.client.transfer import Job, Route, with_fresh_urls


class DirectTransfer:
    """A session without a URL, as one that is resumed has, is given one first."""

    def __init__(self, route: Route, file: LocalFile, session: DirectSession, meter: Meter) -> None:
        self._route, self._file, self._session, self._meter = route, file, session, meter

    @property
    def size_bytes(self) -> int:
        """Of the whole file."""
        return self._file.size_bytes

    def jobs(self) -> Iterator[Job]:
        """One."""
        yield self._send

    def complete(self) -> None:
        """The server looks at the object in the store; a repeat is harmless."""
        self._file.check_unchanged()
        self._route.doors.complete(self._session.asset_id)
        self._meter.finish()

    def _send(self) -> None:
        if not self._session.put_url:
            self._renew()
        try:
            with_fresh_urls(self._put, renew=self._renew)
        except StoreRefused as error:
            # If-None-Match is signed: 412 says that the object is there, and only the answer to its PUT was lost.
            if error.status != 412:
                raise

    def _put(self) -> None:
        whole = PartRange(1, 0, self._file.size_bytes)
        headers = dict(self._session.headers)
        self._route.put(self._file.path, whole, self._session.put_url, headers, self._meter, as_part=False)

    def _renew(self) -> None:
        self._session = self._route.doors.direct_again(self._session.asset_id)
