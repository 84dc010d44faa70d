"""Files wait for servers that are of no use just now, and waiting for a worker does not count as that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from mediadock.core.states import State
from mediadock.storage.calls import CallLimits
from mediadock.storage.config import StoreConfig
from mediadock.storage.s3 import ObjectStore
from mediadock.uploads.conf import conf
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services import process, verify
from mediadock.uploads.services.process import process_asset
from mediadock.uploads.services.sweep import sweep
from stack.client import Api
from stack.uploads import complete, state_of, uploaded_photo

ROUNDS = 25  # more than a worker gives a file back


def workers_have(config: StoreConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers alone, and they do not ask for long."""
    store = ObjectStore(config, limits=CallLimits(attempts=1))
    monkeypatch.setattr(verify, "object_store", lambda: store)
    monkeypatch.setattr(process, "object_store", lambda: store)


@pytest.fixture
def the_store_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens at port 9."""
    workers_have(replace(conf().store, endpoint_url="http://127.0.0.1:9"), monkeypatch)


def test_keys_that_the_store_does_not_take_cost_no_attempt(alice: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    grant = uploaded_photo(alice)
    assert complete(alice, grant).status == 202
    with monkeypatch.context() as rotated:
        workers_have(replace(conf().store, secret_key="of-yesterday"), rotated)
        process_asset(grant["asset_id"])
    asset = MediaAsset.objects.get(pk=grant["asset_id"])
    assert (asset.state, asset.attempt) == (State.UPLOADED, 0)
    process_asset(grant["asset_id"])
    assert state_of(alice, grant["asset_id"]) == "rejected"  # its bytes are no picture: they have been read


def test_hints_while_no_worker_came_are_no_failures_of_the_store(alice: Api, the_store_is_away: None) -> None:
    grant = uploaded_photo(alice)
    assert complete(alice, grant).status == 202
    others = MediaAsset.objects.filter(state__in=(State.PENDING, State.UPLOADED, State.PROCESSING))
    others.exclude(pk=grant["asset_id"]).delete()
    waiting = MediaAsset.objects.filter(pk=grant["asset_id"])
    for _ in range(ROUNDS):
        waiting.update(hinted_at=Now() - timedelta(hours=1), updated_at=Now() - timedelta(hours=1))
        assert sweep().hinted == 1
    process_asset(grant["asset_id"])
    assert state_of(alice, grant["asset_id"]) == "uploaded"
    assert alice.get(f"/assets/{grant['asset_id']}/").json()["error"] is None


def test_what_waits_when_the_number_of_attempts_is_lowered_has_one_more(alice: Api) -> None:
    grant = uploaded_photo(alice)
    assert complete(alice, grant).status == 202
    MediaAsset.objects.filter(pk=grant["asset_id"]).update(attempt=conf().max_attempts)
    process_asset(grant["asset_id"])
    assert state_of(alice, grant["asset_id"]) == "rejected"  # its bytes are no picture: they have been read
