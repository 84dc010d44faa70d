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
from mediadock.client.connections import Connections, readable
from mediadock.client.errors import BadAnswer, ClientError, StoreRefused, Unreachable, WrongState
from mediadock.client.reading import Fields
from mediadock.client.retry import RetryPolicy, with_retries

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
            return response.read()

    def _get(self, path: str) -> tuple[HTTPConnection, HTTPResponse]:
        parts = urlsplit(self._base_url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.netloc, timeout=self._timeout_s)
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
    path = f"/generated/{generation_id or re.sub(r'[^A-Za-z0-9_-]', '-', prompt_id)[:64]}/images"
    return [
        with_retries(
            partial(_brought, comfy, images[index], index, media_id, path, account, connections), policy=policy
        )
        for index, media_id in _announced(account, path, len(images)).items()
    ]


def _announced(account: Account, path: str, count: int) -> dict[int, int]:
    """The media ids of the images that have no bytes yet, by index."""
    if count == 0:
        return {}
    try:
        known = account.post(path, {"count": count, "contentType": "image/png"}, creates=True).children("images")
    except WrongState as error:
        if error.code != "generation_exists":
            raise
        known = [image for image in account.get(path).children("images") if image.text("status") != "uploaded"]
    return {image.integer("index"): image.integer("mediaId") for image in known if image.integer("index") < count}


def _brought(
    comfy: ComfyUI,
    image: ComfyImage,
    index: int,
    media_id: int,
    path: str,
    account: Account,
    connections: Connections,
) -> Brought:
    connection, response = comfy.open(image)
    with closing(connection):
        size = response.getheader("Content-Length")
        content_type = response.getheader("Content-Type", "image/png")
        if size is None or not size.isdecimal():
            raise BadAnswer("bad_answer", f"ComfyUI does not say how long {image.name} is.")
        try:
            session = account.post(f"{path}/{index}/upload", {"size": int(size), "contentType": content_type})
        except WrongState as error:
            if error.code != "image_uploaded":
                raise
            return Brought(index, media_id, image.name)
        _put(connections, session, _Relayed(response, int(size)))
    account.post(f"/media/{session.integer('mediaId')}/complete")
    return Brought(index, session.integer("mediaId"), image.name)


def _put(connections: Connections, session: Fields, body: _Relayed) -> None:
    headers = {name: str(value) for name, value in session.child("headers").raw().items()}
    answer = connections.send("PUT", session.text("uploadUrl"), headers=headers, body=body)
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
