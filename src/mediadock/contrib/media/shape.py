"""The parts of an upload in the media service's spelling."""

from __future__ import annotations

from typing import Any

from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.parts import PartsReport


def media_parts_out(asset: MediaAsset, report: PartsReport) -> dict[str, Any]:
    """What the store has and what is missing."""
    return {
        "uploadId": asset.upload_id,
        "partSize": asset.part_size_bytes,
        "totalParts": asset.num_parts,
        "parts": [
            {"partNumber": part.number, "etag": f'"{part.etag}"', "size": part.size_bytes} for part in report.stored
        ],
        "missing": list(report.missing),
    }
