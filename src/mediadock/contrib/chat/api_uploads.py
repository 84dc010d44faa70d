"""The chat's upload endpoints (specification 5.1 and 5.2). Each view parses, calls one service, shapes the answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from mediadock.api.idempotency import idempotent_upload
from mediadock.api.responses import json_response
from mediadock.api.schemas import REFUSALS, StageOut
from mediadock.auth.http import bearer, principal_of
from mediadock.contrib.chat.messages import new_message_link
from mediadock.contrib.chat.schemas import (
    AlbumIn,
    AlbumOut,
    CompleteIn,
    GrantOut,
    MoreUrlsIn,
    PartsOut,
    PrepareBody,
    UploadName,
)
from mediadock.contrib.chat.shape import grant_out, parts_out
from mediadock.contrib.chat.surface import CHAT
from mediadock.core.policy import Declared
from mediadock.storage.shapes import CompletedPart
from mediadock.uploads.services.abort import abort_upload
from mediadock.uploads.services.complete import complete_upload
from mediadock.uploads.services.find import Locator, find_asset, find_upload
from mediadock.uploads.services.parts import report_parts
from mediadock.uploads.services.prepare import Prepared, prepare_uploads
from mediadock.uploads.services.urls import fresh_urls
from mediadock.uploads.snapshot import message_id_of, stage_out

router = Router(auth=bearer, tags=["chat uploads"])


@router.post("/chats/upload/prepare/", response={201: GrantOut, 200: GrantOut, **REFUSALS})
@idempotent_upload
def prepare(request: HttpRequest, body: Body[PrepareBody]) -> HttpResponse:
    """Begin a message with one file, or ask for further or fresh addresses of an upload that was begun."""
    user_id = principal_of(request).user_id
    if isinstance(body, MoreUrlsIn):
        asset, grant = fresh_urls(
            owner_id=user_id, locator=_locator(body), start=body.start_part, count=body.batch_count
        )
        return json_response(200, {"message_id": message_id_of(asset), **grant_out(grant)})
    prepared = _prepare_message(user_id, body.receiver_id, body.text or "", [body.declared()])
    return json_response(201, {"message_id": prepared.link_id, **grant_out(prepared.grants[0])})


@router.post("/files/upload/", response={201: AlbumOut, **REFUSALS})
@idempotent_upload
def prepare_album(request: HttpRequest, body: AlbumIn) -> HttpResponse:
    """Begin a message with many files: all of them, or nothing."""
    prepared = _prepare_message(
        principal_of(request).user_id,
        body.receiver_id,
        body.text or "",
        [attachment.declared() for attachment in body.attachments],
        fields_prefix="attachments.",
    )
    uploads = [grant_out(grant) for grant in prepared.grants]
    return json_response(201, {"message_id": prepared.link_id, "uploads": uploads})


@router.post("/chats/upload/complete/", response={202: StageOut, **REFUSALS})
@router.post("/files/upload/complete/", response={202: StageOut, **REFUSALS}, operation_id="complete_album_file")
def complete(request: HttpRequest, body: CompleteIn) -> HttpResponse:
    """Say that the bytes are there; saying it again is the same answer."""
    asset = find_upload(principal_of(request).user_id, _locator(body))
    claimed = None
    if body.parts is not None:
        claimed = [CompletedPart(part.PartNumber, part.ETag) for part in body.parts]
    return json_response(202, stage_out(complete_upload(asset, parts=claimed)))


@router.post("/chats/upload/abort/", response={200: StageOut, **REFUSALS})
def abort(request: HttpRequest, body: UploadName) -> HttpResponse:
    """Give an unfinished upload up."""
    asset = find_upload(principal_of(request).user_id, _locator(body))
    return json_response(200, stage_out(abort_upload(asset)))


@router.get("/chats/upload/{asset_id}/parts/", response={200: PartsOut, **REFUSALS})
def parts(request: HttpRequest, asset_id: int) -> HttpResponse:
    """What the store has of an upload and what is missing."""
    asset = find_asset(principal_of(request).user_id, asset_id)
    return json_response(200, parts_out(asset, report_parts(asset)))


def _prepare_message(
    user_id: int, receiver_id: int, text: str, declared: list[Declared], *, fields_prefix: str = ""
) -> Prepared:
    return prepare_uploads(
        owner_id=user_id,
        profile=CHAT,
        declared=declared,
        audience=[user_id, receiver_id],
        link=new_message_link(receiver_id=receiver_id, text=text),
        fields_prefix=fields_prefix,
    )


def _locator(body: UploadName) -> Locator:
    return Locator(object_key=body.object_key, upload_id=body.upload_id, asset_id=body.asset_id)
