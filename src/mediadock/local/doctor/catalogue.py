"""Every check, in the order in which it is asked: what others stand on comes first."""

from __future__ import annotations

from mediadock.local.doctor import (
    database,
    decoders,
    machine,
    processes,
    redis,
    settings,
    store_browsers,
    store_parts,
    store_puts,
    store_reach,
    store_reading,
    store_rules,
)
from mediadock.local.doctor.findings import Check

_STORED = ("store-rights",)
_MIGRATED = ("migrations",)
_FFMPEG = ("ffmpeg",)

CHECKS = (
    settings.READABLE,
    Check("secret-key", "Settings", settings.secret_key),
    Check("debug", "Settings", settings.debugging),
    Check("database", "Database", database.reachable),
    Check("database-version", "Database", database.version, ("database",)),
    Check("database-clock", "Database", database.clock, ("database",)),
    Check("migrations", "Database", database.migrations, ("database",)),
    Check("redis", "Redis", redis.reachable),
    Check("redis-eviction", "Redis", redis.eviction, ("redis",)),
    Check("redis-persistence", "Redis", redis.persistence, ("redis",)),
    Check("broker", "Processes", processes.broker),
    Check("workers", "Processes", processes.workers, ("broker", *_MIGRATED), within_s=30),
    Check("beat", "Processes", processes.beat, ("workers",), within_s=30),
    Check("relay", "Processes", processes.relay, _MIGRATED, within_s=30),
    Check("web", "Processes", processes.web),
    Check("store", "Store", store_reach.reachable),
    Check("store-clock", "Store", store_reach.clock, ("store",)),
    Check("store-credentials", "Store", store_reach.credentials, ("store",), within_s=30),
    Check("store-bucket", "Store", store_reach.bucket, ("store-credentials",), within_s=30),
    Check("store-rights", "Store", store_reach.rights, ("store-bucket",), within_s=60),
    Check("store-put", "Store", store_puts.put, _STORED),
    Check("store-once", "Store", store_puts.conditional, ("store-put",), within_s=store_puts.RACE_S + 10),
    Check("store-length", "Store", store_puts.length, ("store-put",), within_s=30),
    Check("store-type", "Store", store_puts.content_type, ("store-put",)),
    Check("store-checksum", "Store", store_puts.checksum, ("store-put",), within_s=30),
    Check("store-multipart", "Store", store_parts.multipart, ("store-put",), within_s=120),
    Check("store-cors", "Store", store_browsers.allowed, ("store-put",), within_s=60),
    Check("store-cors-foreign", "Store", store_browsers.foreign, ("store-put",)),
    Check("store-range", "Store", store_reading.ranges, _STORED, within_s=30),
    Check("store-endpoints", "Store", store_reading.endpoints, _STORED),
    Check("store-private", "Store", store_reading.privacy, ("store-put",)),
    Check("store-lifecycle", "Store", store_rules.lifecycle, ("store-bucket",)),
    Check("store-events", "Store", store_rules.events, (*_STORED, *_MIGRATED), within_s=30),
    Check("ffmpeg", "Decoders", decoders.program, within_s=60),
    Check("ffmpeg-encoders", "Decoders", decoders.encoders, _FFMPEG),
    Check("ffmpeg-decoders", "Decoders", decoders.decoders, _FFMPEG),
    Check("ffmpeg-filters", "Decoders", decoders.filters, _FFMPEG),
    Check("ffmpeg-demuxers", "Decoders", decoders.demuxers, _FFMPEG),
    Check("ffmpeg-redirects", "Decoders", decoders.redirects, _FFMPEG),
    Check("pictures", "Decoders", decoders.pictures, within_s=60),
    Check("documents", "Decoders", decoders.documents, within_s=60),
    Check("sniffing", "Decoders", decoders.sniffing),
    Check("sandbox", "Machine", machine.confinement, within_s=30),
    Check("work-folder", "Machine", machine.work_folder),
    Check("open-files", "Machine", machine.open_files),
)
