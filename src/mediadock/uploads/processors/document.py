"""Documents: a PDF's first page as pictures, and its pages counted. The file itself is delivered as it was sent."""

from __future__ import annotations

from mediadock.processing.document.model import PDF, DocumentSpec
from mediadock.processing.document.render import render_document
from mediadock.uploads.processors.job import Facts, Job


def process_document(job: Job) -> Facts:
    """Make the pictures of the profile's document preset; nothing of what is no PDF. Errors as ``render_document``."""
    if job.content_type != PDF:
        return {}
    preset = job.profile.document
    spec = DocumentSpec(sizes=preset.sizes, square=preset.square)
    facts = render_document(job.source, spec, emit=job.publisher.put_picture)
    return {"pages": facts.pages, "placeholder": facts.placeholder}
