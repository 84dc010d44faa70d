"""Who gets in, with which cookies; and that the rest of the server knows nothing of all this."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from django.contrib.auth.models import User

from mediadock.contrib.accounts.throttle import MAX_FAILURES
from stack.client import Api
from stack.embedded import Embedded
from stack.operators import ASSETS, QUEUES, STORAGE, Operator, messages, new_operator
from stack.uploads import photo, prepare
from stack.web import QuietWeb, run_quiet_web


def test_there_is_no_admin_where_nobody_asked_for_it(stack: Embedded, django_schema: None) -> None:
    with run_quiet_web(stack, MEDIADOCK_ADMIN="") as server:
        anybody = Operator(server.url)
        assert [anybody.get(path).status for path in ("/admin/", "/admin/login/", "/static/admin/css/base.css")] == [
            404
        ] * 3
        assert server.anonymous().get("/config").status == 200


def test_a_stranger_is_sent_to_the_door(web: QuietWeb) -> None:
    stranger = Operator(web.url)
    for path in ("/admin/", ASSETS, QUEUES, STORAGE, ASSETS + "1/change/", ASSETS + "1/delete/"):
        answer = stranger.get(path)
        assert (answer.status, answer.headers["location"].split("?")[0]) == (302, "/admin/login/")
    assert stranger.get("/admin").headers["location"] == "/admin/"


def test_users_without_a_right_are_told_so_or_refused(web: QuietWeb) -> None:
    User.objects.create_user("carl-the-customer", password="carl-the-customer")
    customer = Operator(web.url, "carl-the-customer", "carl-the-customer")
    assert "for a staff account" in customer.sign_in().body.decode()
    clerk = new_operator(web.url)
    assert [clerk.get(path).status for path in (ASSETS, QUEUES, STORAGE)] == [403] * 3


def test_guessing_is_slowed_down_together_with_the_sign_in_of_the_api(web: QuietWeb) -> None:
    User.objects.create_user("olga", password="right", is_staff=True)
    olga = Operator(web.url, "olga", "wrong")
    assert web.anonymous().post("/auth/token", username="olga", password="wrong").status == 401
    # One more is given each six seconds, which a busy machine may take for some of these.
    told = next(
        (tried for tried in range(6 * MAX_FAILURES) if "Too many attempts" in olga.sign_in().body.decode()), None
    )
    assert told is not None
    assert told >= MAX_FAILURES - 1
    answers = (web.anonymous().post("/auth/token", username="olga", password="wrong").status for _ in range(5))
    assert 429 in answers


@pytest.mark.parametrize("length", [4_096, 4_097, 100_000])
def test_a_password_longer_than_any_is_wrong(web: QuietWeb, length: int) -> None:
    assert "enter the correct username" in Operator(web.url, f"olga-{length}", "x" * length).sign_in().body.decode()


def test_cookies_are_for_the_admin_alone_and_out_of_scripts_reach(web: QuietWeb, operator: Operator) -> None:
    answer = Operator(web.url, operator.username, operator.password).sign_in()
    assert answer.status == 302
    cookies = re.findall(r"mediadock_\w+=[^,]*(?:, \d\d[^,]*)?", answer.headers["set-cookie"])
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "Path=/admin/" in cookie
        assert "SameSite=" in cookie
        assert "Secure" not in cookie, "the public address has no TLS here"


def test_behind_tls_cookies_are_secure_and_forms_of_the_public_address_are_believed(
    stack: Embedded, operator: Operator
) -> None:
    with run_quiet_web(stack, MEDIADOCK_PUBLIC_URL="https://media.example.org") as server:
        behind = Operator(server.url, operator.username, operator.password)
        behind.origin = "https://media.example.org"
        answer = behind.sign_in()
        assert answer.status == 302
        assert answer.headers["set-cookie"].count("Secure") == 2
        behind.origin = "https://evil.example.org"
        assert behind.post_bare("/admin/logout/", csrfmiddlewaretoken=behind.token_on("/admin/")).status == 403


def test_a_forged_form_does_nothing(web: QuietWeb, operator: Operator, carol: Api) -> None:
    asset_id = prepare(carol, photo())["asset_id"]
    assert operator.post_bare(f"{ASSETS}{asset_id}/delete/", confirmed="yes").status == 403
    assert (
        operator.post_bare(ASSETS, action="delete_assets", confirmed="yes", _selected_action=str(asset_id)).status
        == 403
    )
    assert carol.get(f"/assets/{asset_id}/").status == 200


def test_pages_have_a_strict_policy_and_stay_out_of_caches(operator: Operator) -> None:
    answer = operator.get(ASSETS)
    policy = dict(directive.split(" ", 1) for directive in answer.headers["content-security-policy"].split("; "))
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["x-frame-options"] == "DENY"
    text = answer.body.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', text):
        assert operator.get(path).status == 200, path


def test_the_api_knows_no_session(web: QuietWeb, operator: Operator) -> None:
    for path in ("/api/v1/users/me", "/api/v1/config", "/healthz"):
        answer = operator.get(path)
        assert "set-cookie" not in answer.headers
        assert "cookie" not in answer.headers.get("vary", "").lower()
    assert operator.get("/api/v1/users/me").status == 401, "an operator's cookie is nobody's token"


def test_signing_out_ends_the_session(web: QuietWeb) -> None:
    somebody = new_operator(web.url, "view_mediaasset")
    before = dict(somebody.cookies)
    assert somebody.get(ASSETS).status == 200
    answer = somebody.post_bare("/admin/logout/", csrfmiddlewaretoken=somebody.token_on(ASSETS))
    assert answer.status == 200
    somebody.cookies = before
    assert somebody.get(ASSETS).status == 302


def test_an_app_without_djangos_admin_still_has_the_engine() -> None:
    program = """
import django
from django.conf import settings
settings.configure(INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mediadock.uploads",
                                   "mediadock.contrib.chat"], SECRET_KEY="x")
django.setup()
import sys
from mediadock.uploads.services.retry import retry_asset
assert "mediadock.uploads.admin" not in sys.modules and "django.contrib.admin" not in sys.modules
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == 0, ran.stderr


def test_a_host_project_with_djangos_admin_has_the_pages_by_itself() -> None:
    program = """
import django
from django.conf import settings
settings.configure(
    SECRET_KEY="x", ROOT_URLCONF="urls",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
                    "django.contrib.messages", "django.contrib.admin", "mediadock.uploads", "mediadock.contrib.chat"],
)
django.setup()
import sys, types
from django.contrib import admin
from django.urls import path, reverse
sys.modules["urls"] = types.SimpleNamespace(urlpatterns=[path("staff/", admin.site.urls)])
from django.core.checks import run_checks
found = [error for error in run_checks() if "mediadock" in str(error.obj)]
assert found == [], found
print(sorted(model.__name__ for model in admin.site._registry if model.__module__.startswith("mediadock")))
print(reverse("admin:mediadock_uploads_mediaasset_retry", args=[7]))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == 0, ran.stderr
    registered, address = ran.stdout.splitlines()
    assert registered == "['Heartbeat', 'Ledger', 'MediaAsset', 'Message', 'Outbox']"
    assert address == "/staff/mediadock_uploads/mediaasset/7/retry/"


def test_a_user_whose_files_are_there_is_not_deleted_around_the_store(operator: Operator, carol: Api) -> None:
    prepare(carol, photo())
    page = operator.page(f"/admin/auth/user/{carol.user_id}/delete/")
    assert "your account doesn" in page, "the files must be deleted first, by what knows the store"
    assert messages(page) == []
