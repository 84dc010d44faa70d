"""The endpoints of generated images, for machines. Each view parses, calls one service, shapes the answer."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from mediadock.api.idempotency import idempotent
from mediadock.api.pagination import DEFAULT_LIMIT
from mediadock.api.responses import json_response
from mediadock.api.schemas import REFUSALS
from mediadock.api.sessions import DECLARED_FIELDS, SessionOut, fields_called, session_out
from mediadock.auth.http import bearer, principal_of
from mediadock.contrib.generated.images import announce_images, generations_of, grant_image, images_of, refs_out
from mediadock.contrib.generated.schemas import (
    GENERATION_ID,
    GeneratedBytesIn,
    GeneratedImagesOut,
    GenerationIn,
    GenerationList,
    GenerationOut,
)
from mediadock.core.errors import Forbidden

router = Router(auth=bearer, tags=["generated images"])

GenerationId = Annotated[str, Path(pattern=GENERATION_ID)]


@router.post("/generated/{generation_id}/images", response={201: GenerationOut, **REFUSALS})
@idempotent
def announce(request: HttpRequest, generation_id: GenerationId, body: GenerationIn) -> HttpResponse:
    """Announce the images of a generation; services alone may."""
    images = announce_images(
        owner_id=_service(request),
        generation_id=generation_id,
        count=body.count,
        content_type=body.contentType,
        prompt=body.prompt,
        model=body.model,
    )
    return json_response(201, {"images": refs_out(images)})


@router.get("/generated", response={200: GenerationList, **REFUSALS})
def list_generations(request: HttpRequest, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> HttpResponse:
    """The caller's generations with their images, newest first."""
    items, following = generations_of(principal_of(request).user_id, cursor=cursor, limit=limit)
    return json_response(200, {"items": items, "next": following})


@router.get("/generated/{generation_id}/images", response={200: GeneratedImagesOut, **REFUSALS})
def list_images(request: HttpRequest, generation_id: GenerationId) -> HttpResponse:
    """The images of a generation and what became of them."""
    return json_response(200, {"images": images_of(principal_of(request).user_id, generation_id)})


@router.post("/generated/{generation_id}/images/{index}/upload", response={201: SessionOut, **REFUSALS})
@fields_called(DECLARED_FIELDS)
def upload(request: HttpRequest, generation_id: GenerationId, index: int, body: GeneratedBytesIn) -> HttpResponse:
    """The address for an image's bytes. The store's event starts the work; ``complete`` need not be called."""
    grant = grant_image(
        owner_id=_service(request),
        generation_id=generation_id,
        index=index,
        size_bytes=body.size,
        content_type=body.contentType,
    )
    return json_response(201, session_out(grant))


def _service(request: HttpRequest) -> int:
    principal = principal_of(request)
    if not principal.is_service:
        raise Forbidden("service_only", "Only a service may bring generated images.")
    return principal.user_id
