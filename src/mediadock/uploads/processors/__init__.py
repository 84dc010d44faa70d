"""Processors: one per kind, each from a pinned source to stored variants and the facts of the asset's row."""

from __future__ import annotations

from collections.abc import Mapping

from mediadock.core.filetypes import Kind
from mediadock.uploads.processors.document import process_document
from mediadock.uploads.processors.image import process_image
from mediadock.uploads.processors.job import Facts, Job, Processor
from mediadock.uploads.processors.timed import process_timed

PROCESSORS: Mapping[Kind, Processor] = {
    Kind.IMAGE: process_image,
    Kind.VIDEO: process_timed,
    Kind.AUDIO: process_timed,
    Kind.FILE: process_document,
}

__all__ = ["PROCESSORS", "Facts", "Job", "Processor"]
