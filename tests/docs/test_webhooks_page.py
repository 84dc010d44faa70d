"""docs/howto/webhooks.md: its receiver is told, and takes it for genuine."""

from __future__ import annotations

import json
import re
from pathlib import Path

from docs.host_project import write_files
from docs.pages import blocks, page
from docs.shell import run_session
from mediadock.local.ports import free_port
from stack.server import RunningServer

HOWTO = page("howto/webhooks.md")


def test_the_receiver_of_the_page_is_told_what_is_genuine(running_server: RunningServer, folder: Path) -> None:
    write_files(blocks(HOWTO), folder=folder)
    env = {**running_server.environment, "MEDIADOCK_WEB_FOLDER": "none"}
    try:
        printed = run_session(blocks(HOWTO), folder=folder, server="", env=env, replace={"8020": str(free_port())})
        assert "webhook.test" in printed[-1].text
        assert len(re.findall(r"delivered after \d+ \(204 after", printed[-1].text)) == 2, "waited for, and in the log"
    finally:
        for endpoint in json.loads(running_server.manage("webhooks", "list", "--json")):
            running_server.manage("webhooks", "remove", str(endpoint["id"]))
