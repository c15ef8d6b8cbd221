"""Forms that wait while their sender signs in: whose are kept, and that they are taken once."""

from typing import Any

import pytest

from ringwall.identity.facts import Facts

TARGET = "https://north.shop.localhost:8443/orders?draft=1"
ORIGIN = "https://north.shop.localhost:8443"
FORM = "application/x-www-form-urlencoded"


def sent(browser: Any, body: str = "article=tea&note=%C3%A4", **more: Any) -> Any:
    asked = {"origin": ORIGIN, **more.pop("headers", {})}
    kind = more.pop("content_type", FORM)
    return browser.post(f"/enter?state=one&to={TARGET}", body, content_type=kind, headers=asked)


def secret_of(answer: Any) -> str:
    assert answer.status_code == 303
    return str(answer["Location"].partition("form=")[2].partition("&")[0])


def test_a_form_of_the_pages_own_origin_waits_and_is_taken_once(browser: Any) -> None:
    from ringwall.identity import held

    secret = secret_of(sent(browser))
    authority = ORIGIN.removeprefix("https://")
    assert held.take(secret, authority="south.shop.localhost:8443") is None
    assert held.take(secret, authority=authority) == (TARGET, [("article", "tea"), ("note", "ä")])
    assert held.take(secret, authority=authority) is None


def test_browsers_hide_the_origin_of_what_was_redirected(browser: Any) -> None:
    assert secret_of(sent(browser, headers={"origin": "null", "referer": f"{ORIGIN}/"}))


def test_what_waits_is_sealed(browser: Any) -> None:
    from ringwall.identity.models import HeldForm

    sent(browser, "article=darjeeling")
    kept = HeldForm.objects.get()
    assert "darjeeling" not in kept.fields


@pytest.mark.parametrize(
    "changed",
    [
        {"headers": {"origin": "https://evil.example"}},
        {"headers": {"origin": "null"}},
        {"headers": {"origin": "null", "referer": "https://evil.example/"}},
        {"headers": {"origin": "null", "referer": f"{ORIGIN}.evil.example/"}},
        {"headers": {"origin": "https://evil.example", "referer": f"{ORIGIN}/"}},
        {"headers": {"origin": "https://south.shop.localhost:8443"}},
        {"content_type": "application/json", "body": "{}"},
        {"content_type": "text/plain"},
        {"body": "a=" + "x" * 70_000},
        {"body": "&".join(f"f{n}=1" for n in range(300))},
        {"body": "a=%ff"},
    ],
)
def test_nothing_else_is_kept(browser: Any, changed: dict[str, Any]) -> None:
    from ringwall.identity.models import HeldForm

    answer = sent(browser, **changed)
    assert answer.status_code == 401
    assert not HeldForm.objects.exists()


def test_few_wait_at_a_time(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from ringwall.identity import held
    from ringwall.identity.models import HeldForm

    monkeypatch.setattr(held, "_AT_MOST", 3)
    secrets = [secret_of(sent(browser)) for _ in range(5)]
    assert HeldForm.objects.count() == 3
    authority = ORIGIN.removeprefix("https://")
    assert held.take(secrets[0], authority=authority) is None
    assert held.take(secrets[-1], authority=authority) is not None


def test_it_is_sent_again_on_the_targets_host(browser: Any, facts: Facts) -> None:
    answer = sent(browser)
    where = answer["Location"]
    assert where.startswith("/enter?state=one&form=")
    assert where.endswith(f"&to={TARGET}")
