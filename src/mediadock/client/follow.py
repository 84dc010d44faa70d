"""Assets on their way from uploaded to ready, as the events tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from threading import Event as Flag

from mediadock.client import server
from mediadock.client.account import Account
from mediadock.client.events import latest_seq
from mediadock.client.reading import Fields
from mediadock.client.values import EVENTS_PRUNED, Asset, Event
from mediadock.client.watch import watch_events


def follow_assets(account: Account, asset_ids: Sequence[int], *, stop: Flag) -> Iterator[Asset]:
    """Each asset as it is now, then again whenever it changes; ends when all are settled or ``stop`` is set."""
    after = latest_seq(account)  # before the assets are read: what happens in between is told twice, never missed
    known = {asset_id: server.get_asset(account, asset_id) for asset_id in dict.fromkeys(asset_ids)}
    yield from known.values()
    if all(asset.settled for asset in known.values()):
        return
    for event in watch_events(account, after=after, stop=stop):
        for changed in _told_of(event, known, account):
            if changed != known[changed.asset_id]:
                known[changed.asset_id] = changed
                yield changed
        if all(each.settled for each in known.values()):
            return


def _told_of(event: Event, known: Mapping[int, Asset], account: Account) -> list[Asset]:
    """The asset of which this event tells, after it; all of them, read again, where events are missing."""
    if event.type == EVENTS_PRUNED:
        return [server.get_asset(account, asset_id) for asset_id in known]
    asset = known.get(event.integer("asset_id") or 0)
    return [] if asset is None else [apply_event(asset, event)]


def apply_event(asset: Asset, event: Event) -> Asset:
    """The asset after this event. Progress is no fact: it moves the percentage of an asset that is being processed."""
    if event.seq is not None:
        return Asset.read(Fields(event.data))
    if asset.settled:
        return asset
    return replace(asset, stage=event.text("stage") or asset.stage, progress=event.integer("progress"))
