"""What posture reads of people, organisations, keys and clients, and what it says of them."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from tests.identity import tenants
from tests.identity.provider.conftest import Register, ada, register
from tests.identity.test_apikeys import make

from ringwall.core.observations import State
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.itself import read_itself
from ringwall.posture.judging import judge_all
from ringwall.posture.lifetimes import mended_until
from ringwall.runtime.current import current_installation

__all__ = ["ada", "register"]


def judged(check: str) -> dict[str, str]:
    """What a check says of Ringwall as it is in the database, by component."""
    from ringwall.identity import aspects

    snapshot = read_itself(current_installation(), [aspects])
    known = [one for one in own_checks() if one.id == check]
    return {one.component: one.verdict.outcome.value for one in judge_all(snapshot, known)}


def test_a_factor_passes_and_codes_alone_do_not(ada: Any) -> None:
    from ringwall.identity.factors import add_recovery_codes, keep_app

    bob = tenants.person("bob@north.example", north=["buyer"])
    eve = tenants.person("eve@north.example", north=["buyer"])
    keep_app(bob, "JBSWY3DPEHPK3PXP", used=None)
    add_recovery_codes(eve)
    found = judged("ringwall-person-second-factor")
    assert found[f"ringwall-person/{bob.subject}"] == "pass"
    assert found[f"ringwall-person/{eve.subject}"] == "fail"


def test_people_who_are_let_in_no_more_are_not_judged(ada: Any) -> None:
    gone = tenants.person("gone@north.example", north=["buyer"])
    gone.is_active = False
    gone.save()
    assert f"ringwall-person/{gone.subject}" not in judged("ringwall-person-second-factor")


def test_nothing_of_a_person_but_their_id_is_told(ada: Any) -> None:
    from ringwall.identity import aspects

    told = repr(list(aspects.aspects(current_installation())))
    assert ada.subject in told
    assert "ada@" not in told


def test_an_account_is_unused_after_ninety_days(ada: Any) -> None:
    bob = tenants.person("bob@north.example", north=["buyer"])
    bob.created = timezone.now() - timedelta(days=400)
    bob.save()
    named = f"ringwall-person/{bob.subject}"
    assert judged("ringwall-person-unused")[named] == "fail"
    session = tenants.session(bob, "north")
    assert judged("ringwall-person-unused")[named] == "pass"
    session.last_use = timezone.now() - timedelta(days=91)
    session.save()
    assert judged("ringwall-person-unused")[named] == "fail"


def test_keys_are_judged_until_they_are_withdrawn(ada: Any, facts: Any) -> None:
    made = make(facts, owner=ada, organisation=ada.memberships.get().organisation)
    named = f"ringwall-key/{made.key.id}"
    assert judged("ringwall-key-scoped")[named] == "fail"
    assert judged("ringwall-key-unused")[named] == "pass"
    made.key.revoked = timezone.now()
    made.key.save()
    assert named not in judged("ringwall-key-scoped")


def test_clients_are_judged_by_how_they_prove_who_they_are(register: Register) -> None:
    assert set(judged("ringwall-client-authentication").values()) <= {"pass", "fail"}


def test_the_company_is_asked_how_many_own_it(ada: Any) -> None:
    tenants.organisation("shop", kind="provider")
    tenants.person("one@shop.example", shop=["owner"])
    assert judged("ringwall-organisation-owners") == {"ringwall-organisation/shop": "fail"}
    tenants.person("two@shop.example", shop=["owner"])
    assert judged("ringwall-organisation-owners") == {"ringwall-organisation/shop": "pass"}


def test_what_cannot_be_told_is_unknown_and_no_pass(ada: Any) -> None:
    def broken(_: object) -> Any:
        raise ConnectionError("the database is gone")

    module: Any = SimpleNamespace(KINDS=("ringwall-person",), aspects=broken, __name__="identity")
    snapshot = read_itself(current_installation(), [module])
    ((scope, told),) = snapshot.listings("ringwall-person")
    assert (scope.kind, told.state) == ("ringwall-person", State.ERROR)
    assert "the database is gone" in told.why


@pytest.mark.parametrize("kind", ["ringwall-person", "ringwall-key"])
def test_every_kind_that_is_told_is_judged_by_something(kind: str) -> None:
    assert any(one.check.judges == kind for one in own_checks())


def test_postgresql_tells_its_version(database: str) -> None:
    from ringwall.gateway.programs import _postgresql

    told = _postgresql(current_installation())
    if database == "postgresql":
        assert told.value["program"] == "postgresql"
        assert mended_until("postgresql", told.value["version"]) is not None
    else:
        assert told.state is State.ERROR
