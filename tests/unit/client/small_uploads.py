"""What the small server keeps: uploads, and what is to go wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class Upload:
    """One asset on this server."""

    asset_id: int
    message_id: int
    name: str
    size: int
    part_size: int  # 0: direct
    content_type: str = ""
    state: str = "pending"
    body: bytes | None = None
    parts: dict[int, bytes] = field(default_factory=dict)

    @property
    def num_parts(self) -> int:
        return -(-self.size // self.part_size)

    def as_asset(self) -> Json:
        return {
            "asset_id": self.asset_id,
            "message_id": self.message_id,
            "kind": "file",
            "file_name": self.name,
            "size": self.size,
            "state": self.state,
            "stage": {"pending": "uploading", "uploaded": "processing", "ready": "done"}.get(self.state, "failed"),
            "progress": None,
            "variants": {},
            "error": None,
            "created_at": "2026-01-01T00:00:00Z",
        }


@dataclass
class Fault:
    """What happens to the next ``times`` requests that begin with ``start`` ("PUT /store/1/2")."""

    start: str
    status: int | None = None  # answered instead of doing the work
    code: str = "faulty"
    lose_answer: bool = False  # the work is done, then the connection is cut
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    before_body: bool = False  # answered before the body is read, and the connection cut
    cut_after: int | None = None  # cut when so many bytes of the body are read
    stall_s: float = 0.0  # no answer for so long, then the connection cut
