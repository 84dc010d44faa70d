"""Answers that are shaped by hand: a dictionary that is right already is not validated a second time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from pydantic_core import to_json


def json_response(status: int, payload: Mapping[str, Any]) -> HttpResponse:
    """``payload`` as JSON, written by pydantic's serializer: a page of 500 addresses takes a tenth of the time."""
    return HttpResponse(to_json(payload), status=status, content_type="application/json; charset=utf-8")
