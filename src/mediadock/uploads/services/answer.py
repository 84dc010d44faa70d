"""Answer: a hint says that something waits in a queue; the worker takes the asset whose turn it is."""

from __future__ import annotations

from mediadock.core.filetypes import Kind
from mediadock.uploads.lifecycle import claim_fairest
from mediadock.uploads.services.process import process_claimed


def answer_hint(kind: Kind) -> None:
    """Do the work of one waiting asset of this kind: the fairest, see ``turns``.

    As many hints as assets that wait are work for all of them, in whatever order they come; a hint too many is none.
    """
    asset = claim_fairest(kind)
    if asset is not None:
        process_claimed(asset)
