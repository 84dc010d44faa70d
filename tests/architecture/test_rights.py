"""deploy/store: the rights of each process are the same at AWS and at SeaweedFS, and no process is without."""

from __future__ import annotations

import json
from typing import Any

from stack.deployment import documented_commands
from stack.files import ROOT

SHIPPED = ROOT / "deploy/store"
TOLD = ("Read", "Write", "List")
MEANS = {"s3:GetObject": "Read", "s3:ListMultipartUploadParts": "Read", "s3:ListBucketMultipartUploads": "Read"}


def at_seaweedfs() -> dict[str, set[tuple[str, str]]]:
    """Pairs of a right and a prefix by process."""
    identities = json.loads((SHIPPED / "seaweedfs.json").read_text())["identities"]
    return {one["name"]: {_pair(action) for action in one["actions"]} for one in identities}


def _pair(action: str) -> tuple[str, str]:
    right, _, where = action.partition(":")
    return right, where.removeprefix("media").strip("/*")


def statements(policy: dict[str, Any]) -> set[tuple[str, str]]:
    found = set()
    for statement in policy["Statement"]:
        for action in statement["Action"]:
            right = MEANS.get(action, "List" if action == "s3:ListBucket" else "Write")
            found |= {(right, where.removeprefix("arn:aws:s3:::media").strip("/*")) for where in statement["Resource"]}
    return found


def test_every_process_has_its_rights_and_no_key_is_shipped() -> None:
    told = {"worker" if name == "films" else name for name in (*documented_commands(), "setup")}
    assert at_seaweedfs().keys() == told
    shipped = json.loads((SHIPPED / "seaweedfs.json").read_text())["identities"]
    assert {tuple(key.values()) for one in shipped for key in one["credentials"]} == {("", "")}


def test_aws_grants_what_seaweedfs_does() -> None:
    policies = json.loads((SHIPPED / "iam.json").read_text())
    enforced = at_seaweedfs()
    assert policies.keys() == enforced.keys() - {"beat"}
    for process in policies.keys() - {"setup"}:
        granted = statements(policies[process])
        within = {pair for pair in granted if pair[1]}
        assert within == {pair for pair in enforced[process] if pair[1]}, process


def test_only_keys_of_ours_are_touched_and_nobody_but_the_setup_changes_the_bucket() -> None:
    for process, policy in json.loads((SHIPPED / "iam.json").read_text()).items():
        actions = {action for statement in policy["Statement"] for action in statement["Action"]}
        assert "*" not in "".join(actions)
        changes = {action for action in actions if action.startswith(("s3:PutBucket", "s3:PutLife", "s3:Create"))}
        assert bool(changes) == (process == "setup")
