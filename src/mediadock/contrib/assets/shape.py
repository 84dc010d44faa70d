"""Unfinished uploads and the public limits, as the wire has them."""

from __future__ import annotations

from typing import Any

from mediadock.core import dimensions
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


def dimensions_out() -> dict[str, dict[str, int]]:
    """What pictures, films and sounds may measure; pixels and seconds."""
    return {
        "image": {
            "max_side": dimensions.PICTURE_MAX_SIDE,
            "max_pixels": dimensions.PICTURE_MAX_PIXELS,
            "max_pixels_baseline_jpeg": dimensions.BASELINE_JPEG_MAX_PIXELS,
            "max_pixels_held_whole": dimensions.HELD_WHOLE_MAX_PIXELS,
            "max_pixels_all_frames": dimensions.ALL_FRAMES_MAX_PIXELS,
        },
        "video": {"max_side": dimensions.FILM_MAX_SIDE, "max_duration": dimensions.MAX_DURATION_S},
        "audio": {"max_duration": dimensions.MAX_DURATION_S},
    }


def _is_taken(profile: Profile, content_type: str) -> bool:
    file_type = find_type(content_type)
    return file_type is not None and profile.accepts(file_type)
