"""docs/clients.md, voice messages: Chromium's own test microphone is recorded, sent and heard of."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from browser.docs.arriving import received
from browser.docs.conftest import Elsewhere
from browser.docs.npm import Project
from docs.pages import blocks
from docs.pages import page as page_named
from stack.server import RunningServer

INDEX = """<!doctype html>
<button id="begin">Record</button> <button id="end" disabled>Send</button> <p role="status"></p>
<script type="module" src="main.ts"></script>
"""
# Speech takes its time: it can be sent as soon as some of it has been recorded.
MAIN = """
import { createClient } from "mediadock";
import { getToken } from "./session";
import { recordVoice } from "./voice";

const client = createClient({ baseUrl: "SERVER", getToken });
const [begin, end] = [...document.querySelectorAll("button")] as [HTMLButtonElement, HTMLButtonElement];
begin.onclick = async () => {
  const { recorder, send } = await recordVoice(client, TO);
  let bytes = 0;
  recorder.addEventListener("dataavailable", ({ data }) => {
    bytes += data.size;
    end.disabled = bytes < 8_000;
  });
  end.onclick = async () => {
    const { assets } = await (await send()).done;
    document.querySelector("p")!.textContent = assets.map(({ stage }) => stage).join();
  };
};
"""


def test_what_was_said_is_ready_at_the_other_person(
    page: Page, elsewhere: Elsewhere, project: Project, running_server: RunningServer
) -> None:
    sender, reader = running_server.api_as_somebody(), running_server.api_as_somebody()
    project.write(blocks(page_named("clients.md")), names=["voice.ts", "session.ts"], server=elsewhere.server)
    (project.folder / "index.html").write_text(INDEX)
    main = MAIN.replace("SERVER", elsewhere.server).replace("TO", str(reader.user_id))
    (project.folder / "main.ts").write_text(main)
    project.check()
    elsewhere.backend.folder = project.build()
    elsewhere.backend.sign_in(page, sender)

    page.goto(elsewhere.backend.url)
    page.get_by_role("button", name="Record").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_have_text("done")

    assert sender.user_id is not None
    asset = received(reader, sender_id=sender.user_id, file_name="voice.webm")
    assert (asset["state"], asset["kind"]) == ("ready", "audio")
    assert asset["duration"] > 0
    assert max(asset["waveform"]) > 0
    assert asset["variants"]["audio"]["content_type"] == "audio/mp4"
