"""All owners are told when somebody becomes one or is one no more, by whatever way."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.identity import tenants
from tests.identity.requesting import ask, offer

from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts

BOTH = ["ada@shop.example", "eve@shop.example"]


@pytest.fixture
def ada(database: str, facts: Facts) -> Any:
    """The owner of the Shop, who is known to be that; Eve is a member."""
    from ringwall.identity import owning

    tenants.organisation("shop", kind="provider")
    made = tenants.person("ada@shop.example", shop=["owner"])
    tenants.person("eve@shop.example", shop=["member"])
    assert owning.follow() == 0
    return made


@pytest.fixture
def eve(ada: Any) -> Any:
    from ringwall.identity.models import User

    return tenants.member(User.objects.get(email="eve@shop.example"), "shop")


def told() -> dict[str, list[str]]:
    """Whom mail went to since this was asked last, by what it says."""
    from ringwall.identity.models import OutgoingMail

    found: dict[str, list[str]] = {}
    for one in OutgoingMail.objects.filter(subject__contains="owner").order_by("to"):
        said = next(line for line in one.body.splitlines() if "an owner" in line)
        found.setdefault(said.strip(), []).append(one.to)
    OutgoingMail.objects.all().delete()
    return found


def test_roles_by_hand(ada: Any, eve: Any) -> None:
    from ringwall.identity import membership

    membership.set_roles(eve, ["owner"], by=ada)
    assert told() == {"eve@shop.example is an owner from now on, by ada@shop.example.": BOTH}
    membership.set_roles(eve, ["member"], by=MACHINE)
    assert told() == {"eve@shop.example is an owner no more, by a command on the host.": BOTH}
    membership.set_roles(eve, ["operator"], by=ada)
    assert told() == {}


def test_auditing(ada: Any, eve: Any) -> None:
    from ringwall.identity import membership

    membership.set_roles(eve, ["owner"], by=ada)
    told()
    membership.set_roles(eve, ["auditor", "owner"], by=ada)
    assert told() == {"eve@shop.example is an owner no more, by ada@shop.example.": BOTH}


def test_coming_and_going(ada: Any) -> None:
    from ringwall.identity import invitations, membership
    from ringwall.identity.models import Organisation

    shop = Organisation.objects.get(slug="shop")
    kim = tenants.person("kim@shop.example")
    _, link = invitations.invite(shop, kim.email, ["owner"], by=ada)
    invitations.take(link.rpartition("/")[2], kim)
    both = ["ada@shop.example", "kim@shop.example"]
    how = "by taking an invitation of ada@shop.example"
    assert told() == {f"kim@shop.example is an owner from now on, {how}.": both}
    membership.remove(tenants.member(kim, "shop"), by=kim)
    assert told() == {"kim@shop.example is an owner no more, by kim@shop.example.": both}
    membership.add(shop, kim, ["owner"], source="command", by=MACHINE)
    assert told() == {"kim@shop.example is an owner from now on, by a command on the host.": both}


def test_groups(ada: Any, eve: Any) -> None:
    from ringwall.identity import membership
    from ringwall.identity.sso import connections

    membership.apply_groups(eve, ["Board"])
    connections.map_group(eve.organisation, "Board", "owner", by=ada)
    assert told() == {"eve@shop.example is an owner from now on, by ada@shop.example.": BOTH}
    membership.apply_groups(eve, [])
    assert told() == {"eve@shop.example is an owner no more, by what groups say.": BOTH}


def test_memberships_at_rest(ada: Any, eve: Any) -> None:
    from ringwall.identity import membership

    membership.set_roles(eve, ["owner"], by=ada)
    told()
    membership.set_active(eve, active=False, reason="a test")
    assert told() == {"eve@shop.example is an owner no more, by what the directory says.": BOTH}
    membership.set_active(eve, active=True, reason="a test")
    assert told() == {"eve@shop.example is an owner from now on, by what the directory says.": BOTH}


def test_accounts_that_are_disabled(ada: Any, eve: Any) -> None:
    from ringwall.identity import membership, owning, sessions

    membership.set_roles(eve, ["owner"], by=ada)
    told()
    sessions.disable(eve.user, reason="a test")
    assert owning.follow() == 1
    assert told() == {"eve@shop.example is an owner no more.": BOTH}
    sessions.enable(eve.user)
    assert owning.follow() == 1
    assert told() == {"eve@shop.example is an owner from now on.": BOTH}


def test_owning_for_some_time(ada: Any, eve: Any) -> None:
    from ringwall.identity import owning
    from ringwall.identity.models import AccessRequest, Membership, RequestState

    now = timezone.now()
    lent = AccessRequest.objects.create(
        organisation=eve.organisation,
        user=eve.user,
        roles=["owner"],
        lasts=3600,
        reason="a test",
        state=RequestState.GRANTED,
        answer_by=now,
        granted=now,
        ends=now + timedelta(hours=1),
    )
    Membership.objects.filter(pk=eve.pk).update(lent_until=lent.ends)
    assert owning.follow() == 1
    assert told() == {"eve@shop.example is an owner from now on.": BOTH}
    AccessRequest.objects.update(ends=now)
    assert owning.follow() == 1
    assert told() == {"eve@shop.example is an owner no more.": BOTH}


def test_owning_for_a_moment_between_two_looks_of_the_worker(
    ada: Any, eve: Any, facts: Facts
) -> None:
    from ringwall.identity.requesting import moves

    offer(facts)
    for how in ("withdraw", "end"):
        made = ask(eve.user, "shop", "owner")
        moves.approve(made, by=ada)
        assert told() == {"eve@shop.example is an owner from now on, by ada@shop.example.": BOTH}
        if how == "end":
            moves.end(made, by=ada, reason="done")
        else:
            moves.withdraw(made, by=eve.user)
        who = {"end": "ada", "withdraw": "eve"}[how]
        assert told() == {f"eve@shop.example is an owner no more, by {who}@shop.example.": BOTH}


def test_whatever_writes_into_tables(ada: Any, eve: Any) -> None:
    """By the worker's job, which asks nobody how it came to be."""
    from ringwall.identity.jobs import tell_owners
    from ringwall.identity.models import Membership, User

    Membership.objects.filter(pk=eve.pk).update(roles=["owner"])
    assert tell_owners(None) == "owners were told of 1 people"  # type: ignore[arg-type]
    assert told() == {"eve@shop.example is an owner from now on.": BOTH}
    User.objects.filter(pk=eve.user_id).delete()
    tell_owners(None)  # type: ignore[arg-type]
    assert told() == {"eve@shop.example is an owner no more.": ["ada@shop.example"]}


