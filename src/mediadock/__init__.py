"""Mediadock: media uploads and processing in which the server never touches a media byte."""

__version__ = "0.1.0"
