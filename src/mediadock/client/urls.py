"""The part URLs of one multipart upload: asked for a page at a time, and again when they have run out."""

from __future__ import annotations

import threading

from mediadock.client.doors import Doors
from mediadock.client.errors import BadAnswer
from mediadock.client.parts import page_from
from mediadock.client.sessions import MultipartSession


class PartUrls:
    """URLs by part number; threads that need the same page ask for it once."""

    def __init__(self, doors: Doors, session: MultipartSession) -> None:
        self._doors = doors
        self._session = session
        self._urls = dict(session.urls)
        self._asking = threading.Lock()

    def get(self, number: int) -> str:
        """The URL of this part; one page of URLs is asked for when it is not known."""
        url = self._urls.get(number)
        return url if url is not None else self.renew(number, None)

    def renew(self, number: int, expired: str | None) -> str:
        """A URL other than ``expired``: from a fresh page that begins with this part."""
        with self._asking:
            url = self._urls.get(number)
            if url is not None and url != expired:
                return url  # another thread has asked meanwhile
            start, count = page_from(number, num_parts=self._session.num_parts)
            self._urls |= self._doors.part_urls(self._session.asset_id, start_part=start, batch_count=count)
            if number not in self._urls:
                raise BadAnswer("bad_answer", f"The server sent no URL for part {number}.")
            return self._urls[number]
