"""When a gateway's word for who acts is believed: for one request, for a minute, from its own address."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mediadock.auth.gateway import Asked, Gateway, Peers, Vouched, believe, sign, target_of, target_of_uri
from mediadock.auth.principal import Principal
from mediadock.core.errors import Unauthenticated

NOW = 1_800_000_000.5
SECRET = b"0123456789abcdef0123456789abcdef"
GATEWAY = Gateway(SECRET)
ASKED = Asked(method="POST", target="/api/v1/albums?limit=2", peer="10.0.0.1")
ALICE = Principal(7, None, int(NOW) + 900)
MACHINE = Principal(2**63 - 1, "service media:video", None)


def vouched(principal: Principal = ALICE, *, now: float = NOW, gateway: Gateway = GATEWAY) -> Vouched:
    return sign(principal, gateway, method=ASKED.method, target=ASKED.target, now=now)


def refusal(word: Vouched, *, asked: Asked = ASKED, gateway: Gateway = GATEWAY, now: float = NOW) -> Unauthenticated:
    with pytest.raises(Unauthenticated) as refused:
        believe(word, gateway, asked, now=now)
    return refused.value


@pytest.mark.parametrize("principal", [ALICE, MACHINE, Principal(1)], ids=str)
def test_what_the_gateway_signs_is_believed_as_it_was_said(principal: Principal) -> None:
    assert believe(vouched(principal), GATEWAY, ASKED, now=NOW) == principal


def test_the_signature_is_the_one_that_the_documentation_describes() -> None:
    """Worked out with openssl; a gateway of somebody else's must come to the same."""
    word = sign(Principal(7, "service", 1_800_000_900), GATEWAY, method="GET", target="/api/v1/users/me", now=NOW)
    assert word.signature == "v1=35cc2825ae8a29f3284df07d1662f77f56926b61743787aa0f623203545812f8"


@pytest.mark.parametrize(
    "change",
    [
        {"user": "8"},
        {"user": "7,8"},
        {"user": "7, 7"},
        {"user": "07"},
        {"user": "+7"},
        {"user": "٧"},
        {"user": " 7"},
        {"user": "7\n"},
        {"user": "0"},
        {"user": str(2**63)},
        {"user": ""},
        {"scope": "service"},
        {"scope": "a\nb"},
        {"scope": "  "},
        {"expires": ""},
        {"expires": "1800009999"},
        {"expires": "soon"},
        {"time": ""},
        {"time": "1800000001"},
        {"time": "1800000000.5"},
        {"time": "1800000000,1800000000"},
        {"time": "-1"},
        {"time": "9" * 40},
        {"signature": ""},
        {"signature": "v1="},
        {"signature": "v2=" + "0" * 64},
        {"signature": "v1=" + "0" * 64},
        {"signature": "v1=" + "é" * 64},
    ],
    ids=str,
)
def test_nothing_that_it_says_can_be_changed_or_left_out(change: dict[str, str]) -> None:
    assert refusal(replace(vouched(), **change)).code == "gateway_refused"


def test_a_signature_twice_in_upper_case_or_bare_is_another_one() -> None:
    signature = vouched().signature
    for other in (f"{signature},{signature}", signature.upper(), signature.removeprefix("v1="), f" {signature}"):
        assert refusal(replace(vouched(), signature=other)).code == "gateway_refused"


@pytest.mark.parametrize(
    "change",
    [
        {"method": "GET"},
        {"method": "post"},
        {"target": "/api/v1/albums"},
        {"target": "/api/v1/albums?limit=3"},
        {"target": "/api/v1/albums?limit=2&limit=3"},
        {"target": "/api/v1/albums/?limit=2"},
        {"target": "/api/v1/users/me?limit=2"},
        {"target": "/api/v1/albums%3Flimit=2"},
    ],
    ids=str,
)
def test_it_is_good_for_no_other_request(change: dict[str, str]) -> None:
    assert refusal(vouched(), asked=replace(ASKED, **change)).code == "gateway_refused"


def test_a_field_can_not_reach_into_the_next_one() -> None:
    one = Principal(7, "12", 3)
    assert vouched(one).signature != vouched(Principal(71, "2", 3)).signature
    assert vouched(Principal(7, None, 12)).signature != vouched(Principal(7, "12", None)).signature
    for scope in ("a\nb", "a\r\nX-User-Id: 8", "\x00", "é", " a", "a "):
        with pytest.raises(Unauthenticated):
            vouched(Principal(7, scope))


@pytest.mark.parametrize(("passed_s", "good"), [(-61, False), (-60, True), (0, True), (60, True), (61, False)])
def test_it_is_good_for_a_minute_to_both_sides(passed_s: int, *, good: bool) -> None:
    word, now = vouched(Principal(7)), float(int(NOW) + passed_s)
    if good:
        assert believe(word, GATEWAY, ASKED, now=now) == Principal(7)
    else:
        assert refusal(word, now=now).code == "gateway_refused"


