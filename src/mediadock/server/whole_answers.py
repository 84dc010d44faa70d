"""Answers handed to the WSGI server in one piece, where they are in one piece already."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpResponse, HttpResponseBase

Application = Callable[..., Iterable[bytes]]
"""A WSGI application."""


def with_whole_answers(django: Callable[..., HttpResponseBase]) -> Application:
    """``django`` with each answer that is no stream as a list of one piece, closed before it is sent.

    The server asks an answer for piece after piece, and sends it in chunks, as it cannot know that there is but one. Of
    a list it knows the length: there is a ``Content-Length``, and one write to the client.
    """

    def answered(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        response = django(environ, start_response)
        if not isinstance(response, HttpResponse):
            return response  # a stream
        try:
            return [response.content]
        finally:
            response.close()  # gives the database's connection back, and not only when the client has it all

    return answered
