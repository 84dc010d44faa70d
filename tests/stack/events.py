"""A store that says what the test has it say: the bucket of the quiet web process tells nobody anything by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from stack.client import Answer, Api, call
from stack.embedded import IN_PROCESS_BUCKET
from stack.notifications import Document, s3

PATH = "/storage/events"


@dataclass(frozen=True)
class Store:
    """The caller with the store's secret."""

    api: Api

    @property
    def secret(self) -> str:
        """What the store and the web process share."""
        assert self.api.token is not None
        return self.api.token

    def says(self, document: object) -> int:
        """How many uploads a notification has completed."""
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        answer = call("POST", self.api.base_url + PATH, body=json.dumps(document).encode(), headers=headers)
        assert answer.status == 200, answer.body
        completed: int = answer.json()["completed"]
        return completed

    def created(self, *keys: str) -> int:
        """The same, of one notification about all these objects of our bucket."""
        return self.says({"Records": [s3(key, bucket=IN_PROCESS_BUCKET)["Records"][0] for key in keys]})

    def asked(self, document: Document, headers: Mapping[str, str]) -> Answer:
        """The answer to somebody who sends these headers and perhaps no secret."""
        return Api(self.api.base_url).send("POST", PATH, json=document, headers=headers)
