"""A file that goes up in parts, several at a time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mediadock.client import server
from mediadock.client.errors import NotThere, StoreRefused, UploadGone, WrongState
from mediadock.client.local_file import LocalFile
from mediadock.client.parts import PartRange, parts_to_send
from mediadock.client.progress import Meter
from mediadock.client.sessions import MultipartSession
from mediadock.client.transfer import Job, Route, with_fresh_urls
from mediadock.client.urls import PartUrls
from mediadock.client.values import ARRIVED
from mediadock.core.parts import PartPlan


class MultipartTransfer:
    """Parts in ``session.stored`` are not sent again."""

    def __init__(self, route: Route, file: LocalFile, session: MultipartSession, meter: Meter) -> None:
        self._route, self._file, self._session, self._meter = route, file, session, meter
        self._plan = PartPlan(file.size_bytes, session.part_size_bytes, session.num_parts)
        self._urls = PartUrls(route.doors, session)
        whole = [part for part in session.stored if part.size_bytes == self._plan.size_of(part.number)]
        self._etags = {part.number: part.etag for part in whole}
        if whole:
            meter.add(sum(part.size_bytes for part in whole))

    @property
    def size_bytes(self) -> int:
        """Of the whole file."""
        return self._file.size_bytes

    def jobs(self) -> Iterator[Job]:
        """One for each part that the store has not."""
        for part in parts_to_send(self._plan, stored=frozenset(self._etags)):
            yield partial(self._send, part)

    def complete(self) -> None:
        """The store puts the file together; parts that it turns out not to have are sent again, once."""
        self._file.check_unchanged()
        try:
            self._route.doors.complete_parts(self._session, self._etags)
        except WrongState as error:
            if error.code not in ("parts_missing", "parts_mismatch"):
                raise
            self._send_what_is_missing()
            self._route.doors.complete(self._session.asset_id)
        self._meter.finish()

    def _send(self, part: PartRange) -> None:
        url = self._urls.get(part.number)

        def put() -> None:
            answer = self._route.put(self._file.path, part, url, {}, self._meter, as_part=True)
            self._etags[part.number] = answer.headers.get("etag", "").strip('"')

        def renew() -> None:
            nonlocal url
            url = self._urls.renew(part.number, url)

        try:
            with_fresh_urls(put, renew=renew)
        except StoreRefused as error:
            if error.status != 404:
                raise
            self._check_arrived(error)

    def _send_what_is_missing(self) -> None:
        begun = self._route.doors.begun(self._session.asset_id)
        stored = begun.stored if isinstance(begun, MultipartSession) else ()
        whole = {part.number for part in stored if part.size_bytes == self._plan.size_of(part.number)}
        for part in parts_to_send(self._plan, stored=whole):
            self._meter.add(-part.size_bytes, part.number)
            self._send(part)

    def _check_arrived(self, refusal: StoreRefused) -> None:
        """The store knows no such upload: fine if it has been completed, by another device or in spite of an error."""
        try:
            state = server.get_asset(self._route.account, self._session.asset_id).state
        except NotThere:
            state = "deleted"
        if state not in ARRIVED:
            sentence = f"The upload of {self._file.path.name} was given up meanwhile ({state}); send it again."
            raise UploadGone("upload_gone", sentence) from refusal
