"""How long assets spent in each state, out of the numbered events of their owners' streams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mediadock.core.states import State
from mediadock.uploads.admin.readonly import asked

_SPENT = {State.PENDING: "upload", State.UPLOADED: "wait", State.PROCESSING: "work"}
"""What the time in a state is called; in all others nothing is waited for."""
_STATES = frozenset(state.value for state in State)


@dataclass(frozen=True)
class Step:
    """From ``at`` on the asset was in ``state``, for ``lasted`` or, where that is None, to this day."""

    state: str
    at: datetime
    lasted: timedelta | None


def timelines(asset_ids: Sequence[int]) -> dict[int, list[Step]]:
    """The steps of each asset in their order, by one statement. A retried asset has some states several times."""
    moments: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    for asset_id, state, at in asked(_TOLD, list(asset_ids)):
        seen = moments[asset_id]
        if state in _STATES and (not seen or seen[-1][0] != state):
            seen.append((state, at))
    return {asset_id: _steps(seen) for asset_id, seen in moments.items()}


def spent(steps: Iterable[Step], *, now: datetime) -> dict[str, timedelta]:
    """Time for ``upload``, ``wait`` and ``work``, all visits to a state added up, the present one until ``now``."""
    sums: dict[str, timedelta] = {}
    for step in steps:
        if step.state in _SPENT:
            name = _SPENT[State(step.state)]
            lasted = step.lasted if step.lasted is not None else max(now - step.at, timedelta())
            sums[name] = sums.get(name, timedelta()) + lasted
    return sums


def _steps(moments: Sequence[tuple[str, datetime]]) -> list[Step]:
    ends: list[datetime | None] = [at for _, at in moments[1:]]
    return [
        Step(state, at, None if end is None else end - at)
        for (state, at), end in zip(moments, [*ends, None], strict=True)
    ]


_TOLD = """
    SELECT event.asset_id, event.data ->> 'state', event.created_at
      FROM mediadock_event AS event JOIN mediadock_asset AS asset
        ON asset.id = event.asset_id AND asset.owner_id = event.user_id
     WHERE event.asset_id = ANY (%s::bigint[])
     ORDER BY event.asset_id, event.seq
"""
