"""What must be true after every fault, whatever it was (the letters of the fault table's oracle)."""

from __future__ import annotations

from collections.abc import Sequence

from stack.breakable import BreakableServer
from stack.client import Api
from stack.sending import STAGES_OF_A_PICTURE, Upload, told
from stack.waiting import eventually


def assert_done_once(uploads: Sequence[Upload], *watchers: Api) -> None:
    """Every picture is ready after one attempt and everybody was told each stage once."""
    for upload in uploads:
        asset = upload.asset()
        assert (asset["state"], asset["attempt"]) == ("ready", 1), asset["error"]
    for watcher in watchers:
        stages = told(watcher)
        for upload in uploads:
            assert stages[upload.asset_id] == STAGES_OF_A_PICTURE


def assert_no_gaps(*watchers: Api) -> None:
    """Each person's events are numbered without a gap."""
    for watcher in watchers:
        document = watcher.get("/events/?after=0&limit=1000").json()
        numbers = [event["seq"] for event in document["items"]]
        assert numbers == list(range(1, document["last_seq"] + 1))


def assert_published_once(server: BreakableServer, uploads: Sequence[Upload]) -> None:
    """The store holds one set of variants of each picture, the kept original, and soon nothing in quarantine."""
    for upload in uploads:
        shown = sorted(f"{name}.webp" for name in upload.asset()["variants"] if name != "original")
        eventually(lambda: sorted(names(server, f"media/{upload.asset_id}/")) == shown, within_s=20.0)  # noqa: B023
        assert len(names(server, f"originals/{upload.asset_id}/")) == 1
    quarantined = {upload.object_key for upload in uploads}
    eventually(lambda: not quarantined & set(server.keys("incoming/")), within_s=20.0)


def names(server: BreakableServer, prefix: str) -> list[str]:
    """The last parts of the keys below ``prefix``."""
    return [key.rsplit("/", 1)[1] for key in server.keys(prefix)]


def assert_ledger_settled(server: BreakableServer, owner: Api, *, used_bytes: int) -> None:
    """Nothing of the owner's is counted as under way, and the bytes are those of what is left."""
    query = "SELECT pending_count, used_bytes FROM mediadock_ledger WHERE owner_id = %s"
    assert server.ask_database(query, owner.user_id) == (0, used_bytes)
