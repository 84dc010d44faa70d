"""Who is logged in on this machine stays so, whatever other commands do meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediadock.cli.credentials import Credentials, credentials_file, load_credentials, open_client, save_credentials
from unit.client.small_server import SmallServer


@pytest.fixture
def alice(small: SmallServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Credentials:
    """Logged in, with an access token that has run out."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    small.add(100, {"file_name": "a", "file_size": 1, "content_type": "text/plain"})
    alice = Credentials(small.address, "alice", 1, "old", "refresh")
    save_credentials(alice)
    return alice


def test_a_renewed_token_is_kept_for_the_next_command(alice: Credentials):
    client, _ = open_client()
    with client:
        client.status(1)
    now = load_credentials()
    assert now is not None
    assert (now.username, now.access) == ("alice", "renewed")


@pytest.mark.parametrize("other", [{"username": "bob", "user_id": 2}, {"server": "http://127.0.0.1:9"}])
def test_a_command_that_goes_on_does_not_take_the_place_of_a_later_login(alice: Credentials, other):
    client, _ = open_client()
    later = Credentials(**{**vars(alice), "access": "theirs", "refresh": "theirs", **other})
    save_credentials(later)
    with client:
        client.status(1)
    assert load_credentials() == later


def test_a_command_that_goes_on_does_not_log_in_again_who_has_removed_the_tokens(alice: Credentials):
    client, _ = open_client()
    credentials_file().unlink()
    with client:
        client.status(1)
    assert load_credentials() is None
