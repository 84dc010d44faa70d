"""The npm package as its reader gets it, and a project of theirs: written from a page, type-checked, built by Vite."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from docs.host_project import write_files
from docs.pages import ROOT, Block
from stack.here import cannot_run

SDK = ROOT / "clients" / "js"
TOOLS = SDK / "node_modules"
_SOURCES = ("src", "scripts", "package.json", "README.md", "tsconfig.json", "tsconfig.build.json")
_FROM_TOOLS = ("@types/react", "@types/react-dom", "react", "react-dom", "typescript", "vite")
_TIMEOUT_S = 120

# What Vite's own templates have, without their remarks about names that are not used: a page shows parts of programs.
_TSCONFIG = {
    "compilerOptions": {
        "target": "ES2022",
        "lib": ["ES2022", "DOM", "DOM.Iterable"],
        "module": "ESNext",
        "moduleResolution": "bundler",
        "moduleDetection": "force",
        "verbatimModuleSyntax": True,
        "erasableSyntaxOnly": True,
        "jsx": "react-jsx",
        "types": ["vite/client"],
        "skipLibCheck": True,
        "strict": True,
        "noEmit": True,
    }
}


def run(*argv: str, folder: Path) -> str:
    """What a program of Node printed; one that fails fails the test with it."""
    ours = ROOT / ".venv" / "node"  # where make puts a Node if the machine has none that will do
    env = {**os.environ, "PATH": os.pathsep.join([str(ours), os.environ.get("PATH", os.defpath)])}
    ran = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    assert ran.returncode == 0, f"{' '.join(argv)}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def need_tools() -> None:
    """Skip, or fail on CI, where Node's packages are not installed."""
    if not (TOOLS / "rolldown").is_dir():
        cannot_run("the packages of clients/js are not installed: make web")


def pack(folder: Path) -> Path:
    """Build the package in a copy of its sources, whose own folder others may build in; gives what npm packs of it."""
    need_tools()
    copy = folder / "source"
    copy.mkdir()
    for name in _SOURCES:
        source = SDK / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / name)
    (copy / "node_modules").symlink_to(TOOLS)
    run("npm", "run", "--silent", "build", folder=copy)
    name = run("npm", "pack", "--silent", folder=copy).split()[-1]
    with tarfile.open(copy / name) as packed:
        packed.extractall(folder, filter="data")
    return folder / "package"


@dataclass(frozen=True)
class Project:
    """A reader's folder in which the package is installed; the tools are those that the package itself is made with."""

    folder: Path

    @classmethod
    def create(cls, folder: Path, *, package: Path) -> Project:
        modules = folder / "node_modules"
        modules.mkdir(parents=True)
        shutil.copytree(package, modules / "mediadock")  # what npm install does with a packed one
        for name in _FROM_TOOLS:
            (modules / name).parent.mkdir(exist_ok=True)
            (modules / name).symlink_to(TOOLS / name)
        (folder / "tsconfig.json").write_text(json.dumps(_TSCONFIG))
        return cls(folder)

    def write(self, blocks: Iterable[Block], *, names: Iterable[str], server: str) -> None:
        """The files ``names`` of a page, every one of which it must have."""
        wanted = set(names)
        found = [block for block in blocks if block.named("file") in wanted]
        assert {block.named("file") for block in found} == wanted
        write_files(found, folder=self.folder, server=server)

    def check(self) -> None:
        """Types, strictly."""
        run(str(TOOLS / ".bin" / "tsc"), "-p", ".", folder=self.folder)

    def build(self) -> Path:
        """The folder that would be served."""
        run(str(TOOLS / ".bin" / "vite"), "build", "--logLevel", "warn", folder=self.folder)
        return self.folder / "dist"
