"""Whoever holds a copy of the database comes in nowhere with it."""

from typing import Any

import pytest
from tests.identity import tenants
from tests.identity.signing_in import person, session_of, sign_in

from ringwall.identity.facts import Facts


def copy() -> str:
    """Everything in every table, as text."""
    from django.apps import apps
    from django.db import connection

    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            found += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(found)


def test_no_cookie_token_or_link_is_in_a_copy(browser: Any, facts: Facts) -> None:
    from ringwall.identity.models import OutgoingMail, Visit

    person()
    assert sign_in(browser).status_code == 302
    cookie = browser.cookies["__Host-ringwall-id"].value
    session = session_of(browser)
    assert session is not None
    tenants.entered(session, facts, "shop.localhost")
    token = Visit.objects.get().token
    assert token.count(".") == 2
    key = "k3y-of-a-link"  # too long to come up by chance in what is sealed
    OutgoingMail.objects.create(to="a@example.com", subject="S", body=f"at /x?key={key}", html=key)
    assert OutgoingMail.objects.latest("pk").body == f"at /x?key={key}"
    found = copy()
    assert session.pk in found
    for secret in (cookie, token, key, "account_authentication_methods"):
        assert secret not in found


def test_what_is_kept_of_a_cookie_is_none(browser: Any, facts: Facts) -> None:
    from ringwall.identity import sessions

    person()
    sign_in(browser)
    session = session_of(browser)
    assert browser.get("/sessions").status_code == 200
    cookie = browser.cookies["__Host-ringwall-id"].value
    browser.cookies["__Host-ringwall-id"] = session.key
    assert browser.get("/sessions").status_code == 302
    browser.cookies["__Host-ringwall-id"] = cookie
    assert browser.get("/sessions").status_code == 200
    sessions.end(session, reason="a test")
    assert browser.get("/sessions").status_code == 302


def test_what_another_key_sealed_reads_as_nothing(
    browser: Any, facts: Facts, caplog: pytest.LogCaptureFixture
) -> None:
    from django.db import connection

    from ringwall.identity.models import OutgoingMail

    mail = OutgoingMail.objects.create(to="a@example.com", subject="S", body="secret")
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{OutgoingMail._meta.db_table}" SET body = %s', ["rw1.AAAA"])
    mail.refresh_from_db()
    assert mail.body == ""
    assert "cannot be read" in caplog.text


@pytest.mark.usefixtures("database")
def test_sealed_columns_need_no_migration() -> None:
    from django.core.management import call_command

    call_command("makemigrations", "identity", "--check", "--dry-run", verbosity=0)
