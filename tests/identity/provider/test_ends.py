"""Ends: signing out from a client, clients that are told, devices that are let in or not."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode

import jwt
import pytest
from django.utils import timezone
from tests.identity.provider.conftest import Register
from tests.identity.provider.party import (
    ORIGIN,
    TOKEN,
    Party,
    decoded,
    new_browser,
    sign_in,
)

from ringwall.identity.facts import Facts

BYE = "https://app.example/bye"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def browser(ada: Any, facts: Facts) -> Any:
    return sign_in(ada)


def bye(browser: Any, **fields: str) -> Any:
    return browser.get(f"/identity/o/logout?{urlencode(fields)}")


def test_a_client_signs_its_person_out(browser: Any, register: Register, facts: Facts) -> None:
    party = Party(*register(facts, first_party=True, logout_uris=(BYE,)))
    hint = party.tokens(browser)["id_token"]
    answer = bye(browser, id_token_hint=hint, post_logout_redirect_uri=BYE, state="s&t")
    assert answer.headers["location"] == f"{BYE}?state=s%26t"
    assert party.authorize(browser, prompt="none")["error"] == "login_required"
    # Again, with nobody signed in: there is nothing to do but to go back.
    assert bye(browser, id_token_hint=hint, post_logout_redirect_uri=BYE).status_code == 303


def test_nobody_is_signed_out_or_sent_away_by_a_link_alone(
    browser: Any, ada: Any, register: Register, facts: Facts
) -> None:
    party = Party(*register(facts, first_party=True, logout_uris=(BYE,)))
    other = Party(
        *register(facts, name="Other", first_party=True, logout_uris=("https://o.example/",))
    )
    hint = party.tokens(sign_in(ada))["id_token"]
    key = jwt.encode({"sub": ada.subject, "aud": party.id, "iss": ORIGIN}, "k" * 32, "HS256")
    links: list[dict[str, str]] = [
        {},
        {"client_id": party.id, "post_logout_redirect_uri": BYE},
        {"id_token_hint": hint, "post_logout_redirect_uri": BYE},
        {"id_token_hint": key, "post_logout_redirect_uri": BYE},
        {"id_token_hint": hint, "client_id": other.id},
    ]
    for fields in links:
        page = bye(browser, **fields)
        assert page.status_code == 200, fields
        assert b'value="yes"' in page.content
    assert "code" in party.authorize(browser)
    gone = new_browser()
    for target in (
        "https://evil.example/",
        f"{BYE}/more",
        f"{BYE}?x=1",
        f"{BYE}#x",
        "//evil.example/",
        "https://app.example@evil.example/bye",
        "javascript:alert(1)",
        "https://o.example/",
    ):
        answer = bye(gone, client_id=party.id, post_logout_redirect_uri=target)
        assert answer.status_code == 200, target
        assert "location" not in answer.headers
    page = bye(browser, client_id=party.id, post_logout_redirect_uri=BYE)
    signed = page.content.decode().split('name="request" value="')[1].split('"')[0]
    strict = new_browser()
    strict.handler.enforce_csrf_checks = True
    strict.cookies = browser.cookies
    refused = strict.post("/identity/o/logout", {"answer": "yes", "request": signed})
    assert refused.status_code == 403
    done = browser.post("/identity/o/logout", {"answer": "yes", "request": signed})
    assert done.headers["location"] == BYE
    assert party.authorize(browser, prompt="none")["error"] == "login_required"


def test_clients_are_told_of_the_end_until_they_take_it(
    browser: Any, ada: Any, register: Register, facts: Facts
) -> None:
    from ringwall.identity import sessions
    from ringwall.identity.models import Participation
    from ringwall.identity.provider import backchannel

    address = "https://app.example/ended"
    party = Party(*register(facts, first_party=True, backchannel_logout_uri=address))
    silent = Party(*register(facts, name="Silent", first_party=True))
    absent = register(facts, name="Absent", backchannel_logout_uri="https://absent.example/")
    hint = decoded(party.tokens(browser)["id_token"])
    party.tokens(browser)
    silent.tokens(browser)
    now, sent = timezone.now(), []

    def fail(_address: str, _token: str) -> None:
        raise OSError("nobody is there")

    def take(to: str, token: str) -> None:
        sent.append((to, token))

    assert backchannel.tell(now, send=take) == (0, 0), "nothing has ended"
    sessions.end(ada.sessions.get(), reason="a test")
    assert backchannel.tell(now, send=fail) == (0, 1)
    assert backchannel.tell(now, send=take) == (0, 0), "not at once again"
    assert backchannel.tell(now + timedelta(minutes=1), send=take) == (1, 0)
    assert backchannel.tell(now + timedelta(days=1), send=take) == (0, 0)
    assert absent
    ((to, token),) = sent
    assert to == address
    keys = party.machine.get("/.well-known/jwks.json").json()["keys"]
    header = jwt.get_unverified_header(token)
    key = next(one for one in keys if one["kid"] == header["kid"])
    said = jwt.decode(
        token, jwt.PyJWK.from_dict(key), algorithms=["ES256"], audience=party.id, issuer=ORIGIN,
        options={"verify_iat": False, "verify_exp": False},
    )  # fmt: skip
    assert header["typ"] == "logout+jwt"
    assert (said["sub"], said["sid"]) == (ada.subject, hint["sid"])
    assert said["events"] == {LOGOUT: {}}
    assert "nonce" not in said
    assert set(said) >= {"iat", "jti", "exp"}
    # A session that ends by the clock is told as well.
    party.tokens(sign_in(ada))
    Participation.objects.filter(told=None).update(next_try=now)
    living = ada.sessions.filter(ended=None).get()
    assert backchannel.tell(living.expires + timedelta(seconds=1), send=take)[0] == 1
    assert len(sent) == 2


def test_a_notice_is_posted_as_a_form_and_redirects_are_not_followed(facts: Facts) -> None:
    from ringwall.identity.provider import backchannel

    seen: list[tuple[str, dict[str, list[str]]]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            seen.append((self.path, parse_qs(body)))
            codes = {"/good": 200, "/moved": 302, "/broken": 503, "/strange": 201}
            self.send_response(codes[self.path])
            self.send_header("Location", "/good")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        base = f"http://127.0.0.1:{server.server_port}"
        backchannel.post(f"{base}/good", "a.b.c")
        for path in ("/moved", "/broken", "/strange"):
            with pytest.raises(OSError) as error:  # noqa: PT011 - any reason will do
                backchannel.post(base + path, "a.b.c")
            if hasattr(error.value, "close"):
                error.value.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert [path for path, _ in seen] == ["/good", "/moved", "/broken", "/strange"]
    assert seen[0][1] == {"logout_token": ["a.b.c"]}


def test_a_device_waits_for_a_person(
    browser: Any, ada: Any, register: Register, facts: Facts
) -> None:
    from ringwall.identity.models import DeviceCode

    more = {"grant_types": (DEVICE, "refresh_token"), "redirect_uris": (), "auth_method": "none"}
    party, other = (Party(*register(facts, name=name, **more)) for name in ("TV", "Radio"))

    def begin(**changes: str) -> Any:
        return party.post("/identity/o/api/device/code", {"scope": "openid"}, **changes)

    def poll(code: str, who: Party = party) -> Any:
        DeviceCode.objects.update(last_poll=None)
        return who.post(TOKEN, {"grant_type": DEVICE, "device_code": code}).json()

    def answer(code: str, action: str, who: Any = browser) -> Any:
        return who.post("/identity/o/device", {"code": code, "action": action})

    assert begin(scope="openid admin").json()["error"] == "invalid_scope"
    begun = begin().json()
    assert begun["verification_uri_complete"].endswith(begun["user_code"])
    device = begun["device_code"]
    assert poll(device)["error"] == "authorization_pending"
    form = {"grant_type": DEVICE, "device_code": device}
    assert party.post(TOKEN, form).json()["error"] == "slow_down"
    assert poll(device, other)["error"] == "invalid_grant"
    assert poll("guessed")["error"] == "invalid_grant"
    assert new_browser().get("/identity/o/device").status_code == 302
    page = browser.get(f"/identity/o/device?code={begun['user_code'].lower()}")
    assert b"TV" in page.content
    assert poll(device)["error"] == "authorization_pending", "a link alone lets nothing in"
    answer(begun["user_code"], "allow")
    given = poll(device)
    assert decoded(given["id_token"])["sub"] == ada.subject
    assert poll(device)["error"] == "invalid_grant", "a second time"
    assert party.refresh(given["refresh_token"]).status_code == 200

    refused = begin().json()
    answer(refused["user_code"], "deny")
    assert poll(refused["device_code"])["error"] == "access_denied"
    late = begin().json()
    DeviceCode.objects.update(expires=timezone.now())
    assert poll(late["device_code"])["error"] == "expired_token"
    assert answer(late["user_code"], "allow").status_code in {400, 429}
    tries = [answer("BBBB-BBBB", "allow").status_code for _ in range(8)]
    assert tries[-1] == 429


def test_what_is_over_is_forgotten(browser: Any, register: Register, facts: Facts) -> None:
    from ringwall.identity.models import Grant
    from ringwall.identity.provider import cleaning, grants

    party = Party(*register(facts, first_party=True))
    party.authorize(browser)
    used = party.tokens(browser)
    now = timezone.now()
    assert cleaning.forget(now) == 0
    assert cleaning.forget(now + timedelta(days=1, minutes=5)) == 1, "the code nobody used"
    assert party.refresh(used["refresh_token"]).status_code == 200
    grants.end(Grant.objects.get(), reason="a test", now=now)
    assert cleaning.forget(now + timedelta(days=1, minutes=5)) == 1


def test_what_we_say_of_ourselves_is_so(browser: Any, register: Register, facts: Facts) -> None:
    machine = new_browser()
    told = machine.get("/.well-known/openid-configuration").json()
    assert told == machine.get("/.well-known/oauth-authorization-server").json()
    assert told["issuer"] == ORIGIN
    for name, url in told.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            assert machine.get(url.removeprefix(ORIGIN)).status_code not in {404, 500}, name
    missing = machine.get("/identity/o/api/clients")
    assert missing.status_code == 404
    party = Party(*register(facts, first_party=True))
    said = decoded(party.tokens(browser)["id_token"])
    assert set(said) <= set(told["claims_supported"])


def test_a_new_key_signs_without_a_request_failing(
    browser: Any, register: Register, facts: Facts, state: Any
) -> None:
    from ringwall.identity.keyring import SCHEDULES, Keyring
    from ringwall.identity.kinds import Purpose
    from ringwall.identity.provider import reading

    party = Party(*register(facts, first_party=True))
    old = party.tokens(browser)
    ring, now = Keyring(state, Purpose.ACCESS), timezone.now()
    ring.turn(now, at_once=True)
    published = {one["kid"] for one in party.machine.get("/.well-known/jwks.json").json()["keys"]}
    assert len(published) >= 2
    # Published before it signs: whoever keeps the set for an hour knows it by then.
    lead = SCHEDULES[Purpose.ACCESS].lead
    assert jwt.get_unverified_header(party.tokens(browser)["id_token"])["kid"] in published
    assert ring.signing(now + lead).kid in published
    assert ring.signing(now).kid != ring.signing(now + lead).kid
    assert party.userinfo(old["access_token"]).status_code == 200
    assert reading.hint(old["id_token"], facts=facts, now=now + lead) is not None


def test_codes_of_devices_are_guessed_slowly_however_they_are_sent(browser: Any) -> None:
    """All processes count together: nothing of it is kept in one of them."""
    from django.core.cache import cache

    def tries() -> list[int]:
        found = []
        for number in range(8):
            cache.clear()
            code = {"code": f"BBBB-BBB{'BCDFGHJK'[number]}"}
            page = "/identity/o/device"
            answer = browser.post(page, code) if number % 2 else browser.get(page, code)
            found.append(answer.status_code)
        return found

    assert tries() == [400] * 6 + [429] * 2
    answer = browser.get("/identity/o/device?code=BBBB-BBBB")
    assert (answer.status_code, answer.headers["retry-after"].isdigit()) == (429, True)
    assert browser.get("/identity/o/device").status_code == 200, "no code, no guess"
    elsewhere = {"x-ringwall-address": "192.0.2.9"}
    other = browser.get("/identity/o/device?code=BBBB-BBBB", headers=elsewhere)
    assert other.status_code == 400


def test_devices_begin_to_wait_slowly(register: Register, facts: Facts) -> None:
    from ringwall.identity.models import DeviceCode

    party = Party(
        *register(facts, name="TV", grant_types=(DEVICE,), redirect_uris=(), auth_method="none")
    )
    answers = [party.post("/identity/o/api/device/code", {"scope": "openid"}) for _ in range(22)]
    assert [one.status_code for one in answers] == [200] * 20 + [429] * 2
    assert answers[-1].json()["error"] == "temporarily_unavailable"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 20
    assert DeviceCode.objects.count() == 20


def test_who_scans_for_tokens_is_told_nothing_for_a_while(
    browser: Any, register: Register, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.identity import slowing
    from ringwall.identity.throttling import Rule

    monkeypatch.setattr(slowing, "SCANNING", Rule("scanning", 3, 60))
    party = Party(*register(facts, first_party=True))
    other = Party(*register(facts, first_party=True))
    token = party.tokens(browser)["access_token"]
    for _ in range(5):
        assert party.introspect(token)["active"], "good ones are not counted"
    for _ in range(3):
        assert not party.introspect("a guess")["active"]
    answer = party.post("/identity/o/api/introspect", {"token": token})
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)
    assert other.introspect("another") == {"active": False}
