"""Names that would be options, pipes, commands or addresses on a command line: they are just names."""

from __future__ import annotations

from media.sounds import sine, sound
from stack.client import Api
from stack.sending import send

NAMES = ("-i.wav", "|cat.wav", "http://127.0.0.1:1/x.wav", "$(id).wav")


def test_a_name_means_nothing_to_the_programs_that_process_its_file(sender: Api, receiver: Api) -> None:
    body = sound("wav 16", sine(0.5))
    uploads = {name: send(sender, receiver, body, name=name, content_type="audio/wav") for name in NAMES}
    for name, upload in uploads.items():
        asset = upload.settled()
        assert asset["state"] == "ready", (name, asset["error"])
        assert asset["file_name"] == name
