"""Step 6: an animation stays one in the display version."""

from __future__ import annotations

import pyvips  # type: ignore[import-untyped]

from mediadock.processing.image.decode import WHOLE_OR_NOTHING
from mediadock.processing.image.model import WEBP, ImageSpec, Output
from mediadock.processing.image.opened import Opened
from mediadock.processing.sandbox.channel import MAX_BODY_BYTES


def animated_display(opened: Opened, spec: ImageSpec) -> Output | None:
    """Every frame with its delay as one WebP, frame after frame; None when that cannot be had.

    A later frame is damaged, or the animation is larger than one output may be: a still picture is better than none.
    """
    try:
        frames = opened.intake.thumbnail(
            spec.display, f"{WHOLE_OR_NOTHING},n=-1", height=spec.display, size="down", **_profile(opened)
        )
        body = frames.webpsave_buffer(Q=spec.quality, effort=spec.effort, keep="none")
    except pyvips.Error:
        return None  # the first frame was whole, or we would not be here
    if len(body) > MAX_BODY_BYTES:
        return None
    height = int(frames.get("page-height"))
    return Output(name=str(spec.display), content_type=WEBP, width=frames.width, height=height, body=body)


def _profile(opened: Opened) -> dict[str, str]:
    return {"export_profile": "srgb"} if opened.has_profile else {}
