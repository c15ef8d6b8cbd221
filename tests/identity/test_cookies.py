"""The cookie of a session, whatever else its browser has under way."""

from typing import Any, Final

import pytest
from tests.identity.signing_in import person, sign_in

from ringwall.identity.facts import Facts

COOKIE: Final = "__Host-ringwall-id"


@pytest.mark.parametrize("path", ["/", "/sessions", "/accounts/login/"])
def test_a_page_asked_for_before_a_sign_in_takes_no_cookie_away_after_it(
    browser: Any, facts: Facts, path: str
) -> None:
    person()
    browser.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    before = browser.cookies[COOKIE].value
    assert sign_in(browser).status_code == 302
    after = browser.cookies[COOKIE].value
    assert after not in {"", before}
    browser.cookies[COOKIE] = before
    assert COOKIE not in browser.get(path).cookies
    browser.cookies[COOKIE] = after
    assert browser.get("/sessions").status_code == 200
    browser.post("/accounts/logout/")
    assert browser.cookies[COOKIE].value != after
