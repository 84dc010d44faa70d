"""Films and sounds that are honest work for a few seconds, and what must be true of them in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from urllib.parse import unquote, urlsplit

from media.films import film
from media.sounds import sound, speech
from stack.breakable import BreakableServer
from stack.client import Api
from stack.sending import Upload, send, told
from stack.waiting import eventually


@cache
def slow_film(seconds: float = 8.0) -> bytes:
    """Some seconds of a transcode on an idle machine: it moves all over, and nothing of it can be copied."""
    return film(codec="mpeg4", container="avi", size=(640, 360), seconds=seconds, audio="mp3", filters=_GRAIN)


@cache
def slow_sound(seconds: float = 600.0) -> bytes:
    """Ten minutes of speech: a second or two."""
    return sound("mp3", speech(seconds))


_GRAIN = "noise=alls=20:allf=t"


def send_film(sender: Api, receiver: Api, *, seconds: float = 8.0) -> Upload:
    return send(sender, receiver, slow_film(seconds), name="party.avi", content_type="video/x-msvideo")


def send_sound(sender: Api, receiver: Api) -> Upload:
    return send(sender, receiver, slow_sound(), name="talk.mp3", content_type="audio/mpeg")


def assert_all_published_once(server: BreakableServer, uploads: Sequence[Upload], *watchers: Api) -> None:
    """Each is ready and was told so once; the store holds exactly what each shows, and nothing in quarantine."""
    for upload in uploads:
        asset = upload.asset()
        assert asset["state"] == "ready", asset
    for watcher in watchers:
        stages = told(watcher)
        done = {upload.asset_id: Counter(stages[upload.asset_id])[("done", "done")] for upload in uploads}
        assert set(done.values()) == {1}, done
    server.manage("sweep", "--orphans", "--delete", ORPHAN_GRACE="0")
    for upload in uploads:
        eventually(lambda: keys_stored(server, upload) == keys_shown(server, upload), within_s=30.0)  # noqa: B023
    quarantined = {upload.object_key for upload in uploads}
    eventually(lambda: not quarantined & set(server.keys("incoming/")), within_s=30.0)


def keys_stored(server: BreakableServer, upload: Upload) -> set[str]:
    """What the store holds of one asset."""
    return {*server.keys(f"media/{upload.asset_id}/"), *server.keys(f"originals/{upload.asset_id}/")}


def keys_shown(server: BreakableServer, upload: Upload) -> set[str]:
    """What its owner is given addresses of."""
    bucket = server.embedded.environment["MEDIADOCK_S3_BUCKET"]
    addresses = [variant["url"] for variant in upload.asset()["variants"].values()]
    return {unquote(urlsplit(address).path).removeprefix(f"/{bucket}/") for address in addresses}
