"""A client vanishes after its PUT and the store's event is lost, too: the sweeper finds what is whole in the store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from e2e.services import as_service
from faults.pictures import quick_jpeg
from stack.begun import SURFACES, of_a_post
from stack.breakable import BreakableServer
from stack.client import Api, call
from stack.waiting import eventually

PARTS_FROM = 5 * 1024 * 1024


@pytest.fixture(scope="module", autouse=True)
def events_are_lost(server: BreakableServer) -> Iterator[None]:
    """The web process refuses every event, and gives an upload a second."""
    server.stop("web")
    server.start("web", PENDING_TTL="1", STORAGE_EVENTS_SECRET="not-what-the-store-has")
    yield
    server.stop("web")
    server.start("web")


def test_every_surface_gets_what_is_whole_in_the_store(server: BreakableServer, sender: Api) -> None:
    picture = quick_jpeg()
    large = picture + bytes(PARTS_FROM + 1 - len(picture))  # bytes behind a picture are never published
    service = as_service(server, sender)
    uploads = [(begin(sender, service, len(picture)), picture) for begin in SURFACES.values()]
    uploads.append((of_a_post(sender, service, len(large)), large))
    assert len(uploads[-1][0].parts) == 2
    for upload, body in uploads:
        upload.put(body)
    lost_part = of_a_post(sender, service, len(large))
    assert call("PUT", lost_part.parts[0], body=large[: lost_part.part_size]).status == 200
    by_itself = service.post("/generated/gen-2/images", count=1, contentType="image/jpeg").json()["images"][0]
    key = f"incoming/generated/gen-2/{by_itself['imageId']}_0.jpg"
    server.store.put(key, picture, content_type="image/jpeg", size_bytes=len(picture))
    assert {upload.status for upload, _ in uploads} == {"PENDING"}, "nobody has told of anything"

    def swept() -> bool:
        server.manage("sweep")
        return lost_part.status == "EXPIRED" and "PENDING" not in {upload.status for upload, _ in uploads}

    eventually(swept)
    server.start_worker("finisher")
    eventually(lambda: {upload.status for upload, _ in uploads} == {"READY"})
    eventually(lambda: sender.get(f"/media/{by_itself['mediaId']}").json()["status"] == "READY")
