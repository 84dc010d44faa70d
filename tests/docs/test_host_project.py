"""The quickstart, the how-to and docs/profiles.md: the project that they describe is built and used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docs.host_project import host_environment, write_files
from docs.pages import blocks, page
from docs.shell import run_session
from mediadock.local.ports import free_port
from stack.embedded import Embedded
from stack.server import RunningServer

QUICKSTART, HOWTO, PROFILES = page("quickstart.md"), page("howto/add-a-profile.md"), page("profiles.md")


def test_the_quickstart_ends_with_a_picture_in_both_places(
    stack: Embedded, running_server: RunningServer, folder: Path
) -> None:
    env = host_environment(stack, database="docs_quickstart")
    write_files(blocks(QUICKSTART), folder=folder, server=running_server.url)
    printed = run_session(
        blocks(QUICKSTART), folder=folder, server=running_server.url, env=env, replace={"8010": str(free_port())}
    )
    said = {one.block.text: one.text for one in printed}
    assert "alice (sent): look" in next(text for command, text in said.items() if "mediadock messages" in command)
    assert "dunes.jpg done" in next(text for command, text in said.items() if "send.py" in command)
    assert printed[-1].text.strip() == "ready"


def test_support_tickets_get_attachments_by_one_file_of_the_hosts_own(stack: Embedded, folder: Path) -> None:
    env = host_environment(stack, database="docs_howto")
    write_files([*blocks(QUICKSTART), *blocks(HOWTO)], folder=folder)
    printed = run_session(blocks(HOWTO), folder=folder, server="", env=env, replace={"8010": str(free_port())})
    said = [one.text for one in printed]
    shown = next(text for text in said if "pier.jpg" in text)
    assert shown.startswith("pier.jpg READY ['96', '240', '480', '960', '2048'] http://")
    assert shown.strip().endswith("/240.webp")
    refused = next(text for text in said if "ticket_not_found" in text)
    assert [(problem["status"], problem["code"]) for problem in documents(refused)] == [
        (404, "ticket_not_found"),
        (415, "type_not_allowed"),
    ]
    assert "Ran 4 tests" in said[-1]
    assert "OK" in said[-1]


def documents(text: str) -> list[dict[str, Any]]:
    """JSON documents, one after the other."""
    found, rest = [], text.strip()
    while rest:
        document, end = json.JSONDecoder().raw_decode(rest)
        found.append(document)
        rest = rest[end:].strip()
    return found


def test_a_profile_of_the_hosts_own_passes_its_documented_test(stack: Embedded, folder: Path) -> None:
    env = host_environment(stack, database="docs_profiles")
    write_files([*blocks(QUICKSTART), *blocks(HOWTO), *blocks(PROFILES)], folder=folder)
    printed = run_session(blocks(PROFILES), folder=folder, server="", env=env)
    assert "Ran 1 test" in printed[-1].text
    assert "OK" in printed[-1].text
