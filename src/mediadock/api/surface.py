"""What a surface is made of: everything that the one file of a kind of upload needs, in one import.

``import mediadock.api.surface as md`` says whose each name is. Its tests need ``mediadock.api.testing``.

A surface declares its profile, registers it, and has a router with thin views; ``surface.py`` of an installed app is
found by itself. ``docs/howto/add-a-profile.md`` builds one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, Protocol

from django.db.models import QuerySet
from django.http import HttpResponse

from mediadock.api.idempotency import idempotent_upload
from mediadock.api.media import MediaList, media_out
from mediadock.api.pagination import DEFAULT_LIMIT, newest_page
from mediadock.api.responses import json_response
from mediadock.api.schemas import REFUSALS
from mediadock.api.sessions import DECLARED_FIELDS, DeclaredFile, SessionOut, fields_called, session_out
from mediadock.auth.http import bearer, principal_of
from mediadock.core.errors import Forbidden, NotFound
from mediadock.core.filetypes import Kind
from mediadock.core.links import LinkKind, register_link
from mediadock.core.parts import GIB, MIB
from mediadock.core.profiles import (
    AudioPreset,
    DocumentPreset,
    ImagePreset,
    LinkedAsset,
    Profile,
    VideoPreset,
    VideoVariant,
    register,
)
from mediadock.core.states import State
from mediadock.uploads.links import ExistingLink, NewLink
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.delete import delete_asset
from mediadock.uploads.services.find import find_linked
from mediadock.uploads.services.prepare import Prepared, prepare_uploads

__all__ = [
    "DEFAULT_LIMIT",
    "GIB",
    "MEDIA_PAGE",
    "MIB",
    "SESSION",
    "AudioPreset",
    "DeclaredFile",
    "DocumentPreset",
    "ExistingLink",
    "Forbidden",
    "ImagePreset",
    "Kind",
    "LinkKind",
    "LinkedAsset",
    "NewLink",
    "NotFound",
    "Prepared",
    "Profile",
    "State",
    "VideoPreset",
    "VideoVariant",
    "bearer",
    "begins_upload",
    "delete_asset",
    "find_linked",
    "media_page",
    "prepare_uploads",
    "principal_of",
    "register",
    "register_link",
]

SESSION: dict[Any, Any] = {201: SessionOut, **REFUSALS}
"""``response`` of a view that ``begins_upload``."""

MEDIA_PAGE: dict[Any, Any] = {200: MediaList, **REFUSALS}
"""``response`` of a view that answers with a ``media_page``."""

P = ParamSpec("P")


class Shape(Protocol):
    """An asset as a surface shows it."""

    def __call__(self, asset: MediaAsset, *, viewer_id: int) -> dict[str, Any]: ...


def begins_upload(view: Callable[P, Prepared]) -> Callable[P, HttpResponse]:
    """A view that takes a ``DeclaredFile`` and gives what was prepared for it; answers 201 with the upload session.

    It is safe to repeat with an ``Idempotency-Key``; what is refused is named as ``DeclaredFile`` spells it. A view
    that writes something of its own does so in the link (``NewLink``) or in a hook of the profile.
    """

    @idempotent_upload
    @fields_called(DECLARED_FIELDS)
    @wraps(view)
    def begun(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return json_response(201, session_out(view(*args, **kwargs).grants[0]))

    # ninja reads the view's parameters here; its annotations are names of the view's module, not of this one
    begun.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
    return begun


def media_page(
    assets: QuerySet[MediaAsset],
    *,
    viewer_id: int,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    shape: Shape = media_out,
) -> HttpResponse:
    """A page of these assets, newest first, with thumbnails and addresses for somebody who may see them."""
    page, following = newest_page(assets, cursor=cursor, limit=limit)
    return json_response(200, {"items": [shape(asset, viewer_id=viewer_id) for asset in page], "next": following})
