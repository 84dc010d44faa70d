"""Images whose bytes a machine puts into the store by itself: found again by their key (specification 5.5)."""

from __future__ import annotations

import re

from mediadock.contrib.generated.models import GeneratedImage
from mediadock.core.keys import INCOMING
from mediadock.core.profiles import Expected

LINK_KIND = "generated"
_KEY = re.compile(
    re.escape(INCOMING) + r"generated/([A-Za-z0-9_-]{1,64})/([1-9][0-9]{0,17})_(0|[1-9][0-9]{0,5})\.([a-z0-9]{1,8})",
    re.ASCII,
)


def expected_image(object_key: str) -> Expected | None:
    """The announced image of ``incoming/generated/{generation}/{imageId}_{index}.{ext}``, if none has come yet.

    The first object under such a key is taken, whatever picture its extension names; the bytes tell in the end.
    """
    named = _KEY.fullmatch(object_key)
    if named is None:
        return None
    generation, image_id, index, extension = named.groups()
    awaited = GeneratedImage.objects.select_for_update().filter(
        pk=int(image_id), generation_id=generation, index=int(index), begun=False
    )
    image = awaited.first()
    if image is None:
        return None
    GeneratedImage.objects.filter(pk=image.pk).update(begun=True)
    return Expected(
        owner_id=image.owner_id,
        asset_id=image.media_id,
        file_name=f"{image_id}_{index}.{extension}",
        content_type=image.content_type,
        link_kind=LINK_KIND,
        link_id=image.pk,
    )
