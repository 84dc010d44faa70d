"""Checks of ``mediadock doctor`` where something is really broken: their verdict, their sentence, their mend.

Several that do not hang on each other are broken at once: each run of the doctor takes seconds.

What is mended by what they say to paste is in ``test_doctor_mends``; whole deployments are in ``test_doctor``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from mediadock.processing.ffmpeg.program import ffmpeg_path
from mediadock.uploads.heartbeats import PROBES
from stack.client import Answer
from stack.dishonest import Instead, Twist, backwards, dishonest, drops, remembers
from stack.doctor import Diagnosis
from stack.forged import forged
from stack.refusing import UNDER_AN_ENGINES_FILTER
from stack.server import RunningServer

Ask = Callable[..., Diagnosis]

LACKING: Mapping[str, str] = {
    "ffmpeg-encoders": "libx264",
    "ffmpeg-decoders": "mpeg2video",
    "ffmpeg-filters": "tonemap",
    "ffmpeg-demuxers": "matroska",
    "ffmpeg-redirects": "max_redirects",
}
BROKEN = "raise ImportError('libbroken.so: cannot open shared object file')"
BROKEN_WHEN_USED = f"""\
class Constants:
    def __getattr__(self, name):
        return 0

raw = Constants()

def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    {BROKEN}
"""
OTHER_FILE_TYPES = """\
import importlib.machinery, importlib.util, os, sys