@pytest.mark.parametrize(("ended_s_ago", "good"), [(0, True), (29, True), (30, False), (31, False)])
def test_an_identity_ends_as_its_token_does(ended_s_ago: int, *, good: bool) -> None:
    now = float(int(NOW))
    principal = Principal(7, None, int(now) - ended_s_ago)
    if good:
        assert believe(vouched(principal), GATEWAY, ASKED, now=now) == principal
    else:
        assert refusal(vouched(principal), now=now).code == "token_expired"


def test_another_secret_is_another_gateway() -> None:
    assert refusal(vouched(gateway=Gateway(SECRET[:-1] + b"0"))).code == "gateway_refused"


@pytest.mark.parametrize(("length", "good"), [(0, False), (31, False), (32, True), (33, True)])
def test_a_short_secret_is_none(length: int, *, good: bool) -> None:
    if good:
        assert Gateway(b"x" * length).secret
    else:
        with pytest.raises(ValueError, match="at least 32 bytes"):
            Gateway(b"x" * length)


def test_no_word_at_all_has_a_code_of_its_own() -> None:
    assert refusal(Vouched()).code == "gateway_missing"


@pytest.mark.parametrize(
    ("listed", "peer", "good"),
    [
        ([], "203.0.113.9", True),
        ([], "", True),
        (["10.0.0.1"], "10.0.0.1", True),
        (["10.0.0.1"], "10.0.0.2", False),
        (["10.0.0.0/30"], "10.0.0.3", True),
        (["10.0.0.0/30"], "10.0.0.4", False),
        (["10.0.0.1"], "::ffff:10.0.0.1", True),
        (["fd00::/8"], "fd00::1", True),
        (["fd00::/8"], "10.0.0.1", False),
        (["10.0.0.1"], "", False),
        (["unix"], "", True),
        (["unix"], "10.0.0.1", False),
        (["unix", "10.0.0.1"], "10.0.0.1", True),
        (["10.0.0.1"], "10.0.0.1, 10.0.0.9", False),
    ],
)
def test_it_is_heard_from_the_listed_peers_alone(listed: list[str], peer: str, *, good: bool) -> None:
    gateway, asked = Gateway(SECRET, Peers.parse(listed)), replace(ASKED, peer=peer)
    if good:
        assert believe(vouched(), gateway, asked, now=NOW) == ALICE
    else:
        assert refusal(vouched(), asked=asked, gateway=gateway).code == "gateway_refused"


@pytest.mark.parametrize("entry", ["", "nginx", "10.0.0.1/8", "10.0.0.0/33", "0x7f.1", "*"])
def test_a_list_of_peers_is_addresses_and_networks(entry: str) -> None:
    with pytest.raises(ValueError, match=r"IPv4|host bits"):
        Peers.parse([entry])


@pytest.mark.parametrize(
    ("uri", "path", "query"),
    [
        ("/a/b", "/a/b", ""),
        ("/a/b?", "/a/b", ""),
        ("/a%2Fb%20%c3%A9", "/a/b é", ""),
        ("/a+b;c=1,d", "/a+b;c=1,d", ""),
        ("/a%0Ab", "/a\nb", ""),
        ("/a%3Fb?c", "/a?b", "c"),
        ("/a?b?c=%20+", "/a", "b?c=%20+"),
        ("/%61/../b//c", "/a/../b//c", ""),
        ("/100%", "/100%", ""),
        ("/a%zz", "/a%zz", ""),
    ],
)
def test_a_request_line_and_what_wsgi_makes_of_it_are_one_target(uri: str, path: str, query: str) -> None:
    assert target_of_uri(uri) == target_of(path, query)
    assert "\n" not in target_of_uri(uri)


def test_a_question_mark_in_a_path_is_no_query() -> None:
    assert target_of("/a?b", "") != target_of("/a", "b")


def test_no_secret_is_in_any_text() -> None:
    asked = replace(ASKED, target="/api/v1/events/?ticket=geheim")
    word = vouched()
    for text in (repr(GATEWAY), repr(word), str(refusal(word, asked=asked)), str(refusal(Vouched(), asked=asked))):
        assert "geheim" not in text
        assert SECRET.decode() not in text
        assert word.signature not in text


def test_the_log_says_what_was_wrong_and_the_answer_does_not() -> None:
    refused = refusal(replace(vouched(), user="8"))
    assert "signature" in refused.log
    assert "/api/v1/albums" in refused.log
    assert "10.0.0.1" in refused.log
    assert "signature" not in refused.detail
