"""Images: thumbnails, display version and placeholder."""

from __future__ import annotations

from mediadock.processing.image.model import ImageSpec
from mediadock.processing.image.render import render_image
from mediadock.uploads.processors.job import Facts, Job


def process_image(job: Job) -> Facts:
    """Make the pictures of the profile's image preset. Errors as ``render_image``."""
    preset = job.profile.image
    spec = ImageSpec(
        content_type=job.content_type,
        sizes=preset.sizes,
        square=preset.square,
        all_square=preset.all_square,
        display=preset.display,
        quality=preset.quality,
        effort=preset.effort,
    )
    facts = render_image(job.source, spec, emit=job.publisher.put_picture)
    return {"width": facts.width, "height": facts.height, "placeholder": facts.placeholder}
