"""One open socket: where its reader has got to, what waits to be sent, why it ends.

Nothing here grows with a slow reader: stored events beyond ``QUEUE_FRAMES`` stay in PostgreSQL and are read again
from the socket's own cursor, transient frames keep only the newest of each subject.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from mediadock.realtime.frames import StoredFrame, TransientFrame, pruned_text

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PAGE_EVENTS = 100
QUEUE_FRAMES = 2 * PAGE_EVENTS
MAX_TRANSIENTS = 64


class Socket:
    """A reader of one user's stream. ``cursor`` is the last ``seq`` that is sent or waits to be."""

    def __init__(self, *, user_id: int, cursor: int, expires_at: float | None, now: float) -> None:
        self.user_id = user_id
        self.cursor = cursor
        self.expires_at = expires_at
        self.sent_at = now
        self.sending_since: float | None = None
        self.close_code: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._stored: deque[str] = deque()
        self._transient: dict[tuple[str, int | None], str] = {}
        self._something = asyncio.Event()

    @property
    def has_room(self) -> bool:
        """True when a whole page fits; without room the socket is left out of reads until it has sent some."""
        return len(self._stored) <= QUEUE_FRAMES - PAGE_EVENTS

    def push(self, frames: Sequence[StoredFrame]) -> None:
        """Queue the events that follow the cursor, in order; what they overtake of their assets' progress goes.

        A stream has no gaps: where the first is not the next one, those between are pruned, and a hint goes before it.
        """
        if frames and frames[0].seq > self.cursor + 1:
            self._stored.append(pruned_text(after=self.cursor, first_seq=frames[0].seq))
        for frame in frames:
            self.cursor = frame.seq
            if frame.text is not None:
                self._stored.append(frame.text)
            if frame.asset_id is not None and self._transient:
                self._forget_progress(frame.asset_id)
        self._something.set()

    def offer(self, frame: TransientFrame) -> None:
        """Queue a transient frame in place of an older one of its subject; beyond the bound the oldest goes."""
        self._transient.pop(frame.subject, None)
        if len(self._transient) >= MAX_TRANSIENTS:
            self._transient.pop(next(iter(self._transient)))
        self._transient[frame.subject] = frame.text
        self._something.set()

    def close(self, code: int) -> None:
        """Ask for the socket's end; the first reason counts."""
        if not self.close_code.done():
            self.close_code.set_result(code)

    async def write_forever(self, send: Send, *, made_room: Callable[[], None]) -> None:
        """Send what is queued, stored events first; ``made_room`` is called when a full queue has room again."""
        clock = asyncio.get_running_loop().time
        while True:
            await self._something.wait()
            self._something.clear()
            while self._stored or self._transient:
                had_room = self.has_room
                text = self._stored.popleft() if self._stored else self._transient.pop(next(iter(self._transient)))
                self.sending_since = clock()
                await send({"type": "websocket.send", "text": text})
                self.sent_at, self.sending_since = clock(), None
                if not had_room and self.has_room:
                    made_room()

    def _forget_progress(self, asset_id: int) -> None:
        for subject in [subject for subject in self._transient if subject[1] == asset_id]:
            del self._transient[subject]
