"""What an operator can do to assets: a list of verbs, each done by a service of the engine and by nothing else."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from mediadock.core.errors import MediadockError, Unavailable
from mediadock.core.states import CAN_RETRY, State
from mediadock.uploads.connections import DATABASE_AWAY
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.delete import delete_asset
from mediadock.uploads.services.expire import expire_upload
from mediadock.uploads.services.retry import retry_asset

MOST_AT_ONCE = 500

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Verb:
    """One thing to do. ``permission`` is the model's; ``do`` gives the outcome as the end of a sentence.

    ``states`` are those from which it is offered; whether it is possible, the service decides.
    """

    name: str
    label: str
    question: str
    permission: str
    states: frozenset[State]
    do: Callable[[MediaAsset], str]
    is_grave: bool = False


@dataclass
class Outcomes:
    """How many assets came to what, and what was refused, in words."""

    done: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)


def carry_out(verb: Verb, assets: Iterable[MediaAsset], *, note: Callable[[MediaAsset, str], None]) -> Outcomes:
    """Do it to each, and ``note`` what was done. A store that is away ends it, since each further try takes seconds.

    One whose hook breaks, or whose profile is gone, holds up no other, and what became of the others is told.
    """
    outcomes = Outcomes()
    for asset in assets:
        try:
            outcome = verb.do(asset)
        except MediadockError as error:
            outcomes.refused.append(f"Asset {asset.pk}, {asset.file_name}: {error.detail}")
            if isinstance(error, Unavailable):
                break
            continue
        except DATABASE_AWAY:
            raise
        except Exception:  # noqa: BLE001 - a mistake of the host's, or of ours, about this one
            _log.exception("asset %s: %s broke in the admin", asset.pk, verb.name)
            outcomes.refused.append(f"Asset {asset.pk}, {asset.file_name}: Something broke; the log tells what.")
            continue
        note(asset, outcome)
        outcomes.done[outcome] += 1
    return outcomes


def _retry(asset: MediaAsset) -> str:
    retry_asset(asset)
    return "queued again"


def _delete(asset: MediaAsset) -> str:
    delete_asset(asset)
    return "deleted"


def _expire(asset: MediaAsset) -> str:
    whole = expire_upload(asset).state != State.EXPIRED
    return "whole in the store, and so processed instead of expired" if whole else "expired"


VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "retry",
            "Try again",
            "Its attempts are counted afresh, and it goes to the end of its owner's queue.",
            "change",
            CAN_RETRY,
            _retry,
        ),
        Verb(
            "expire",
            "Expire",
            "The unfinished upload ends now, as if its time were over. One that is whole in the store is processed.",
            "change",
            frozenset({State.PENDING}),
            _expire,
        ),
        Verb(
            "delete",
            "Delete",
            "The file and all that was made of it go, for everybody who can see it. This cannot be undone.",
            "delete",
            frozenset(State),
            _delete,
            is_grave=True,
        ),
    )
}
