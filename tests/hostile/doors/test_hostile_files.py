"""Hostile media through the whole running system: every one told of, none of it published, the workers unharmed."""

from __future__ import annotations

import pytest

from media.hostile import CLASSES, Hostile
from mediadock.storage.errors import ObjectMissing
from stack.client import Api
from stack.sending import Upload, send
from stack.server import RunningServer
from stack.waiting import eventually

WITHIN_S = 180.0  # all of a share are sent at once, and the last waits for the others
SHARE = 6


def files_of(share: int) -> list[Hostile]:
    """One file of every sixth class, each of another seed, small enough for one PUT."""
    return [make(number) for number, make in enumerate(CLASSES.values()) if number % SHARE == share]


def in_published(server: RunningServer, upload: Upload, marker: bytes) -> list[str]:
    """Keys of what the worker published of this upload that hold the marker."""
    keys = server.keys(f"media/{upload.asset_id}/")
    return [key for key in keys if marker in whole(server, key)]


def whole(server: RunningServer, key: str) -> bytes:
    """The bytes of one object; none of one that the worker removes meanwhile, as it does after a failure."""
    try:
        head = server.store.head(key)
        return server.store.read_range(key, etag=head.etag, start=0, end=head.size_bytes)
    except ObjectMissing:
        return b""


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARE))
def test_every_hostile_file_is_told_of_and_nothing_of_it_is_published(
    share: int, running_server: RunningServer, sender: Api, receiver: Api
) -> None:
    files = files_of(share)
    uploads = [send(sender, receiver, file.body, name=file.file_name, content_type=file.content_type) for file in files]
    for file, upload in zip(files, uploads, strict=True):
        asset = upload.settled(within_s=WITHIN_S)
        assert asset["state"] in ("ready", "rejected", "failed"), (file.name, asset)
        assert in_published(running_server, upload, file.marker) == [], file.name
        if asset["state"] == "ready":
            assert asset["error"] is None
            continue
        assert asset["error"]["reason"].endswith("."), (file.name, asset)
        assert (asset["variants"], asset["url"]) == ({}, None), (file.name, asset)
        if asset["state"] == "rejected":
            assert asset["error"]["retryable"] is False
            eventually(lambda upload=upload: upload.object_key not in running_server.keys("incoming/"))
