"""Films: a poster within seconds, then H.264 and AAC in an MP4, copied where the source already is that."""

from mediadock.processing.video.model import PosterFacts, PosterSpec, VideoFacts, VideoOutput, VideoSpec
from mediadock.processing.video.poster import render_poster
from mediadock.processing.video.render import render_video

__all__ = ["PosterFacts", "PosterSpec", "VideoFacts", "VideoOutput", "VideoSpec", "render_poster", "render_video"]
