"""Uploads as a client makes them: declare, put the bytes where the answer says, complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stack.client import Answer, Api, call

MIB = 1024 * 1024
PART = 5 * MIB
FILM_BYTES = 2 * PART + 1000


def photo(**changes: Any) -> dict[str, Any]:
    """The declaration of one small picture, or of what the changes make of it."""
    return {"file_name": "beach.jpg", "file_size": 1000, "content_type": "image/jpeg"} | changes


def film(size_bytes: int = 2 * PART, **changes: Any) -> dict[str, Any]:
    """The declaration of a film that is too large for one PUT."""
    return {"file_name": "party.mp4", "file_size": size_bytes, "content_type": "video/mp4"} | changes


def prepare(api: Api, declared: Mapping[str, Any], *, to: Api | None = None, **fields: Any) -> Any:
    """The grant for one file in a new message, to oneself unless ``to`` somebody."""
    answer = api.post("/chats/upload/prepare/", receiver_id=(to or api).user_id, **declared, **fields)
    assert answer.status == 201, answer.body
    return answer.json()


def prepare_album(api: Api, *declared: Mapping[str, Any], to: Api | None = None, text: str = "") -> Any:
    """The answer to an album that must be granted."""
    answer = api.post("/files/upload/", receiver_id=(to or api).user_id, text=text, attachments=list(declared))
    assert answer.status == 201, answer.body
    return answer.json()


def put_direct(grant: Mapping[str, Any], body: bytes) -> Answer:
    """The PUT of a direct upload, with the headers that the grant names."""
    return call("PUT", grant["put_url"], body=body, headers=grant["headers"])


def put_part(grant: Mapping[str, Any], number: int, body: bytes) -> str:
    """The PUT of one part of the grant's first page; gives the ETag as the store quotes it."""
    item = grant["batch"]["items"][number - grant["batch"]["start"]]
    assert item["part_number"] == number
    answer = call("PUT", item["url"], body=body)
    assert answer.status == 200, answer.body
    return answer.headers["etag"]


def put_all_parts(grant: Mapping[str, Any], size_bytes: int) -> list[dict[str, Any]]:
    """All parts of a small multipart upload, as the complete call lists them."""
    parts = []
    for number in range(1, grant["num_parts"] + 1):
        length = min(grant["part_size"], size_bytes - (number - 1) * grant["part_size"])
        parts.append({"PartNumber": number, "ETag": put_part(grant, number, bytes([number]) * length)})
    return parts


def complete(api: Api, grant: Mapping[str, Any], **fields: Any) -> Answer:
    """The complete call by object key."""
    return api.post("/chats/upload/complete/", object_key=grant["object_key"], **fields)


def uploaded_photo(api: Api, *, to: Api | None = None, **fields: Any) -> Any:
    """The grant of a direct upload whose bytes are in the store."""
    grant = prepare(api, photo(), to=to, **fields)
    assert put_direct(grant, b"\xff" * 1000).status == 200
    return grant


def uploaded_film(api: Api) -> tuple[Any, list[dict[str, Any]]]:
    """The grant and the parts of a film of ``FILM_BYTES`` whose three parts are in the store."""
    grant = prepare(api, film(FILM_BYTES))
    return grant, put_all_parts(grant, FILM_BYTES)


def stages(api: Api) -> list[str]:
    """The stages that the caller was told, in order."""
    return [event["data"]["stage"] for event in api.get("/events/?limit=1000").json()["items"]]


def state_of(api: Api, asset_id: int) -> str:
    """The asset's state as the API tells it."""
    answer = api.get(f"/assets/{asset_id}/")
    assert answer.status == 200, answer.body
    state: str = answer.json()["state"]
    return state


def completed_album(api: Api, count: int, *, to: Api | None = None, text: str = "") -> tuple[int, list[int]]:
    """A message of photos that are all up and completed: its id and its assets' ids."""
    answer = prepare_album(api, *[photo(file_size=10) for _ in range(count)], to=to, text=text)
    for grant in answer["uploads"]:
        assert put_direct(grant, b"\xff" * 10).status == 200
        assert complete(api, grant).status == 202
    return answer["message_id"], [grant["asset_id"] for grant in answer["uploads"]]