def test_nothing_of_customers(ada: Any) -> None:
    from ringwall.identity import membership, owning

    north = tenants.organisation("north")
    kim = tenants.person("kim@example.com")
    membership.add(north, kim, ["administrator"], source="command", by=MACHINE)
    assert owning.follow() == 0
    assert told() == {}


def test_owners_whom_an_upgrade_finds(database: str, facts: Facts) -> None:
    """Whoever becomes one before the worker looked for the first time is told of."""
    from django.core.management import call_command

    from ringwall.identity import membership, owning
    from ringwall.identity.models import KnownOwner, Membership

    def upgrade() -> None:
        call_command("migrate", "identity", "0012", verbosity=0)
        call_command("migrate", "identity", verbosity=0)

    tenants.organisation("shop", kind="provider")
    tenants.organisation("north")
    ada = tenants.person("ada@shop.example", shop=["owner"])
    tenants.person("ben@shop.example", shop=["auditor", "owner"])
    gone = tenants.person("cy@shop.example", shop=["owner"])
    Membership.objects.filter(user=gone).update(active=False)
    tenants.person("kim@example.com", north=["owner"])
    eve = tenants.person("eve@shop.example", shop=["member"])
    upgrade()
    membership.set_roles(tenants.member(eve, "shop"), ["owner"], by=ada)
    assert told() == {"eve@shop.example is an owner from now on, by ada@shop.example.": BOTH}
    assert owning.follow() == 0
    KnownOwner.objects.filter(pk=eve.pk).delete()
    upgrade()
    assert owning.follow() == 1, "what is known is known better than by an upgrade"
