"""Grants and uploads in the chat surface's spelling."""

from __future__ import annotations

from typing import Any

from mediadock.uploads.grants import Grant
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.parts import PartsReport


def grant_out(grant: Grant) -> dict[str, Any]:
    """What a client needs to send one file."""
    answer: dict[str, Any] = {
        "asset_id": grant.asset_id,
        "mode": "direct" if grant.plan is None else "multipart",
        "object_key": grant.object_key,
    }
    if grant.plan is None or grant.batch is None:
        answer |= {"put_url": grant.put_url, "headers": grant.headers}
    else:
        items = [{"part_number": n, "url": url} for n, url in enumerate(grant.batch.urls, grant.batch.start)]
        answer |= {
            "upload_id": grant.upload_id,
            "part_size": grant.plan.part_size_bytes,
            "num_parts": grant.plan.num_parts,
            "batch": {"start": grant.batch.start, "count": len(items), "items": items},
        }
    return {**answer, "expires_at": grant.expires_at.isoformat()}


def parts_out(asset: MediaAsset, report: PartsReport) -> dict[str, Any]:
    """What the store has and what is missing."""
    return {
        "upload_id": asset.upload_id,
        "part_size": asset.part_size_bytes,
        "num_parts": asset.num_parts,
        "parts": [
            {"PartNumber": part.number, "ETag": f'"{part.etag}"', "Size": part.size_bytes} for part in report.stored
        ],
        "missing": list(report.missing),
    }
