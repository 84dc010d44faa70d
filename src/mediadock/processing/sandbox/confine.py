"""What a process gives up before it touches a stranger's bytes.

Two moments: the zygote leaves the network once, for all its children; each child then drops the rest.
Every measure is tried on its own, and what the kernel refused is simply not in the answer, so that
``active_protections`` tells the truth about this machine.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

from mediadock.processing.limits import GIB, Limits
from mediadock.processing.sandbox import linux
from mediadock.processing.sandbox.landlock import close_files
from mediadock.processing.sandbox.needs import Needs
from mediadock.processing.sandbox.seccomp import deny_calls

NOBODY = 65534
_PASSING_USERS = range(61184, 65520)
"""Users of no name and no file, which systemd sets aside for services that come and go (systemd.io/UIDS-GIDS)."""

_LAST_CPU_S = 2
NO_NETWORK = "no_network"
USER_NAMESPACE = "user_namespace"
PROTECTIONS = (
    NO_NETWORK,
    "resource_limits",
    "process_limit",
    "unprivileged_user",
    "no_new_privileges",
    "dies_with_parent",
    "no_files",
    "call_filter",
)
"""All that may be in force; ``user_namespace`` is only how."""


def leave_network() -> list[str]:
    """Move this process (single-threaded, before any import that starts threads) into an empty network.

    As root a network namespace is enough; otherwise a user namespace is made around it, which a
    distribution may forbid.
    """
    user, group = os.getuid(), os.getgid()
    with contextlib.suppress(OSError):
        linux.unshare(linux.CLONE_NEWNET | linux.CLONE_NEWIPC)
        linux.raise_loopback()
        return [NO_NETWORK]
    with contextlib.suppress(OSError):
        linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWNET | linux.CLONE_NEWIPC)
        linux.raise_loopback()
        _keep_identity(user, group)
        return [NO_NETWORK, USER_NAMESPACE]
    return []


def _keep_identity(user: int, group: int) -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")


def confine(limits: Limits, *, parent: int, inherited: list[str], needs: Needs | None = None) -> list[str]:
    """Drop everything this child does not need; returns what is really in force, ``inherited`` first.

    ``parent`` is the pid that must still be ours: a parent that died before the death signal was set
    would leave an orphan, so then the child ends itself.
    """
    own_processes = os.getuid() == 0 or USER_NAMESPACE in inherited
    steps: list[tuple[str, Callable[[], None]]] = [
        ("resource_limits", lambda: _limit_resources(limits)),
        ("process_limit", lambda: _limit_processes(limits.processes, counted_alone=own_processes)),
        ("unprivileged_user", _become_nobody),
        ("no_new_privileges", lambda: linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)),
        ("dies_with_parent", lambda: linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)),
        ("no_files", lambda: close_files(needs)),
        ("call_filter", lambda: deny_calls(with_program=needs is not None)),
    ]
    active = list(inherited)
    for name, step in steps:
        with contextlib.suppress(OSError, ValueError):
            step()
            active.append(name)
    if os.getppid() != parent:
        os._exit(1)
    return active


def _limit_resources(limits: Limits) -> None:
    # The kernel says SIGXCPU at the first bound, so that we know why, and SIGKILL at the second.
    _lower(resource.RLIMIT_CPU, limits.cpu_s, afterwards=_LAST_CPU_S)
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        # A backstop far above the watchdog's limit: it only stops a child that allocates faster than we look.
        (resource.RLIMIT_DATA, limits.memory_bytes + limits.memory_bytes // 2 + GIB // 2),
    ):
        _lower(kind, value)


def _limit_processes(processes: int, *, counted_alone: bool) -> None:
    """Threads count too, and the kernel counts per user: only sound where that user is ours alone."""
    if not counted_alone:
        raise OSError("would count the worker's other processes")
    _lower(resource.RLIMIT_NPROC, processes)


def _lower(kind: int, value: int, *, afterwards: int = 0) -> None:
    """Set the soft bound to ``value`` and the hard one ``afterwards`` above it, never above what we were given."""
    given = resource.getrlimit(kind)[1]
    hard = value + afterwards if given == resource.RLIM_INFINITY else min(value + afterwards, given)
    resource.setrlimit(kind, (min(value, hard), hard))


def _become_nobody() -> None:
    """As root become a nobody, which empties the capabilities too; another user has nothing to give up.

    Each child is another user, since the kernel counts processes by user: a child full of threads takes its own only.
    Where these users do not exist (a small user namespace) all are the one nobody.
    """
    if os.getuid() != 0:
        raise OSError("already as unprivileged as the worker")
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    user = _PASSING_USERS[os.getpid() % len(_PASSING_USERS)]
    try:
        os.setresuid(user, user, user)
    except OSError:
        os.setresuid(NOBODY, NOBODY, NOBODY)
