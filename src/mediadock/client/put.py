"""One PUT of a range of a file to a presigned URL, by ``sendfile`` where the connection is plain."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Flag
from typing import BinaryIO

from mediadock.client.connections import Answer, Connections, readable
from mediadock.client.errors import FileProblem, Stopped, StoreRefused

SLICE_BYTES = 1024 * 1024  # how often progress is told and ``stop`` is looked at; larger saves no measurable CPU


@dataclass(frozen=True)
class FileRange:
    """A body for ``Connections.send``: ``size_bytes`` of ``path`` from ``offset``, told to ``on_sent`` as they go."""

    path: Path
    offset: int
    size_bytes: int
    on_sent: Callable[[int], None]
    stop: Flag

    def send_to(self, sock: socket.socket) -> bool:
        """True when all went out; False when the store answered first. ``FileProblem`` when the file is too short."""
        try:
            file = self.path.open("rb", buffering=0)
        except OSError as error:
            raise FileProblem("file_unreadable", f"{self.path} cannot be read: {error.strerror}.") from error
        with file:
            return self._send(sock, file)

    def _send(self, sock: socket.socket, file: BinaryIO) -> bool:
        encrypted = isinstance(sock, ssl.SSLSocket)
        sent = 0
        while sent < self.size_bytes:
            if self.stop.is_set():
                raise Stopped
            if not encrypted and readable(sock):
                return False
            wanted = min(SLICE_BYTES, self.size_bytes - sent)
            offset = self.offset + sent
            went = _send_by_copy(sock, file, offset, wanted) if encrypted else sock.sendfile(file, offset, wanted)
            if went < wanted:
                raise FileProblem("file_changed", f"{self.path.name} became shorter while it was being sent.")
            sent += went
            self.on_sent(went)
        return True


def put_range(connections: Connections, url: str, headers: Mapping[str, str], body: FileRange) -> Answer:
    """The store's 2xx answer. Raises ``StoreRefused`` on any other status, ``Unreachable`` on a network failure."""
    answer = connections.send("PUT", url, headers=headers, body=body)
    if 200 <= answer.status < 300:
        return answer
    code = _xml_text(answer.body, "Code") or f"http_{answer.status}"
    message = _xml_text(answer.body, "Message") or f"HTTP status {answer.status}"
    raise StoreRefused(
        code,
        f"The store refused the upload: {message.rstrip('.')}.",
        status=answer.status,
        retry_after_s=answer.retry_after_s,
    )


def _send_by_copy(sock: socket.socket, file: BinaryIO, offset: int, wanted: int) -> int:
    """``sendfile`` for TLS: the standard library's own reads 8 KiB at a time there."""
    file.seek(offset)
    data = file.read(wanted)
    sock.sendall(data)
    return len(data)


def _xml_text(body: bytes, tag: str) -> str:
    found = re.search(rf"<{tag}>([^<]{{1,300}})</{tag}>", body[:4096].decode("utf-8", "replace"))
    return found.group(1) if found else ""
