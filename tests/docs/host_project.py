"""The host project of quickstart.md and profiles.md, written out of their blocks."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from docs.pages import Block
from stack.embedded import Embedded


def write_files(page_blocks: Sequence[Block], *, folder: Path, server: str = "") -> None:
    """Every ``file=`` block as a file, every ``append=`` block at the end of one."""
    for block in page_blocks:
        text = block.text.replace("http://127.0.0.1:8000", server) if server else block.text
        if path := block.named("file"):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        if path := block.named("append"):
            with (folder / path).open("a") as file:
                file.write(f"\n{text}")


def host_environment(stack: Embedded, *, database: str) -> dict[str, str]:
    """What the host's settings read, leading to the embedded servers and an empty database of its own."""
    stack.make_database(database)
    servers = stack.stack.environment()
    postgres = stack.stack.postgres
    return {
        "SECRET_KEY": secrets.token_hex(32),
        "JWT_SECRET": secrets.token_hex(32),
        "PGHOST": "127.0.0.1",
        "PGPORT": str(postgres.port),
        "PGUSER": "mediadock",
        "PGPASSWORD": postgres.password,
        "PGDATABASE": database,
        "REDIS_URL": stack.stack.redis.url.removesuffix("/0") + "/2",
        "S3_ENDPOINT": servers["MEDIADOCK_S3_ENDPOINT"],
        "S3_ACCESS_KEY": servers["MEDIADOCK_S3_ACCESS_KEY"],
        "S3_SECRET_KEY": servers["MEDIADOCK_S3_SECRET_KEY"],
    }
