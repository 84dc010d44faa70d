"""An operator before the admin: a browser's cookies and forms, and no more."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import uuid4

from stack.client import Answer, call

ASSETS = "/admin/mediadock_uploads/mediaasset/"
QUEUES = "/admin/mediadock_uploads/heartbeat/"
STORAGE = "/admin/mediadock_uploads/ledger/"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
_COOKIE = re.compile(r"(?:^|, )(mediadock_\w+)=([^;,]*)")
_MESSAGE = re.compile(r'<li class="(?:success|warning|info|error)">(.*?)</li>', re.DOTALL)


@dataclass
class Operator:
    """Somebody with a browser at ``url``, which ends without a slash. ``cookies`` are those that it was given."""

    url: str
    username: str = ""
    password: str = field(default="", repr=False)
    cookies: dict[str, str] = field(default_factory=dict, repr=False)
    origin: str = ""

    def get(self, path: str) -> Answer:
        """A page."""
        return self._send("GET", path, None)

    def page(self, path: str) -> str:
        """The text of a page that must be there, redirects followed."""
        answer = self.get(path)
        for _ in range(3):
            if answer.status not in (301, 302):
                break
            answer = self.get(answer.headers["location"])
        assert answer.status == 200, (answer.status, answer.body[:500])
        return answer.body.decode()

    def post(self, path: str, **fields: str | Sequence[str]) -> Answer:
        """A form, with the token of the page that it stands on."""
        return self.post_bare(path, csrfmiddlewaretoken=self.token_on(path), **fields)

    def token_on(self, path: str) -> str:
        """What the forms of a page prove themselves with."""
        found = _TOKEN.search(self.page(path))
        assert found, "the page has a form"
        return found[1]

    def post_bare(self, path: str, **fields: str | Sequence[str]) -> Answer:
        """A form with these fields and no other."""
        return self._send("POST", path, urlencode(fields, doseq=True).encode())

    def sign_in(self) -> Answer:
        """The form at the door."""
        return self.post("/admin/login/", username=self.username, password=self.password, next="/admin/")

    def do(self, verb: str, asset_id: int) -> list[str]:
        """Press a button of an asset's page and say yes; what the operator was told then."""
        answer = self.post(f"{ASSETS}{asset_id}/{verb}/", confirmed="yes")
        assert answer.status == 302, answer.body
        return messages(self.page(answer.headers["location"]))

    def _send(self, method: str, path: str, body: bytes | None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin or self.url}
        answer = call(method, self.url + path, body=body, headers=headers)
        for name, value in _COOKIE.findall(answer.headers.get("set-cookie", "")):
            self.cookies[name] = value
        return answer


def new_operator(url: str, *permissions: str, superuser: bool = False) -> Operator:
    """A member of the staff with these permissions (``view_mediaasset``), signed in; of Django inside pytest."""
    from django.contrib.auth.models import Permission, User

    username, password = f"operator-{uuid4().hex[:10]}", uuid4().hex
    user = User.objects.create_user(username, password=password, is_staff=True, is_superuser=superuser)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    operator = Operator(url, username, password)
    answer = operator.sign_in()
    assert answer.status == 302, answer.body
    return operator


def messages(page: str) -> list[str]:
    """What a page tells of the last deed."""
    return [html.unescape(found.strip()) for found in _MESSAGE.findall(page)]
