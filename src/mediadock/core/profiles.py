"""Profiles: one frozen declaration makes a kind of upload.

A surface declares its profile and registers it when Django starts; the engine asks ``profile_named``. Adding a
kind of upload to a host project is one declaration and no change to the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from mediadock.core.filetypes import FileType, Kind
from mediadock.core.parts import MIB
from mediadock.core.states import State


@dataclass(frozen=True)
class LinkedAsset:
    """What a hook is told: which asset entered which state, and what it is linked to."""

    asset_id: int
    owner_id: int
    profile: str
    state: State
    link_kind: str | None
    link_id: int | None


Hook = Callable[[LinkedAsset], str | None]
"""Runs inside the transition's transaction and must succeed; returns the status of the linked thing, if it has one."""


@dataclass(frozen=True)
class Expected:
    """What a surface awaits under a key: whose it is, which id it was given, and what it is to be linked to."""

    owner_id: int
    asset_id: int
    file_name: str
    content_type: str
    link_kind: str
    link_id: int


Expectation = Callable[[str], Expected | None]
"""Told an object key, says what is awaited there, once: it runs in the transaction that records the asset."""

LinkStatuses = Callable[[Sequence[int]], Mapping[int, str]]
"""The present status of linked things, by their ids."""


def no_link(_asset: LinkedAsset) -> str | None:
    """The hook of a profile whose assets hang on nothing."""
    return None


def no_statuses(_ids: Sequence[int]) -> Mapping[int, str]:
    """Statuses for a profile whose assets hang on nothing."""
    return {}


@dataclass(frozen=True)
class ImagePreset:
    """The pictures made of an image: a centred square, longest sides in pixels, and the WebP quality and effort.

    With ``all_square`` the ``sizes`` are sides of centred squares, too.
    """

    square: int = 96
    sizes: tuple[int, ...] = (240, 480, 960)
    all_square: bool = False
    display: int = 2048
    quality: int = 79
    effort: int = 2


@dataclass(frozen=True)
class AudioVariant:
    """One AAC in an M4A; rates are bits and samples a second. ``channels`` of 1 mixes all of them."""

    name: str = "audio"
    bit_rate: int = 64_000
    channels: int = 1
    sample_rate: int = 44_100


@dataclass(frozen=True)
class AudioPreset:
    """What is made of a sound: its variants, all from one decode, and the bars of its waveform."""

    variants: tuple[AudioVariant, ...] = (AudioVariant(),)
    bars: int = 100


@dataclass(frozen=True)
class VideoVariant:
    """One H.264 and AAC in an MP4 that fits a box of ``long_side`` by ``short_side`` pixels, either way up.

    ``crf`` is x264's quality (less is better), ``max_bit_rate`` the most that a moment may take, in bits a second;
    ``may_copy`` publishes the source's own streams where they fit the box and the formats already.
    """

    name: str = "video"
    long_side: int = 1920
    short_side: int = 1080
    crf: int = 23
    speed: str = "veryfast"
    max_bit_rate: int = 8_000_000
    audio_bit_rate: int = 128_000
    may_copy: bool = True


@dataclass(frozen=True)
class VideoPreset:
    """What is made of a film: its variants, and the poster as a centred square and by longest side in pixels."""

    variants: tuple[VideoVariant, ...] = (VideoVariant(),)
    square: int = 96
    sizes: tuple[int, ...] = (240, 480, 960)


@dataclass(frozen=True)
class DocumentPreset:
    """The pictures made of a document's first page: a centred square, and longest sides in pixels."""

    square: int = 96
    sizes: tuple[int, ...] = (240, 480, 960)


@dataclass(frozen=True)
class Profile:
    """A kind of upload. Sizes are bytes.

    ``max_bytes`` holds a limit for every accepted kind, ``content_types`` narrows it to some canonical types;
    ``key_layout`` is filled by ``keys.incoming_key``; ``on_settled`` runs when an asset becomes ready, is refused,
    fails, or goes; ``keep_original`` names the kinds whose verified original is kept private after processing;
    ``required_scope`` is a word that the uploader's token must hold, on surfaces that ask for one. ``expects`` is for
    surfaces whose objects may be put without an address of ours, under keys of its ``key_layout``.
    """

    name: str
    max_bytes: Mapping[Kind, int]
    key_layout: str
    event_type: str
    direct_up_to_bytes: int = 10 * MIB
    max_files: int = 1
    content_types: frozenset[str] | None = None
    keep_original: frozenset[Kind] = frozenset(Kind)
    public: bool = False
    required_scope: str | None = None
    image: ImagePreset = field(default_factory=ImagePreset)
    video: VideoPreset = field(default_factory=VideoPreset)
    audio: AudioPreset = field(default_factory=AudioPreset)
    document: DocumentPreset = field(default_factory=DocumentPreset)
    on_settled: Hook = no_link
    link_statuses: LinkStatuses = no_statuses
    expects: Expectation | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "max_bytes", MappingProxyType(dict(self.max_bytes)))

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds that this profile accepts."""
        return frozenset(self.max_bytes)

    def accepts(self, file_type: FileType) -> bool:
        """Whether files of this type are taken at all."""
        wanted = self.content_types is None or file_type.content_type in self.content_types
        return wanted and file_type.kind in self.max_bytes


_registry: dict[str, Profile] = {}


def register(profile: Profile) -> Profile:
    """Make a profile known to the engine; the same name twice with another declaration is an error of the host."""
    known = _registry.setdefault(profile.name, profile)
    if known != profile:
        raise ValueError(f"a different profile named {profile.name!r} is registered already")
    return profile


def profile_named(name: str) -> Profile:
    """The registered profile; an unknown name is an error of the host's configuration (``LookupError``)."""
    return _registry[name]


def registered() -> Mapping[str, Profile]:
    """All profiles, by name."""
    return MappingProxyType(_registry)
