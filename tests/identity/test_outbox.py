"""The outbox page: who sees that there is mail, who reads it, and what nobody reads."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.identity import tenants
from tests.identity.signing_in import html
from tests.identity.test_organisations_pages import act_as

from ringwall.identity import facts as facts_file
from ringwall.identity.config import Mail, Smtp
from ringwall.identity.facts import Facts

HIDDEN = "[not shown]"
LINK = "https://id.shop.localhost:8443/invitations/abcdefghijklmnopqrstuvwxyz"
STAFF = ("owner", "security-administrator", "operator", "auditor", "developer", "member", "guest")


@pytest.fixture
def mail(database: str, facts: Facts) -> Any:
    """A mail with a link, to Ada; the company has one person of each role, North its own."""
    from ringwall.identity.models import OutgoingMail

    tenants.organisation("shop", kind="provider")
    tenants.organisation("north")
    for role in STAFF:
        tenants.person(f"{role}@example.com", shop=[role])
    tenants.person("boss@example.com", north=["administrator"])
    tenants.person("nobody@example.com")
    return OutgoingMail.objects.create(
        to="ada@example.com", subject="You are invited", body=f"Open this:\n\n{LINK}\n", html=LINK
    )


def send_by_a_server(facts: Facts) -> None:
    sent = Mail(sender="us@example.com", smtp=Smtp(host="smtp.example.com"))
    settings = facts.settings.model_copy(update={"mail": sent})
    from ringwall.runtime.current import current_installation

    changed = Facts(settings=settings, port=facts.port, hosts=facts.hosts)
    facts_file.write(current_installation().state, changed)


def without_secrets(text: str) -> str:
    from ringwall.identity import outbox

    return outbox.without_secrets(text)


def text_of(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


@pytest.mark.parametrize("role", STAFF)
def test_whom_the_companys_people_may_see(mail: Any, browser: Any, role: str) -> None:
    act_as(browser, f"{role}@example.com")
    sees = role in {"owner", "security-administrator", "operator", "auditor"}
    reads = role == "owner"
    listed, one = browser.get("/outbox"), browser.get(f"/outbox/{mail.pk}")
    assert listed.status_code == (200 if sees else 404)
    assert one.status_code == (200 if reads else 404)
    assert ('href="/outbox"' in text_of(browser.get("/"))) is sees
    for answer in (listed, one):
        assert (LINK in text_of(answer)) is (reads and answer is one)
        assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
    if sees:
        assert "To ada@example.com" in text_of(listed)
        assert (f'href="/outbox/{mail.pk}"' in text_of(listed)) is reads


@pytest.mark.parametrize("email", ["boss@example.com", "nobody@example.com", ""])
def test_nobody_else_sees_any(mail: Any, browser: Any, email: str) -> None:
    if email:
        act_as(browser, email)
    for page in ("/outbox", f"/outbox/{mail.pk}", "/outbox/99999999999999999999999"):
        answer = browser.get(page)
        assert answer.status_code == (404 if email else 302), page
        assert "ada@example.com" not in text_of(answer)
        assert browser.post(page).status_code in {404, 405}


def test_a_role_of_a_customer_is_none_of_the_company(mail: Any, browser: Any) -> None:
    tenants.person("eve@example.com", north=["owner", "operator", "administrator"])
    act_as(browser, "eve@example.com")
    assert browser.get("/outbox").status_code == 404
    assert browser.get(f"/outbox/{mail.pk}").status_code == 404


def test_whoever_is_out_of_the_company_reads_nothing_more(mail: Any, browser: Any) -> None:
    from ringwall.identity.models import Membership

    act_as(browser, "owner@example.com")
    assert browser.get(f"/outbox/{mail.pk}").status_code == 200
    Membership.objects.filter(user__email="owner@example.com").update(active=False)
    assert browser.get(f"/outbox/{mail.pk}").status_code == 404


def test_the_companys_networks_and_factors_hold(mail: Any, browser: Any) -> None:
    from ringwall.identity.models import Organisation

    act_as(browser, "owner@example.com", factors=1)
    assert html(browser).get("/outbox").status_code == 302
    act_as(browser, "owner@example.com")
    Organisation.objects.filter(slug="shop").update(networks=["10.0.0.0/8"])
    assert browser.get("/outbox").status_code == 403


def test_a_text_takes_a_fresh_proof(mail: Any, browser: Any) -> None:
    act_as(browser, "owner@example.com")
    kept = browser.session
    for one in kept["account_authentication_methods"]:
        one["at"] -= 3600
    kept.save()
    assert browser.get("/outbox").status_code == 200
    answer = browser.get(f"/outbox/{mail.pk}")
    assert answer.status_code == 302
    assert f"next=%2Foutbox%2F{mail.pk}" in answer.url


def test_what_went_out_or_will_shows_no_link(mail: Any, browser: Any, facts: Facts) -> None:
    act_as(browser, "owner@example.com")
    page = f"/outbox/{mail.pk}"
    assert LINK in text_of(browser.get(page))
    send_by_a_server(facts)
    for sent in (None, timezone.now()):
        mail.sent = sent
        mail.save()
        told = text_of(browser.get(page))
        assert "Open this:" in told
        assert HIDDEN in told
        assert "/invitations/" not in told
    facts_file.write(facts_file_state(), facts)
    assert "/invitations/" not in text_of(browser.get(page))


def facts_file_state() -> Any:
    from ringwall.runtime.current import current_installation

    return current_installation().state


def test_states_are_told_apart(mail: Any, browser: Any) -> None:
    from ringwall.identity.models import OutgoingMail

    now = timezone.now()
    for told in (
        {"tries": 2, "error": "550 <b>no</b>"},
        {"tries": 30, "error": "late"},
        {"sent": now - timedelta(hours=2)},
    ):
        OutgoingMail.objects.create(to="b@example.com", subject="S", body="", **told)
    act_as(browser, "operator@example.com")
    page = text_of(browser.get("/outbox"))
    assert re.findall(r'class="badge[ a-z]*">([^<]+)<', page) == [
        "Sent",
        "Given up",
        "Failed",
        "Waiting",
    ]
    assert "550 &lt;b&gt;no&lt;/b&gt;" in page
    assert "sent 2 hours ago" in page


def test_many_are_shown_in_parts(mail: Any, browser: Any) -> None:
    from ringwall.identity.models import OutgoingMail

    many = [OutgoingMail(to="b@example.com", subject=f"S{n}", body="") for n in range(60)]
    OutgoingMail.objects.bulk_create(many)
    act_as(browser, "operator@example.com")
    first = text_of(browser.get("/outbox"))
    assert ("S59" in first, "You are invited" in first) == (True, False)
    older = re.search(r'href="(\?before=\d+)"', first)
    assert older is not None
    second = text_of(browser.get(f"/outbox{older[1]}"))
    assert ("S59" in second, "You are invited" in second) == (False, True)
    for nonsense in ("x", "-1", "9" * 40, "\u0661"):
        assert browser.get("/outbox", {"before": nonsense}).status_code == 200


def test_without_mail_the_page_says_so(database: str, facts: Facts, browser: Any) -> None:
    tenants.organisation("shop", kind="provider")
    tenants.person("owner@example.com", shop=["owner"])
    act_as(browser, "owner@example.com")
    from ringwall.identity.models import OutgoingMail

    OutgoingMail.objects.all().delete()
    assert "No mail" in text_of(browser.get("/outbox"))


def test_codes_and_links_of_real_mail_are_left_out(mail: Any, browser: Any) -> None:
    """Those that the libraries and we write, whatever they look like in there."""
    from allauth.core.internal.cryptokit import generate_user_code
    from django.template.loader import render_to_string

    code = generate_user_code()
    told = render_to_string(
        "account/email/email_confirmation_message.txt", {"code": code, "user": mail.to}
    )
    assert code in told
    assert code not in without_secrets(told)
    browser.post("/accounts/password/reset/", {"email": "boss@example.com"})
    from ringwall.identity.models import OutgoingMail

    body = OutgoingMail.objects.filter(to="boss@example.com").latest("pk").body
    found = re.search(r"https://\S+", body)
    assert found is not None
    hidden = without_secrets(body)
    assert "password" in hidden
    assert "://" not in hidden
    assert found.group().strip("/").rpartition("/")[2] not in hidden


@pytest.mark.parametrize(
    "secret",
    [
        "https://a.example/x?y=z",
        "HTTPS://a.example",
        "id.example/recover?secret=abc",
        "WXYZ-BCDF",
        "BCD-FGH-JKL",
        "rwk_eyJhbGciOiJFUzI1NiJ9.abc",
    ],
)
@pytest.mark.usefixtures("_django")
def test_what_looks_like_a_secret_is_left_out(secret: str) -> None:
    assert secret not in without_secrets(f"Hello Ada, use {secret} soon.")
    assert secret not in without_secrets(f"Hello\n\n{secret}\n")


@pytest.mark.usefixtures("_django")
def test_words_stay() -> None:
    told = "When: 26 November 2026, 01:00 UTC\nAddress: 127.0.0.7\n\nIf this was not you, ask.\n"
    assert without_secrets(told) == told
    assert without_secrets("Use it:\n123456\n") == f"Use it:\n{HIDDEN}\n"
