"""Unfinished uploads and the public limits, as the wire has them."""

from __future__ import annotations

from typing import Any

from mediadock.core.filetypes import content_types_of, find_type
from mediadock.core.profiles import Profile
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.snapshot import message_id_of


def unfinished_out(asset: MediaAsset) -> dict[str, Any]:
    """One line of the list of unfinished uploads."""
    return {
        "asset_id": asset.pk,
        "message_id": message_id_of(asset),
        "profile": asset.profile,
        "mode": "direct" if asset.num_parts is None else "multipart",
        "object_key": asset.object_key,
        "upload_id": asset.upload_id,
        "part_size": asset.part_size_bytes,
        "num_parts": asset.num_parts,
        "file_name": asset.file_name,
        "size": asset.size_bytes,
        "content_type": asset.declared_type,
        "created_at": asset.created_at.isoformat(),
        "expires_at": asset.expires_at.isoformat(),
    }


def limits_out(profile: Profile) -> dict[str, Any]:
    """A profile's limits, for clients that check before they ask."""
    return {
        "kinds": sorted(profile.kinds),
        "types": sorted(name for name in content_types_of(profile.kinds) if _is_taken(profile, name)),
        "max_size": {kind.value: limit for kind, limit in profile.max_bytes.items()},
        "max_files": profile.max_files,
        "direct_up_to": profile.direct_up_to_bytes,
    }


def _is_taken(profile: Profile, content_type: str) -> bool:
    file_type = find_type(content_type)
    return file_type is not None and profile.accepts(file_type)
