"""An upload may be named in three ways; none leads to what is somebody else's (specification 5.1 and 11)."""

from __future__ import annotations

from typing import Any

import pytest

from stack.client import Api
from stack.problems import fields_of, refused
from stack.uploads import FILM_BYTES, complete, film, prepare, stages, state_of, uploaded_film, uploaded_photo


def assert_untouched(owner: Api, grant: Any) -> None:
    """The upload is pending as before, and completes."""
    assert state_of(owner, grant["asset_id"]) == "pending"
    assert stages(owner) == ["uploading"]
    assert complete(owner, grant).status == 202


def test_nobody_completes_the_upload_of_somebody_else(alice: Api, mallory: Api) -> None:
    grant, parts = uploaded_film(alice)
    for name in ("object_key", "upload_id", "asset_id"):
        refused(mallory.post("/chats/upload/complete/", **{name: grant[name]}, parts=parts), 404)
    own = prepare(mallory, film(FILM_BYTES))
    refused(complete(mallory, own, upload_id=grant["upload_id"]), 404)
    assert stages(mallory) == ["uploading"]
    assert_untouched(alice, grant)


@pytest.mark.parametrize(
    ("names", "status"),
    [
        ({"upload_id": "nonsense"}, 404),
        ({"upload_id": ""}, 404),
        ({"upload_id": "\0"}, 422),
        ({"asset_id": 2**63 - 1}, 404),
        ({"asset_id": 2**63}, 404),
        ({"asset_id": -1}, 404),
        ({"asset_id": 0}, 404),
        ({"object_key": "incoming/chat/user_1/1/../x"}, 404),
        ({"object_key": ""}, 404),
    ],
)
def test_a_name_that_is_nobodys_is_not_found(alice: Api, names: dict[str, Any], status: int) -> None:
    grant, _ = uploaded_film(alice)
    refused(alice.post("/chats/upload/complete/", **{"object_key": grant["object_key"], **names}), status)
    refused(alice.post("/chats/upload/complete/", **names), status)
    assert_untouched(alice, grant)


def test_names_of_two_uploads_disagree_and_no_name_is_no_call(alice: Api) -> None:
    one, other = uploaded_film(alice)[0], uploaded_photo(alice)
    refused(complete(alice, one, asset_id=other["asset_id"]), 422, "upload_names_disagree")
    refused(complete(alice, other, upload_id=one["upload_id"]), 422, "upload_names_disagree")
    refused(alice.send("POST", "/chats/upload/complete/", json={}), 422, "upload_unnamed")
    assert stages(alice) == ["uploading", "uploading"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"object_key": 7}, "object_key"),
        ({"object_key": None, "upload_id": 7}, "upload_id"),
        ({"asset_id": "7"}, "asset_id"),
        ({"asset_id": 7, "colour": "red"}, "colour"),
        ({"asset_id": 7, "parts": {}}, "parts"),
        ({"asset_id": 7, "parts": [7]}, "parts.0"),
        ({"asset_id": 7, "parts": [{"PartNumber": "1", "ETag": "x"}]}, "parts.0.PartNumber"),
        ({"asset_id": 7, "parts": [{"PartNumber": 1}]}, "parts.0.ETag"),
        ({"asset_id": 7, "parts": [{"PartNumber": 1, "ETag": None}]}, "parts.0.ETag"),
        ({"asset_id": 7, "parts": [{"PartNumber": 1, "ETag": "x", "Size": 1}]}, "parts.0.Size"),
        ({"asset_id": 7, "parts": [{"part_number": 1, "etag": "x"}]}, "parts.0.PartNumber"),
    ],
)
@pytest.mark.parametrize("path", ["/chats/upload/complete/", "/files/upload/complete/"])
def test_a_call_of_another_shape_is_refused_by_its_field(alice: Api, path: str, body: Any, field: str) -> None:
    assert fields_of(refused(alice.send("POST", path, json=body), 422))[0] == field


@pytest.mark.parametrize("body", [{"asset_id": 7, "parts": []}, {"asset_id": "7"}, {"object_key": []}, {"key": "x"}])
def test_an_abort_of_another_shape_is_refused(alice: Api, body: Any) -> None:
    assert fields_of(refused(alice.send("POST", "/chats/upload/abort/", json=body), 422))
