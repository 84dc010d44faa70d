"""From ComfyUI to Mediadock: the images of one prompt are announced, then streamed to where the server says.

ComfyUI's own HTTP API: ``GET /history/{prompt_id}`` names the images once all are made, ``GET /view`` gives the bytes
of one. They go through this process in slices and are never held whole.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import quote, urlencode, urlsplit

from mediadock.client.account import Account
from mediadock.client.connections import Connections, WholeHead, readable
from mediadock.client.errors import BadAnswer, ClientError, StoreRefused, Unreachable
from mediadock.client.generated import DEFAULT_TYPE, announce_images, begin_image
from mediadock.client.reading import Fields
from mediadock.client.retry import RetryPolicy, with_retries
from mediadock.client.sessions import DirectSession

_SLICE_BYTES = 1024 * 1024
_TIMEOUT_S = 60.0
_KEPT = "output"
"""The type of images that a workflow saves; ``temp`` are previews of its nodes."""


@dataclass(frozen=True)
class Brought:
    """One image that has arrived."""

    index: int
    media_id: int
    name: str


@dataclass(frozen=True)
class ComfyImage:
    """One image as ComfyUI names it."""

    name: str
    subfolder: str

    @property
    def query(self) -> str:
        """What ``/view`` is asked with."""
        return urlencode({"filename": self.name, "subfolder": self.subfolder, "type": _KEPT})


class ComfyUI:
    """One ComfyUI at ``base_url``; the operator's own, so its address is believed."""

    def __init__(self, base_url: str, *, timeout_s: float = _TIMEOUT_S) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeout_s = timeout_s

    def images_of(self, prompt_id: str) -> list[ComfyImage]:
        """The images that a prompt saved, in the order of its nodes.

        Raises ``ClientError`` (``prompt_unfinished``) while it is not through, ``BadAnswer`` for what is no history.
        """
        history = Fields.parse(self._whole(f"/history/{quote(prompt_id, safe='')}"))
        if prompt_id not in history:
            raise ClientError("prompt_unfinished", "ComfyUI has not finished this prompt, or does not know it.")
        outputs = history.child(prompt_id).child("outputs").raw()
        made = [image for node in outputs.values() for image in Fields.of(node).children("images")]
        return [_image(image) for image in made if image.text("type") == _KEPT]

    def open(self, image: ComfyImage) -> tuple[HTTPConnection, HTTPResponse]:
        """The bytes of one image, still on the wire; whoever asks closes the connection."""
        return self._get(f"/view?{image.query}")

    def _whole(self, path: str) -> bytes:
        connection, response = self._get(path)
        with closing(connection):
            try:
                return response.read()
            except (OSError, HTTPException) as error:
                raise Unreachable("unreachable", f"ComfyUI broke off in the middle of an answer: {error}.") from error

    def _get(self, path: str) -> tuple[HTTPConnection, HTTPResponse]:
        parts = urlsplit(self._base_url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.netloc, timeout=self._timeout_s)
        connection.response_class = WholeHead
        try:
            connection.request("GET", parts.path + path)
            response = connection.getresponse()
        except (OSError, HTTPException) as error:
            connection.close()
            raise Unreachable("unreachable", f"ComfyUI at {parts.netloc} does not answer: {error}.") from error
        if response.status != 200:
            connection.close()
            raise BadAnswer("bad_answer", f"ComfyUI answered {response.status} where 200 was due.")
        return connection, response


def bring_images(
    comfy: ComfyUI,
    prompt_id: str,
    *,
    generation_id: str | None = None,
    account: Account,
    connections: Connections,
    policy: RetryPolicy,
) -> list[Brought]:
    """Announce and send every image of a prompt; ``generation_id`` is the prompt's id unless said otherwise.

    Called again after a failure it sends what is missing. Raises ``ClientError`` where ComfyUI, the server or the store
    will not.
    """
    images = comfy.images_of(prompt_id)
    generation = generation_id or re.sub(r"[^A-Za-z0-9_-]", "-", prompt_id)[:64]
    known = announce_images(account, generation, count=len(images), content_type=DEFAULT_TYPE)
    return [
        with_retries(
            partial(_brought, comfy, images[index], index, image.media_id, generation, account, connections),
            policy=policy,
        )
        for index, image in known.items()
        if index < len(images) and not image.has_arrived
    ]


def _brought(
    comfy: ComfyUI,
    image: ComfyImage,
    index: int,
    media_id: int,
    generation_id: str,
    account: Account,
    connections: Connections,
) -> Brought:
    connection, response = comfy.open(image)
    with closing(connection):
        size = response.getheader("Content-Length")
        content_type = response.getheader("Content-Type", DEFAULT_TYPE)
        if size is None or not size.isdecimal():
            raise BadAnswer("bad_answer", f"ComfyUI does not say how long {image.name} is.")
        session = begin_image(account, generation_id, index, size_bytes=int(size), content_type=content_type)
        if session is None:
            return Brought(index, media_id, image.name)
        if not isinstance(session, DirectSession):
            raise BadAnswer("bad_answer", "The server wants an image in parts, which cannot be streamed to it.")
        _put(connections, session, _Relayed(response, int(size)))
    account.post(f"/media/{session.asset_id}/complete")
    return Brought(index, session.asset_id, image.name)


def _put(connections: Connections, session: DirectSession, body: _Relayed) -> None:
    answer = connections.send("PUT", session.put_url, headers=session.headers, body=body)
    if not 200 <= answer.status < 300 and answer.status != 412:  # 412: it is there, an earlier answer was lost
        raise StoreRefused(f"http_{answer.status}", "The store refused the image.", status=answer.status)


@dataclass(frozen=True)
class _Relayed:
    """A body for ``Connections.send`` that is another server's answer."""

    response: HTTPResponse
    size_bytes: int

    def send_to(self, sock: socket.socket) -> bool:
        """True when all went out; False when the store answered first."""
        left = self.size_bytes
        while left > 0:
            if not isinstance(sock, ssl.SSLSocket) and readable(sock):
                return False
            piece = self.response.read(min(_SLICE_BYTES, left))
            if not piece:
                raise Unreachable("unreachable", "ComfyUI broke off in the middle of an image.")
            sock.sendall(piece)
            left -= len(piece)
        return True


def _image(fields: Fields) -> ComfyImage:
    name: Mapping[str, object] = fields.raw()
    return ComfyImage(fields.text("filename"), str(name.get("subfolder") or ""))
