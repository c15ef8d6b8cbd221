"""What is long over is forgotten, piece by piece, and nothing that still counts."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.identity import tenants

from ringwall.identity.facts import Facts

DAY = timedelta(days=1)


@pytest.fixture
def ada(database: str, facts: Facts) -> Any:
    tenants.organisation("north")
    return tenants.person("ada@example.com", north=["buyer"])


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def session(ada: Any, now: datetime, age: int, **more: Any) -> Any:
    """A session begun ``age`` days ago that could go on until tomorrow."""
    begun = now - age * DAY
    return tenants.session(ada, "north", created=begun, last_use=begun, key=str(age), **more)


def test_sessions_stay_for_ninety_days_after_their_end(ada: Any, now: datetime) -> None:
    from ringwall.identity import forgetting
    from ringwall.identity.models import Session

    gone = session(ada, now, 200, ended=now - 91 * DAY)
    out_of_date = session(ada, now, 199)
    Session.objects.filter(pk=out_of_date.pk).update(expires=now - 91 * DAY)
    stay = {
        session(ada, now, 198, ended=now - 89 * DAY).pk,
        session(ada, now, 197).pk,
        session(ada, now, 1).pk,
    }
    assert forgetting.forget_old(now) == 2
    assert set(Session.objects.values_list("pk", flat=True)) == stay
    assert gone.pk not in stay


def test_the_last_session_stays_so_that_a_new_device_is_told(
    ada: Any, now: datetime, facts: Facts, browser: Any
) -> None:
    from ringwall.identity import alerts, forgetting
    from ringwall.identity.models import OutgoingMail, Session

    for age in (300, 200):
        session(ada, now, age, ended=now - (age - 1) * DAY)
    assert forgetting.forget_old(now) == 1
    session(ada, now, 0)
    request: Any = type("R", (), {"headers": {}})()
    alerts.signed_in(request, ada, familiar=False)
    assert OutgoingMail.objects.filter(to=ada.email, subject__contains="new device").exists()
    assert Session.objects.count() == 2


def test_visits_stay_with_a_session_that_goes_on(ada: Any, now: datetime) -> None:
    from ringwall.identity import forgetting
    from ringwall.identity.models import Session, Visit

    def visit(of: Any, name: str) -> None:
        made = Visit.objects.create(session=of, host="x", secret_hash=name)
        Visit.objects.filter(pk=made.pk).update(created=now - 100 * DAY)

    visit(session(ada, now, 100), "living")
    visit(session(ada, now, 99, ended=now - 29 * DAY), "just over")
    visit(session(ada, now, 98, ended=now - 31 * DAY), "over")
    ran_out = session(ada, now, 97)
    Session.objects.filter(pk=ran_out.pk).update(expires=now - 31 * DAY)
    visit(ran_out, "ran out")
    assert forgetting.forget_old(now) == 2
    left = set(Visit.objects.values_list("secret_hash", flat=True))
    assert left == {"living", "just over"}
    assert Session.objects.count() == 4


def test_links_and_invitations_stay_for_ninety_days(ada: Any, now: datetime) -> None:
    from ringwall.identity import forgetting
    from ringwall.identity.models import Invitation, RecoveryLink

    north = tenants.member(ada, "north").organisation

    def both(name: str, **told: Any) -> None:
        told = {"expires": now + DAY, **told}
        invited = {"taken" if key == "used" else key: value for key, value in told.items()}
        Invitation.objects.create(
            organisation=north, email=f"{name}@example.com", secret_hash=name, **invited
        )
        RecoveryLink.objects.create(user=ada, reason="r", made_by="m", secret_hash=name, **told)

    for name, told in {
        "open": {},
        "late": {"expires": now - 89 * DAY},
        "very late": {"expires": now - 91 * DAY},
        "taken": {"used": now - 89 * DAY},
        "taken long ago": {"used": now - 91 * DAY},
    }.items():
        both(name, **told)
    Invitation.objects.create(
        organisation=north,
        email="w@example.com",
        secret_hash="withdrawn",
        expires=now + DAY,
        withdrawn=now - 91 * DAY,
    )
    assert forgetting.forget_old(now) == 5
    for kind in (Invitation, RecoveryLink):
        left = set(kind.objects.values_list("secret_hash", flat=True))
        assert left == {"open", "late", "taken"}


def test_counts_of_rules_that_are_no_more_go_too(ada: Any, now: datetime) -> None:
    from ringwall.identity import forgetting
    from ringwall.identity.models import Throttle

    for key, age in (("a rule of before:x", 31), ("another:x", 29)):
        Throttle.objects.create(key=key, level=99.0, at=now - age * DAY)
    assert forgetting.forget_old(now) == 1
    assert Throttle.objects.get().key == "another:x"


def test_it_is_done_in_pieces_and_never_too_much_at_once(
    ada: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.identity import forgetting
    from ringwall.identity.models import Throttle

    monkeypatch.setattr(forgetting, "_PIECE", 3)
    monkeypatch.setattr(forgetting, "_AT_MOST", 6)
    Throttle.objects.bulk_create(Throttle(key=f"rule:{n}", at=now - 31 * DAY) for n in range(10))
    assert [forgetting.forget_old(now) for _ in range(3)] == [6, 4, 0]


def test_a_job_does_it_every_hour(ada: Any, now: datetime) -> None:
    from ringwall.identity import jobs
    from ringwall.identity.models import Throttle
    from ringwall.runtime.current import current_installation
    from ringwall.runtime.jobs import discover

    Throttle.objects.create(key="rule:x", at=now - 31 * DAY)
    found = next(one for one in discover() if one.name == "forget-old")
    assert (found.run, found.minutes) == (jobs.forget_old, 60)
    assert found.run(current_installation()).startswith("1 rows")


def test_what_browsers_left_goes_in_pieces_too(
    ada: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many strangers came by: one statement for them all would shut out who writes."""
    from django.contrib.sessions.models import Session as BrowserSession
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from ringwall.identity import forgetting

    monkeypatch.setattr(forgetting, "_PIECE", 2)
    monkeypatch.setattr(forgetting, "_AT_MOST", 4)
    BrowserSession.objects.bulk_create(
        BrowserSession(session_key=f"k{number}", session_data="", expire_date=now - DAY)
        for number in range(7)
    )
    with CaptureQueriesContext(connection) as found:
        assert forgetting.forget(now) == 4
    deleted = [
        one["sql"]
        for one in found.captured_queries
        if one["sql"].startswith("DELETE") and "django_session" in one["sql"]
    ]
    assert len(deleted) == 2
    assert forgetting.forget(now) == 3
    assert not BrowserSession.objects.exists()
