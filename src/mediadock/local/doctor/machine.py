"""What this machine offers to the processes that decode: protection, room and open files. Workers may be elsewhere."""

from __future__ import annotations

import os
import resource
import shutil
from pathlib import Path

from mediadock.core.errors import ProcessingFailed
from mediadock.local.doctor.decoders import unstarted
from mediadock.local.doctor.deployment import Deployment
from mediadock.local.doctor.findings import Finding, Mend, command, fail, ok, setting, warn
from mediadock.processing import sandbox
from mediadock.processing.sandbox.folder import private_folder

ROOM_BYTES = 2 * 1024**3
"""What the variants of an hour of film take."""

FEWEST_FILES = 1024
_AS_ROOT_ONLY = "unprivileged_user"
_NAMESPACES = command(
    "sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000",
    say="Allow user namespaces, or run the workers as root:",
)
_LANDLOCK = Mend(
    "Boot a kernel of 5.13 or newer with Landlock among its modules; on the kernel's command line:",
    "file",
    "lsm=landlock,lockdown,yama,integrity,apparmor",
)
_SECCOMP = Mend(
    "Use a kernel with seccomp filters, and a container profile that allows them:", "file", "CONFIG_SECCOMP_FILTER=y"
)
_MENDS = {
    "no_network": _NAMESPACES,
    "process_limit": _NAMESPACES,
    "no_files": _LANDLOCK,
    "call_filter": _SECCOMP,
}


def confinement(_deployment: Deployment) -> Finding:
    """Every protection of the sandbox is in force."""
    try:
        active = sandbox.active_protections()
    except ProcessingFailed as failure:
        return unstarted(failure)
    wanted = [name for name in sandbox.PROTECTIONS if name != _AS_ROOT_ONLY or os.getuid() == 0]
    missing = [name for name in wanted if name not in active]
    if missing:
        sentence = f"The sandbox lacks {', '.join(missing)} on this machine; the rest holds."
        return warn(sentence, next((_MENDS[name] for name in missing if name in _MENDS), None))
    return ok(f"{', '.join(wanted)}.")


def work_folder(_deployment: Deployment) -> Finding:
    """There is a place for what FFmpeg makes, with room."""
    try:
        with private_folder() as folder:
            (folder.path / "probe").write_bytes(bytes(4096))
            where, free = folder.path.parent, shutil.disk_usage(folder.path).free
    except (ProcessingFailed, OSError) as error:
        why = error.log if isinstance(error, ProcessingFailed) else str(error)
        return fail(f"No work folder can be made: {why}", setting("TMPDIR=/A/FOLDER/WITH/ROOM"))
    kind = _file_system(where)
    said = f"{where} ({kind}) has {free / 1024**3:.1f} GiB free."
    if free < ROOM_BYTES:
        return warn(f"{said} A long film takes more, and would wait.", setting("TMPDIR=/A/FOLDER/WITH/ROOM"))
    return ok(said)


def open_files(_deployment: Deployment) -> Finding:
    """A process may have enough connections."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if most != resource.RLIM_INFINITY and most < FEWEST_FILES:
        mend = Mend("In the unit of each service (or `ulimit -n 65536`):", "file", "LimitNOFILE=65536")
        return warn(f"A process may have {most} files and connections open: too few for many sockets.", mend)
    return ok(f"A process may have {'any number of' if most == resource.RLIM_INFINITY else most} files open.")


def _file_system(path: Path) -> str:
    """The kind of the file system that ``path`` lies on (proc(5), mounts)."""
    found, kind = "", "unknown"
    for line in Path("/proc/mounts").read_text().splitlines():
        _, mount, form, *_ = line.split(" ")
        if path.is_relative_to(mount) and len(mount) >= len(found):
            found, kind = mount, form
    return kind
