"""Frames on a socket between the parent and one child: a small JSON head and raw bytes.

JSON, because the parent reads what a possibly hijacked decoder wrote: nothing in a frame can name code.
Frame: 4 bytes length of head, 8 bytes length of body (big-endian), head, body.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass

_LENGTHS = struct.Struct(">IQ")
MAX_HEAD_BYTES = 64 * 1024
MAX_BODY_BYTES = 64 * 1024 * 1024


class ChannelClosed(Exception):
    """The other side is gone, or what it sent is no frame."""


@dataclass(frozen=True)
class Frame:
    """One message; ``head["op"]`` says what it is."""

    head: Mapping[str, object]
    body: bytes

    @property
    def op(self) -> str:
        """The verb of the frame, empty when it has none."""
        return self.text("op")

    def text(self, name: str, *, longest: int = MAX_HEAD_BYTES) -> str:
        """A string of the head, cut to ``longest``; empty when absent or of another type."""
        value = self.head.get(name)
        return value[:longest] if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """A whole number of the head that is not negative; ChannelClosed otherwise."""
        value = self.head.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ChannelClosed(f"{name} is no count")
        return value


class Channel:
    """Sends and receives whole frames; sending is safe from several threads, receiving from one."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._sending = threading.Lock()

    def send(self, head: Mapping[str, object], body: bytes | memoryview = b"") -> None:
        """Write one frame; ChannelClosed when nobody listens."""
        encoded = json.dumps(head).encode()
        lengths = _LENGTHS.pack(len(encoded), len(body))
        try:
            with self._sending:
                self._sock.sendall(lengths + encoded)
                if body:
                    self._sock.sendall(body)
        except OSError as error:
            raise ChannelClosed(str(error)) from error

    def receive(self) -> Frame:
        """Read one frame; ChannelClosed at the end, or when the sender breaks the form."""
        head_length, body_length = _LENGTHS.unpack(self._exactly(_LENGTHS.size))
        if head_length > MAX_HEAD_BYTES or body_length > MAX_BODY_BYTES:
            raise ChannelClosed("frame beyond the limit")
        try:
            head = json.loads(self._exactly(head_length))
        except (ValueError, RecursionError) as error:
            raise ChannelClosed("head is no JSON") from error
        if not isinstance(head, dict):
            raise ChannelClosed("head is no object")
        return Frame(head=head, body=self._exactly(body_length))

    def close(self) -> None:
        """Hang up; a thread that waits in ``receive`` wakes with ChannelClosed."""
        self.interrupt()
        self._sock.close()

    def interrupt(self) -> None:
        """Wake whoever waits on this channel, from another thread; the owner still closes it."""
        with contextlib.suppress(OSError):  # already down
            self._sock.shutdown(socket.SHUT_RDWR)

    def _exactly(self, length: int) -> bytes:
        pieces = []
        while length > 0:
            try:
                piece = self._sock.recv(length, socket.MSG_WAITALL)
            except OSError as error:
                raise ChannelClosed(str(error)) from error
            if not piece:
                raise ChannelClosed("end of the channel")
            pieces.append(piece)
            length -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)
