"""Answer: a hint says that an asset waits; the worker takes the one whose turn it is."""

from __future__ import annotations

from mediadock.uploads.lifecycle import claim_fairest
from mediadock.uploads.services.process import process_claimed


def answer_hint(asset_id: int) -> None:
    """Do the work of one waiting asset of the same kind as ``asset_id``: the fairest, see ``turns``.

    As many hints as assets that wait are work for all of them, in whatever order they come. A hint of an asset that is
    done takes another one that waits; a hint of an asset that is deleted takes none, and the sweeper hints again.
    """
    asset = claim_fairest(asset_id)
    if asset is not None:
        process_claimed(asset)
