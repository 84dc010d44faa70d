"""The command line's ways into albums, avatars, posts and generated images, against the whole running server."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest

from integration.client.samples import MIB, Person, make_archive, make_film, make_picture, service_token
from integration.client.terminal import Shell
from mediadock.client import Client
from stack.client import Api, call
from stack.server import RunningServer


@pytest.fixture
def api(running_server: RunningServer, sender: Person) -> Api:
    """The server as the sender sees it without the command line."""
    return Api(running_server.url + "/api/v1", token=sender.token)


@pytest.fixture
def album(client: Client) -> str:
    """The id of an empty album of the sender's."""
    return str(client.create_album("Summer"))


@pytest.fixture
def service(running_server: RunningServer, sender: Person, tmp_path: Path) -> Shell:
    """A machine that nobody has logged in on, with a service's token."""
    token = service_token(running_server, sender.user_id)
    return Shell(tmp_path, {"MEDIADOCK_TOKEN": token, "MEDIADOCK_SERVER": running_server.url})


def test_files_go_into_an_album_and_their_addresses_are_printed(shell: Shell, album: str, api: Api, tmp_path: Path):
    make_picture(tmp_path / "a.jpg"), make_picture(tmp_path / "b.jpg")
    done = shell.run("upload", "--album", album, "a.jpg", "b.jpg", "--sha256")
    assert done.code == 0, done.err
    assert [call("GET", address).status for address in done.out.splitlines()] == [200, 200]
    assert all(f"{name}: ready" in done.err for name in ("a.jpg", "b.jpg"))
    assert len(api.get(f"/albums/{album}/media").json()["items"]) == 2


def test_an_album_is_made_and_filled_by_its_printed_id(shell: Shell, api: Api, tmp_path: Path):
    make_picture(tmp_path / "a.jpg")
    made = shell.run("album", "Winter in Riga")
    assert (made.code, made.err) == (0, "")
    album = made.out.removesuffix("\n")
    assert api.get(f"/albums/{album}").json()["title"] == "Winter in Riga"
    assert shell.run("upload", "--album", album, "a.jpg", "--no-wait").code == 0
    assert [item["fileName"] for item in api.get(f"/albums/{album}/media").json()["items"]] == ["a.jpg"]


def test_ctrl_c_leaves_an_album_that_the_same_command_continues(shell: Shell, album: str, api: Api, tmp_path: Path):
    make_picture(tmp_path / "a.jpg"), make_film(tmp_path / "b.mp4", 120 * MIB)
    command = ["upload", "a.jpg", "b.mp4", "--album", album, "--parallel", "2", "--no-wait"]
    stopped = shell.on_terminal(*command, interrupt_at=r"b\.mp4 +\S+ +[1-8]\d %")
    assert stopped.code == 130
    assert "run the same command again" in stopped.out
    again = shell.run(*command)
    assert (again.code, again.out[:6]) == (0, "album "), again.err
    assert re.fullmatch(rf"album {album}, assets \d+ \d+\n", again.out)
    assert sorted(item["fileName"] for item in api.get(f"/albums/{album}/media").json()["items"]) == ["a.jpg", "b.mp4"]


@pytest.mark.parametrize(
    "arguments", [[], ["--to", "bob", "--album", "1"], ["--album", "1", "--text", "Hello"], ["--album", "0"]]
)
def test_a_command_line_that_does_not_add_up_ends_with_2(shell: Shell, tmp_path: Path, arguments: list[str]):
    make_picture(tmp_path / "a.jpg")
    assert shell.run("upload", "a.jpg", *arguments).code == 2


def test_an_avatar_is_there_when_the_command_ends(shell: Shell, api: Api, tmp_path: Path):
    make_picture(tmp_path / "me.jpg")
    done = shell.on_terminal("avatar", "me.jpg")
    assert done.code == 0, done.out
    assert re.search(r"me\.jpg +━+ 100 % ready", done.out)
    assert set(api.get("/users/me").json()["avatar"]) == {"96", "240", "480", "1024"}


def test_a_post_is_published_when_the_command_ends(shell: Shell, api: Api, tmp_path: Path):
    make_picture(tmp_path / "a.jpg"), make_film(tmp_path / "b.mp4")
    words = f"From the train {uuid4().hex}"
    done = shell.run("post", words, "a.jpg", "b.mp4")
    assert done.code == 0, done.err
    assert len(done.out.splitlines()) == 2
    post = next(post for post in api.get("/feed").json()["items"] if post["content"] == words)
    assert (post["status"], [medium["fileName"] for medium in post["media"]]) == ("published", ["a.jpg", "b.mp4"])


def test_a_post_of_words_names_itself(shell: Shell):
    done = shell.run("post", "Only words")
    assert done.code == 0, done.err
    assert re.fullmatch(r"post \d+\n", done.out)


def test_a_service_brings_generated_images_and_may_repeat_it(service: Shell, api: Api, tmp_path: Path):
    make_picture(tmp_path / "0.jpg"), make_picture(tmp_path / "1.jpg")
    generation = uuid4().hex
    done = service.run("generated", generation, "0.jpg", "1.jpg")
    assert done.code == 0, done.err
    assert len(done.out.splitlines()) == 2
    images = api.get(f"/generated/{generation}/images").json()["images"]
    assert [(image["index"], image["status"]) for image in images] == [(0, "uploaded"), (1, "uploaded")]
    again = service.run("generated", generation, "0.jpg", "1.jpg", "--no-wait")
    ids = " ".join(str(image["mediaId"]) for image in images)
    assert (again.code, again.out) == (0, f"generation {generation}, assets {ids}\n")


def test_a_services_token_may_come_by_standard_input(service: Shell, tmp_path: Path):
    make_picture(tmp_path / "0.jpg")
    token = service.env["MEDIADOCK_TOKEN"]
    by_input = ["generated", uuid4().hex, "0.jpg", "--no-wait", "--token-stdin"]
    assert service.run(*by_input, stdin=f"{token}\n", env={"MEDIADOCK_TOKEN": ""}).code == 0


@pytest.mark.parametrize("what", ["album", "name", "avatar", "post", "generated", "no service", "no token"])
def test_what_is_refused_is_one_sentence(shell: Shell, service: Shell, sender: Person, tmp_path: Path, what: str):
    make_archive(tmp_path / "a.zip", 1000), make_picture(tmp_path / "a.jpg")
    none = {"MEDIADOCK_TOKEN": ""}
    done = {
        "album": lambda: shell.run("upload", "--album", "999999999", "a.jpg"),
        "name": lambda: shell.run("album", ""),
        "avatar": lambda: shell.run("avatar", "a.zip"),
        "post": lambda: shell.run("post", "Look", "a.zip"),
        "generated": lambda: service.run("generated", uuid4().hex, "a.zip"),
        "no service": lambda: service.run("generated", uuid4().hex, "a.jpg", env={"MEDIADOCK_TOKEN": sender.token}),
        "no token": lambda: service.run("generated", uuid4().hex, "a.jpg", env=none),
    }[what]()
    assert (done.code, done.out) == (1, "")
    assert re.fullmatch(r"mediadock: [^\n]+[.\w]\n", done.err)
