"""FFmpeg, told exactly what it may read: one source, by one demuxer, with decoders from a short list."""

from mediadock.processing.ffmpeg.probe import AudioStream, Probe, VideoStream, probe_media

__all__ = ["AudioStream", "Probe", "VideoStream", "probe_media"]
