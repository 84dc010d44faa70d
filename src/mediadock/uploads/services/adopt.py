"""Adopt: take an object that a surface awaits, though nobody asked us for an address to put it to.

A machine with keys of its own for the store puts what was announced under the key that the profile's layout gives.
Its size is known from the store alone; the workers hold it to the profile's limit, as they do with every file.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded

from mediadock.core.errors import Conflict, NotFound, TooLarge, TooMany
from mediadock.core.filetypes import find_type
from mediadock.core.keys import is_laid_out, layout_prefix
from mediadock.core.profiles import Expected, Profile, registered
from mediadock.core.states import State
from mediadock.storage.errors import ObjectMissing, StoreUnavailable
from mediadock.storage.shapes import ObjectSummary
from mediadock.uploads import listings
from mediadock.uploads.conf import conf
from mediadock.uploads.connections import DATABASE_AWAY
from mediadock.uploads.crashpoints import committing
from mediadock.uploads.links import ExistingLink
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.recording import record_prepared
from mediadock.uploads.services.complete import complete_upload
from mediadock.uploads.store import object_store

_PAGE = 200
"""Objects of one profile that a round looks at, in one call of the store; the next round goes on behind them."""
NOT_OF_ONE_ALONE = (*DATABASE_AWAY, SoftTimeLimitExceeded)
"""What ends a round of the sweeper; anything else that breaks, breaks with one asset and holds up no other."""
_log = logging.getLogger(__name__)


def adopt_object(object_key: str) -> MediaAsset | None:
    """The asset made of the object under this key and handed to the workers; ``None`` where none is awaited.

    Of calls at the same moment one adopts. Raises ``TooMany`` and ``TooLarge`` over the owner's limits: the object
    stays and may be adopted when there is room; and what ``complete_upload`` raises.
    """
    profile = _profile_of(object_key)
    if profile is None:
        return None
    try:
        size_bytes = object_store().head(object_key).size_bytes
    except ObjectMissing:
        return None
    return _adopted(profile, object_key, size_bytes)


def adopt_arrivals() -> int:
    """Adopt what lies where a surface awaits it and no event told us of; what lies there long is for ``tidy``.

    Of each profile that awaits something, a page: however much lies there, a round costs the same.
    """
    since = datetime.now(UTC) - timedelta(seconds=conf().orphan_grace_s)
    prefixes = [layout_prefix(profile.key_layout) for profile in registered().values() if profile.expects]
    adopted = 0
    try:
        for prefix in prefixes:
            adopted += _adopt_page(prefix, since)
    except StoreUnavailable as error:
        _log.warning("nothing is adopted while the store is away: %s", error)
    return adopted


def _adopt_page(prefix: str, since: datetime) -> int:
    page = object_store().list_page(prefix, after=listings.reached(prefix), limit=_PAGE)
    lying = [found for found in page.objects if found.last_modified > since]
    known = set(
        MediaAsset.objects.filter(object_key__in=[found.key for found in lying]).values_list("object_key", flat=True)
    )
    adopted = sum(_was_adopted(found) for found in lying if found.key not in known)
    listings.note(prefix, page.objects[-1].key if page.objects and page.goes_on else "")
    return adopted


def _was_adopted(found: ObjectSummary) -> bool:
    profile = _profile_of(found.key)
    try:
        return profile is not None and _adopted(profile, found.key, found.size_bytes) is not None
    except (Conflict, NotFound):
        return False  # settled meanwhile
    except (TooMany, TooLarge) as refusal:
        _log.info("%s has come, and is not taken yet: %s", found.key, refusal)
        return False
    except StoreUnavailable as error:
        if error.transient:
            raise
        _log.warning("%s has come, and cannot be taken: %s", found.key, error)
        return False  # one that the store refuses holds up no other
    except NOT_OF_ONE_ALONE:
        raise
    except Exception as error:  # noqa: BLE001 - a mistake of the host's, or of ours, about this one
        _log.error("%s has come, and cannot be taken", found.key, exc_info=error)
        return False


def _adopted(profile: Profile, object_key: str, size_bytes: int) -> MediaAsset | None:
    if size_bytes == 0:
        return None  # no picture; one may still come
    asset = _recorded(profile, object_key, size_bytes)
    return None if asset is None else complete_upload(asset)


def _profile_of(object_key: str) -> Profile | None:
    awaiting = (profile for profile in registered().values() if profile.expects)
    return next((profile for profile in awaiting if is_laid_out(object_key, profile.key_layout)), None)


def _recorded(profile: Profile, object_key: str, size_bytes: int) -> MediaAsset | None:
    with committing("adopted"):
        expected = profile.expects(object_key) if profile.expects else None
        if expected is None:
            return None
        asset = _asset(profile, expected, object_key, size_bytes)
        record_prepared(
            [asset],
            owner_id=expected.owner_id,
            profile=profile,
            audience=[expected.owner_id],
            link=ExistingLink(expected.link_kind, expected.link_id),
        )
    return asset


def _asset(profile: Profile, expected: Expected, object_key: str, size_bytes: int) -> MediaAsset:
    file_type = find_type(expected.content_type)
    assert file_type is not None, f"{profile.name} awaits a type that nobody knows: {expected.content_type}"
    return MediaAsset(
        id=expected.asset_id,
        owner_id=expected.owner_id,
        profile=profile.name,
        kind=file_type.kind.value,
        link_kind=expected.link_kind,
        link_id=expected.link_id,
        file_name=expected.file_name,
        declared_type=file_type.content_type,
        size_bytes=size_bytes,
        object_key=object_key,
        state=State.PENDING.value,
    )
