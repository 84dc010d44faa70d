"""Kinds of links: what an asset can hang on, whatever its profile, from prepare on or later.

A surface registers its kind when Django starts. The engine calls its hook in the transaction that settles an asset.
"""

from __future__ import annotations

from dataclasses import dataclass

from mediadock.core.profiles import Hook, LinkStatuses, no_link, no_statuses


@dataclass(frozen=True)
class LinkKind:
    """``on_settled`` runs as a profile's does and returns the status of the linked thing."""

    name: str
    on_settled: Hook
    statuses: LinkStatuses


_UNKNOWN = LinkKind("", no_link, no_statuses)
_registry: dict[str, LinkKind] = {}


def register_link(kind: LinkKind) -> LinkKind:
    """Make a kind known; the same name twice with another declaration is an error of the host."""
    known = _registry.setdefault(kind.name, kind)
    if known != kind:
        raise ValueError(f"a different kind of link named {kind.name!r} is registered already")
    return kind


def link_kind_named(name: str | None) -> LinkKind:
    """The registered kind; one without hooks for a link that its profile looks after itself."""
    return _registry.get(name or "", _UNKNOWN)