ours = os.path.dirname(__file__)
spec = importlib.machinery.PathFinder.find_spec(__name__, [path for path in sys.path if path != ours])
sys.modules[__name__] = wheel = importlib.util.module_from_spec(spec)
spec.loader.exec_module(wheel)
os.environ["MAGIC"] = os.path.join(ours, "magic")
"""
WHEELS = {"pictures": "pillow_heif", "documents": "pypdfium2"}


def mend(diagnosis: Diagnosis, name: str) -> tuple[str, str]:
    """The form of what there is to paste, and its first line."""
    return diagnosis.checks[name]["mend"]["form"], diagnosis.paste(name).partition("\n")[0]


def test_wrong_settings_are_named_with_what_to_set(running_server: RunningServer, ask: Ask) -> None:
    url = running_server.environment["MEDIADOCK_DATABASE_URL"]
    wrong, elsewhere = re.sub(r":[^:@]+@", ":of-another-database@", url), running_server.url + "/elsewhere"
    diagnosis = ask("database", "web", "debug", DATABASE_URL=wrong, PUBLIC_URL=elsewhere, ALLOWED_ORIGINS="*")
    assert (diagnosis.those("fail"), diagnosis.those("warn")) == ({"database"}, {"web", "debug"}), diagnosis.text
    assert 'password authentication failed for user "mediadock"' in diagnosis.sentence("database")
    assert mend(diagnosis, "database")[1].startswith("MEDIADOCK_DATABASE_URL=postgresql://")
    assert "/elsewhere/healthz answers 404" in diagnosis.sentence("web")
    assert diagnosis.settings("web") == {"MEDIADOCK_PUBLIC_URL": elsewhere}
    assert diagnosis.settings("debug") == {"MEDIADOCK_ALLOWED_ORIGINS": "https://YOUR-PAGES.EXAMPLE"}


def older_and_ahead(said: bytes) -> bytes:
    """PostgreSQL 13, whose clock is more than a minute before ours."""
    said = re.sub(rb"(server_version\x00)\d\d", rb"\g<1>13", said)
    return re.sub(rb"\b(\d{10})(?=\.\d{6})", lambda found: b"%d" % (int(found[1]) + 90), said)


def test_a_database_that_is_too_old_and_tells_another_time(running_server: RunningServer, ask: Ask) -> None:
    checks = {"database-version", "database-clock"}
    with forged(running_server.environment["MEDIADOCK_DATABASE_URL"], older_and_ahead) as url:
        diagnosis = ask(*checks, DATABASE_URL=url)
    assert (diagnosis.those("fail"), diagnosis.those("ok")) == (checks, {"database"}), diagnosis.text
    assert diagnosis.sentence("database-version") == "PostgreSQL 13 is too old: 14 or newer is needed."
    assert diagnosis.settings("database-version").keys() == {"MEDIADOCK_DATABASE_URL"}
    assert "ahead of this machine's" in diagnosis.sentence("database-clock")
    assert mend(diagnosis, "database-clock") == ("command", "timedatectl set-ntp true")


def put_away_what_the_door_kept(server: RunningServer) -> None:
    for upload in server.store.list_multipart_uploads(PROBES):
        server.store.abort_multipart(upload.key, upload.upload_id)
    server.store.delete(server.keys(PROBES))


@pytest.mark.parametrize(
    ("twist", "instead", "of_multipart", "of_range"),
    [
        (
            remembers("0" * 32),
            drops("PUT", "partNumber=2", status=200),
            "Two parts were sent, and the store lists 1, or others.",
            "A GET with If-Match is answered for another version: a worker could read what was not verified.",
        ),
        (
            backwards,
            drops("DELETE", "uploadId=", status=204),
            "An upload that was given up is still there: its parts would be paid for.",
            "A range of an object is other bytes than were put there.",
        ),
    ],
)
def test_a_store_or_a_proxy_before_it_that_spoils_parts_and_ranges(
    running_server: RunningServer, ask: Ask, twist: Twist, instead: Instead, of_multipart: str, of_range: str
) -> None:
    store_url = running_server.embedded.stack.seaweedfs.endpoint_url
    with dishonest(store_url, twist, instead=instead) as door:
        diagnosis = ask("store-multipart", "store-range", S3_ENDPOINT=door.url)
    put_away_what_the_door_kept(running_server)
    assert diagnosis.those("fail") == {"store-multipart", "store-range"}, diagnosis.text
    assert diagnosis.sentence("store-multipart") == of_multipart
    assert diagnosis.sentence("store-range") == of_range
    for check in ("store-multipart", "store-range"):
        assert diagnosis.settings(check).keys() == {"MEDIADOCK_S3_ENDPOINT"}


def refuses_to_delete(method: str, target: str) -> Answer | None:
    body = b"<Error><Code>AccessDenied</Code><Message>Not with this key.</Message></Error>"
    denied = Answer(403, {"content-type": "application/xml"}, body)
    return denied if method == "DELETE" or (method == "POST" and "delete" in target) else None


def test_a_key_that_may_not_do_all(running_server: RunningServer, ask: Ask) -> None:
    with dishonest(running_server.embedded.stack.seaweedfs.endpoint_url, instead=refuses_to_delete) as door:
        diagnosis = ask("store-rights", S3_ENDPOINT=door.url)
    put_away_what_the_door_kept(running_server)
    assert diagnosis.those("fail") == {"store-rights"}, diagnosis.text
    assert diagnosis.sentence("store-rights").startswith("Our key may not multipart, DELETE (")
    allowed = {right for told in diagnosis.document("store-rights")["Statement"] for right in told["Action"]}
    assert {"s3:DeleteObject", "s3:AbortMultipartUpload"} <= allowed


def ffmpeg_with_less(folder: Path) -> Path:
    """The same program, in which some things have other names."""
    program = Path(ffmpeg_path()).read_bytes()
    for name in map(str.encode, LACKING.values()):
        assert b"\0" + name in program
        program = program.replace(b"\0" + name, b"\0x" + name[1:])
    built = folder / "ffmpeg"
    built.write_bytes(program)
    built.chmod(0o755)
    return built


def test_decoders_that_are_broken_or_others(ask: Ask, tmp_path: Path) -> None:
    for module in WHEELS.values():
        (tmp_path / f"{module}.py").write_text(BROKEN_WHEN_USED)
    (tmp_path / "magic").write_text("0\tstring\tsomething\tsomething else\n!:mime\ttext/x-something-else\n")
    (tmp_path / "pylibmagic.py").write_text(OTHER_FILE_TYPES)
    tmp_path.chmod(0o755)
    broken = {
        "IMAGEIO_FFMPEG_EXE": str(ffmpeg_with_less(tmp_path)),
        "PYTHONPATH": str(tmp_path),
    }
    red = {*LACKING, *WHEELS, "sniffing"}
    diagnosis = ask(*red, environment=broken)
    assert (diagnosis.those("fail"), diagnosis.those("ok")) == (red, {"ffmpeg"}), diagnosis.text
    for check, name in LACKING.items():
        assert name in diagnosis.sentence(check)
        assert diagnosis.settings(check) == {"IMAGEIO_FFMPEG_EXE": ""}
    assert diagnosis.sentence("pictures").startswith("libvips cannot make WebP of image/heic (image/heic: ")
    assert mend(diagnosis, "pictures") == ("command", "pip install --force-reinstall pyvips-binary pillow-heif")
    assert diagnosis.sentence("documents").startswith("PDFium does not draw: ImportError: libbroken.so")
    assert mend(diagnosis, "documents") == ("command", "pip install --force-reinstall pypdfium2")
    assert diagnosis.sentence("sniffing") == "libmagic takes application/pdf for text/plain."
    assert mend(diagnosis, "sniffing") == ("command", "pip install --force-reinstall pylibmagic python-magic")


def test_a_wheel_that_keeps_all_decoders_from_starting(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "pillow_heif.py").write_text(BROKEN)
    diagnosis = ask("ffmpeg", "sandbox", environment={"PYTHONPATH": str(tmp_path)}, complains="libbroken.so")
    assert diagnosis.those("fail") == {"ffmpeg", "sandbox"}, diagnosis.text
    for check in ("ffmpeg", "sandbox"):
        assert diagnosis.sentence(check).startswith("The sandbox does not start: ")
        form, line = mend(diagnosis, check)
        assert (form, "pillow-heif" in line) == ("command", True)


@pytest.mark.parametrize(("files", "green"), [(1023, set()), (1024, {"open-files"})])
def test_a_machine_that_gives_little(ask: Ask, tmp_path: Path, files: int, green: set[str]) -> None:
    under = (*UNDER_AN_ENGINES_FILTER, "/bin/sh", "-c", f'ulimit -n {files}; exec "$@"', "sh")
    missing = {"TMPDIR": str(tmp_path / "missing")}
    diagnosis = ask("sandbox", "open-files", "work-folder", environment=missing, under=under)
    assert diagnosis.those("warn") == {"sandbox", "open-files"} - green, diagnosis.text
    assert diagnosis.those("fail") == {"work-folder"}
    assert "no_network" in diagnosis.sentence("sandbox")
    assert mend(diagnosis, "sandbox")[1].startswith("sysctl -w kernel.unprivileged_userns_clone=1")
    assert diagnosis.sentence("work-folder").startswith("No work folder can be made: FileNotFoundError")
    assert diagnosis.settings("work-folder") == {"TMPDIR": "/A/FOLDER/WITH/ROOM"}
    if not green:
        assert mend(diagnosis, "open-files") == ("file", "LimitNOFILE=65536")
