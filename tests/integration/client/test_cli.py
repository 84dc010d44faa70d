"""The command line against the whole running server."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import jwt
import pytest

from integration.client.samples import MIB, Person, make_archive, make_picture
from integration.client.terminal import Shell
from mediadock.client.server import LIST_LIMIT
from mediadock.local.credentials import load_credentials
from stack.client import Api, call
from stack.server import RunningServer


def test_logging_in_keeps_tokens_for_the_owner_alone(running_server: RunningServer, tmp_path: Path):
    shell = Shell(tmp_path, {})
    done = shell.run("login", "--server", running_server.url, "alice", "--password-stdin", stdin="alice\n")
    assert (done.code, done.err) == (0, "")
    file = tmp_path / "config" / "mediadock" / "credentials.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert shell.run("status").code == 0


def test_a_wrong_password_is_one_sentence_and_exit_code_1(running_server: RunningServer, tmp_path: Path):
    arguments = ["login", "--server", running_server.url, "alice"]
    done = Shell(tmp_path, {"MEDIADOCK_PASSWORD": "wrong"}).run(*arguments)
    assert (done.code, done.out) == (1, "")
    assert done.err == "mediadock: The name or the password is wrong.\n"


@pytest.mark.parametrize(
    "arguments", [["status"], ["watch"], ["abort", "1"], ["messages", "--with", "bob"], ["post", "Hello"]]
)
def test_without_a_login_every_command_says_how(tmp_path: Path, arguments):
    done = Shell(tmp_path, {}).run(*arguments)
    assert done.code == 1
    assert done.err == "mediadock: Nobody is logged in. Log in with: mediadock login USER\n"


def test_three_files_go_in_one_message_and_their_addresses_are_printed(shell: Shell, receiver: Person, tmp_path: Path):
    names = ["a.jpg", "b.jpg", "c.zip"]
    make_picture(tmp_path / "a.jpg"), make_picture(tmp_path / "b.jpg"), make_archive(tmp_path / "c.zip", 12 * MIB)
    done = shell.run("upload", *names, "--to", receiver.name, "--text", "three")
    assert done.code == 0, done.err
    addresses = done.out.splitlines()
    assert [call("GET", address).status for address in addresses] == [200, 200, 200]
    assert all(f"{name}: ready" in done.err for name in names)
    told = shell.run("messages", "--with", receiver.name).out
    assert "(sent): three" in told
    assert told.count("  ready  ") == 3


def test_a_terminal_gets_one_bar_a_file(shell: Shell, receiver: Person, tmp_path: Path):
    names = ["a.jpg", "b.jpg", "c.zip"]
    make_picture(tmp_path / "a.jpg"), make_picture(tmp_path / "b.jpg"), make_archive(tmp_path / "c.zip", 12 * MIB)
    done = shell.on_terminal("upload", *names, "--to", str(receiver.user_id))
    assert done.code == 0, done.out
    last = done.out[done.out.rindex("a.jpg ") :]
    assert [bool(re.search(rf"{re.escape(name)} +━+ 100 % ready", last)) for name in names] == [True] * 3
    assert done.out.count("http://") == 3


def test_ctrl_c_leaves_an_upload_that_the_same_command_continues(shell: Shell, receiver: Person, tmp_path: Path):
    make_archive(tmp_path / "big.zip", 120 * MIB)
    command = ["upload", "big.zip", "--to", receiver.name, "--parallel", "2"]
    stopped = shell.on_terminal(*command, interrupt_at=r"[4-8]\d %")  # two parts of 4 % each may be on their way
    assert stopped.code == 130
    assert "run the same command again" in stopped.out
    assert "big.zip" in shell.run("status").out
    again = shell.run(*command)
    assert again.code == 0, again.err
    assert "big.zip: uploading 0 %" not in again.err
    assert shell.run("status").out == "No unfinished uploads.\n"
    assert shell.run("messages", "--with", receiver.name).out.count("  big.zip  ready") == 1


def test_a_file_that_is_rejected_ends_with_its_reason(shell: Shell, receiver: Person, tmp_path: Path):
    (tmp_path / "a.jpg").write_bytes(b"#!/bin/sh\nexit 0\n")
    done = shell.run("upload", "a.jpg", "--to", receiver.name)
    assert done.code == 1
    assert done.out.startswith("a.jpg: failed: ")


def test_what_cannot_be_sent_is_one_sentence(shell: Shell, receiver: Person, tmp_path: Path):
    (tmp_path / "a.exe").write_bytes(b"MZ")
    for arguments in (["a.exe", "--to", receiver.name], ["a.exe", "--to", "nobody-of-that-name"]):
        done = shell.run("upload", *arguments)
        assert (done.code, done.out) == (1, "")
        assert re.fullmatch(r"mediadock: [^\n]+\.\n", done.err)


def test_a_refusal_names_the_field_or_the_way_in(running_server: RunningServer, shell: Shell, tmp_path: Path):
    make_picture(tmp_path / "a.jpg")
    (tmp_path / "empty.jpg").touch()
    service = {"MEDIADOCK_TOKEN": "nonsense", "MEDIADOCK_SERVER": running_server.url}
    for arguments, sentence in (
        (["upload", "a.jpg", "--to", "1", "--text", "x" * 10_001], r"text: .* at most 10000 characters\."),
        (["upload", "empty.jpg", "--to", "1"], r"“empty\.jpg” is empty\."),
        (["generated", "gen-1", "a.jpg"], r"mediadock create-service-token"),
    ):
        done = shell.run(*arguments, env=service)
        assert (done.code, done.out) == (1, "")
        assert re.search(sentence, done.err), done.err


def test_a_name_that_is_no_text_is_one_sentence(shell: Shell, receiver: Person, tmp_path: Path):
    (tmp_path / "a\udcff.txt").write_text("x")
    done = shell.run("upload", "a\udcff.txt", "--to", receiver.name)
    assert (done.code, done.err) == (1, "mediadock: The name of 'a\\udcff.txt' is no text: rename the file.\n")


def test_status_tells_people_and_programs(shell: Shell, receiver: Person, tmp_path: Path):
    make_picture(tmp_path / "a.jpg")
    sent = shell.run("upload", "a.jpg", "--to", receiver.name, "--no-wait")
    asset_id = sent.out.split()[-1]
    assert "a.jpg" in shell.run("status", asset_id).out
    document = json.loads(shell.run("status", asset_id, "--json").out)
    assert document["asset_id"] == int(asset_id)
    assert document["stage"] in ("processing", "thumbnail_ready", "done")
    assert shell.run("status", "999999999").code == 1


def test_the_address_of_what_is_ready_is_in_one_piece(shell: Shell, receiver: Person, tmp_path: Path):
    make_picture(tmp_path / "a.jpg")
    address = shell.run("upload", "a.jpg", "--to", receiver.name).out.strip()
    asset_id = re.findall(r"/media/media/(\d+)/", address)[0]
    shown = shell.run("status", asset_id, env={"COLUMNS": "60"}).out
    assert address.partition("?")[0] in shown
    assert shown.splitlines()[-1].startswith("http://")


def test_watching_prints_a_line_an_event(shell: Shell, receiver: Person, tmp_path: Path):
    make_picture(tmp_path / "a.jpg")
    shell.run("upload", "a.jpg", "--to", receiver.name, "--no-wait")
    done = shell.on_terminal("watch", "--after", "0", interrupt_at=r" done ")
    assert done.code == 130
    assert re.search(r"\d\d:\d\d:\d\d  1  chat_message_update  \d+  uploading  -", done.out)
    assert re.search(r"chat_message_update  \d+  done  http://", done.out)


def test_aborting_everything_leaves_nothing_unfinished(shell: Shell, receiver: Person, tmp_path: Path):
    make_archive(tmp_path / "big.zip", 120 * MIB)
    shell.on_terminal("upload", "big.zip", "--to", receiver.name, interrupt_at=r"\d\d %")
    assert re.fullmatch(r"\d+ aborted\n", shell.run("abort", "--all").out)
    assert shell.run("abort", "--all").out == "No unfinished uploads.\n"
    assert shell.run("abort").code == 2


@pytest.mark.parametrize("by", ["environment", "directory"])
def test_a_service_token_is_believed_by_the_server(
    running_server: RunningServer, receiver: Person, tmp_path: Path, by: str
):
    command = ["create-service-token", "--user-id", str(receiver.user_id), "--days", "1"]
    if by == "environment":
        done = Shell(tmp_path, running_server.embedded.environment).run(*command)
    else:
        data_dir = str(running_server.embedded.data.root)
        done = Shell(tmp_path, {"MEDIADOCK_SECRET_KEY": ""}).run(*command, "--data-dir", data_dir)
    assert done.code == 0, done.err
    answer = Api(running_server.url + "/api/v1", token=done.out.strip()).get("/users/me")
    assert answer.json()["id"] == receiver.user_id


def test_a_service_token_is_signed_with_the_secret_that_the_operator_names(tmp_path: Path):
    load_credentials(tmp_path / "credentials.json")
    theirs = "the operator's own secret, which mediadock up goes by as well"
    shell = Shell(tmp_path, {"MEDIADOCK_SECRET_KEY": "", "MEDIADOCK_JWT_SECRET": theirs})
    done = shell.run("create-service-token", "--user-id", "7", "--data-dir", str(tmp_path))
    assert jwt.decode(done.out.strip(), theirs, algorithms=["HS256"])["sub"] == "7"


def test_a_service_token_needs_the_secret(tmp_path: Path):
    done = Shell(tmp_path, {"MEDIADOCK_SECRET_KEY": ""}).run("create-service-token", "--user-id", "1")
    assert done.code == 1
    assert done.err == "mediadock: MEDIADOCK_SECRET_KEY is not set, and .mediadock has no server's secrets.\n"


def test_what_is_to_be_managed_must_be_there(tmp_path: Path):
    done = Shell(tmp_path, {"MEDIADOCK_SECRET_KEY": ""}).run("manage", "sweep", "--json")
    assert done.code == 1
    assert done.err == "mediadock: MEDIADOCK_SECRET_KEY is not set, and no `mediadock up` has run in .mediadock.\n"


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["webhooks", "add", "--help"], "usage: mediadock manage webhooks add [-h] "),
        (["help"], "Type 'mediadock manage help <subcommand>' for help on a specific subcommand."),
    ],
)
def test_management_commands_show_the_name_they_were_called_by(tmp_path: Path, arguments: list[str], shown: str):
    done = Shell(tmp_path, {"MEDIADOCK_SECRET_KEY": "signs-nothing"}).run("manage", *arguments)
    assert (done.code, done.err) == (0, "")
    assert shown in done.out
    assert "__main__" not in done.out


def test_a_login_that_cannot_be_kept_is_one_sentence(running_server: RunningServer, tmp_path: Path):
    shell = Shell(tmp_path, {"XDG_CONFIG_HOME": "/dev/null"})
    done = shell.run("login", "alice", "--server", running_server.url, "--password-stdin", stdin="alice\n")
    assert done.code == 1
    assert re.fullmatch(r"mediadock: The tokens cannot be kept in [^\n]+\.\n", done.err)


def test_somebody_is_found_behind_a_page_of_people_whose_names_hold_theirs(
    running_server: RunningServer, shell: Shell, receiver: Person
):
    for number in range(LIST_LIMIT):
        running_server.api_as(f"a{number:03}-{receiver.name}")
    done = shell.run("messages", "--with", receiver.name)
    assert (done.code, done.err) == (0, "")
