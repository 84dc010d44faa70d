"""Generated images: announce them, take their bytes, show what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DataError, IntegrityError

from mediadock.api.media import media_out
from mediadock.api.pagination import newest_page
from mediadock.contrib.generated.arrivals import LINK_KIND
from mediadock.contrib.generated.models import GeneratedImage
from mediadock.contrib.generated.surface import GENERATED
from mediadock.core.errors import Conflict, FieldError, NotFound, TypeRefused, Unauthenticated
from mediadock.core.filetypes import extension_of, find_type
from mediadock.core.policy import Declared
from mediadock.core.states import GONE, VIEWS, State
from mediadock.uploads.crashpoints import committing
from mediadock.uploads.grants import Grant, grant_upload
from mediadock.uploads.links import ExistingLink
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.recording import reserve_ids
from mediadock.uploads.services.delete import delete_asset
from mediadock.uploads.services.prepare import prepare_uploads

_MAY_BE_SENT_ANEW = GONE | {State.FAILED, State.REJECTED}


def announce_images(
    *, owner_id: int, generation_id: str, count: int, content_type: str, prompt: str, model: str
) -> list[GeneratedImage]:
    """Records of the images to come, counted from 0. Raises ``Conflict`` (``generation_exists``) the second time."""
    canonical = _checked_type(content_type)
    try:
        with committing("surface"):
            return GeneratedImage.objects.bulk_create(
                GeneratedImage(
                    owner_id=owner_id,
                    generation_id=generation_id,
                    index=index,
                    media_id=media_id,
                    content_type=canonical,
                    prompt=prompt,
                    model=model,
                )
                for index, media_id in enumerate(reserve_ids(count))
            )
    except (IntegrityError, DataError) as error:  # taken, no such user, or no user can have such an id
        if "mediadock_generated_once" in str(error):
            raise Conflict("generation_exists", "This generation has its images already.") from error
        raise Unauthenticated("user_unknown", "The token's user does not exist any more.") from error


def grant_image(*, owner_id: int, generation_id: str, index: int, size_bytes: int, content_type: str) -> Grant:
    """The address for the bytes of one image, now that it is made.

    Asked for again while nothing has arrived, it is a fresh one; an image that failed or was deleted may be sent anew,
    as another image of the same index. Raises ``NotFound`` (``image_not_found``) and ``Conflict`` (``image_uploaded``,
    ``image_announced``).
    """
    _checked_type(content_type)
    with committing("surface"):
        image = _locked(owner_id, generation_id, index)
        asset = MediaAsset.objects.filter(pk=image.media_id).first()
        if image.begun if asset is None else State(asset.state) in _MAY_BE_SENT_ANEW:
            image, asset = _renewed(image, asset), None
        if asset is not None and asset.state != State.PENDING:
            raise Conflict("image_uploaded", f"Image {index} of this generation has arrived already.")
        if asset is not None and asset.size_bytes == size_bytes:
            return grant_upload(asset)
        if asset is not None:
            raise Conflict("image_announced", f"Image {index} was announced with {asset.size_bytes} bytes.")
        return _prepared(image, size_bytes, content_type)


def images_of(owner_id: int, generation_id: str) -> list[dict[str, Any]]:
    """The images of a generation, by index. Raises ``NotFound`` (``generation_not_found``)."""
    images = list(GeneratedImage.objects.filter(owner_id=owner_id, generation_id=generation_id).order_by("index"))
    if not images:
        raise NotFound("generation_not_found", "There is no such generation of yours.")
    return _all_shown(images)


def generations_of(owner_id: int, *, cursor: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """The owner's generations with their images, newest first."""
    first = GeneratedImage.objects.filter(owner_id=owner_id, index=0)
    page, following = newest_page(first, cursor=cursor, limit=limit)
    names = [image.generation_id for image in page]
    images = list(GeneratedImage.objects.filter(owner_id=owner_id, generation_id__in=names).order_by("index"))
    shown: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for image, document in zip(images, _all_shown(images), strict=True):
        shown[image.generation_id].append(document)
    return [{"generationId": name, "images": shown[name]} for name in names], following


def refs_out(images: Sequence[GeneratedImage]) -> list[dict[str, int]]:
    """Images as they are announced."""
    return [_ref(image) for image in images]


def _locked(owner_id: int, generation_id: str, index: int) -> GeneratedImage:
    possible = 0 <= index < 2**31
    mine = GeneratedImage.objects.select_for_update().filter(owner_id=owner_id, generation_id=generation_id)
    image = mine.filter(index=index).first() if possible else None
    if image is None:
        raise NotFound("image_not_found", "There is no such image of yours.")
    return image


def _renewed(image: GeneratedImage, asset: MediaAsset | None) -> GeneratedImage:
    """Another image in its place: the key holds its id, and what lies under the old key is still to be removed.

    There is no asset any more where it was deleted.
    """
    if asset is not None:
        delete_asset(asset)
    image.delete()
    image.pk, image.media_id = None, reserve_ids(1)[0]
    image.save(force_insert=True)
    return image


def _prepared(image: GeneratedImage, size_bytes: int, content_type: str) -> Grant:
    named = Declared(
        file_name=f"{image.pk}_{image.index}.{extension_of(_checked_type(content_type))}",
        size_bytes=size_bytes,
        content_type=content_type,
    )
    GeneratedImage.objects.filter(pk=image.pk).update(begun=True)
    prepared = prepare_uploads(
        owner_id=image.owner_id,
        profile=GENERATED,
        declared=[named],
        audience=[image.owner_id],
        link=ExistingLink(LINK_KIND, image.pk),
        key_fields={"generation": image.generation_id, "image": image.pk, "index": image.index},
        asset_ids=[image.media_id],
    )
    return prepared.grants[0]


def _checked_type(content_type: str) -> str:
    file_type = find_type(content_type)
    if file_type is None or not GENERATED.accepts(file_type):
        sentence = f"{content_type} is no picture that is accepted here."
        raise TypeRefused(
            "type_not_allowed", sentence, errors=[FieldError("contentType", "type_not_allowed", sentence)]
        )
    return file_type.content_type


def _ref(image: GeneratedImage) -> dict[str, int]:
    return {"imageId": image.pk, "mediaId": image.media_id, "index": image.index}


def _all_shown(images: Sequence[GeneratedImage]) -> list[dict[str, Any]]:
    assets = MediaAsset.objects.in_bulk([image.media_id for image in images])
    return [_shown(image, assets.get(image.media_id)) for image in images]


def _shown(image: GeneratedImage, asset: MediaAsset | None) -> dict[str, Any]:
    return {
        **_ref(image),
        "status": "pending" if asset is None else VIEWS[State(asset.state)].short_status,
        "prompt": image.prompt,
        "model": image.model,
        "createdAt": image.created_at.isoformat(),
        "media": None if asset is None else media_out(asset, viewer_id=image.owner_id),
    }
