"""What cannot be decided in Ringwall itself is denied, and names mean what they say."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.access.company import SHOP, allowed, user

from ringwall.access import guarding
from ringwall.access.actions import Action
from ringwall.access.guarding import COMPANY, DEFAULT, MACHINE, UNDECIDED, Entity


def forget() -> None:
    """Let the engine be read anew, and every question asked anew."""
    guarding._engine.cache_clear()
    guarding._decided.cache_clear()


@pytest.mark.parametrize(
    ("principal", "resource", "context"),
    [
        (Entity("Nobody", "n"), COMPANY, {}),
        (MACHINE, Entity("Nothing", "n"), {}),
        (Entity("User", "u"), COMPANY, {}),
        (user("u", "owner"), SHOP, {}),
        (user("u", "owner"), COMPANY, {"roles": frozenset({"x"})}),
        (user("u", "owner"), COMPANY, {"odd": object()}),
    ],
    ids=["who", "what", "bare", "elsewhere", "context", "value"],
)
def test_what_cannot_be_decided_is_denied(
    principal: Entity, resource: Entity, context: dict[str, Any]
) -> None:
    found = guarding.may(principal, Action.OUTBOX_SEE, resource, context)
    assert not found.allowed
    assert found.policies == (UNDECIDED,)


def test_an_engine_that_is_broken_allows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "ringwall.cedar"
    broken.write_text("permit (principal, action, resource")
    forget()
    try:
        with monkeypatch.context() as patched:
            patched.setattr(guarding, "POLICIES", broken)
            found = guarding.may(MACHINE, Action.OUTBOX_SEE, COMPANY)
            assert not found.allowed
            assert found.policies == (UNDECIDED,)
    finally:
        forget()
    assert allowed(MACHINE, Action.OUTBOX_SEE, COMPANY)


@pytest.mark.parametrize("decision", [cedarpy.Decision.Allow, cedarpy.Decision.NoDecision])
def test_a_policy_that_errs_denies(
    decision: cedarpy.Decision, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cedar leaves out a policy that errs; a forbid left out would be a permission."""
    errors = ["overflow"] if decision is cedarpy.Decision.Allow else []
    said = SimpleNamespace(reasons=[], errors=errors)
    answer = SimpleNamespace(decision=decision, allowed=True, diagnostics=said)
    guarding._decided.cache_clear()
    monkeypatch.setattr(cedarpy, "is_authorized", lambda *_: answer)
    found = guarding.may(MACHINE, Action.OUTBOX_SEE, COMPANY)
    assert not found.allowed
    assert found.policies == (UNDECIDED,)


def test_a_denial_names_policies_for_the_log_and_a_reference_for_people() -> None:
    found = guarding.may(user("u", "auditor"), Action.RULES_CHANGE, SHOP)
    forbid = ("auditors-change-nothing", "what-goes-on-is-not-changed-for-a-time")
    assert found.policies == forbid
    assert re.fullmatch(r"[0-9a-f]{8}", found.reference)
    assert found.reference in str(found)
    assert all(name in str(found) for name in forbid)
    by_default = guarding.may(user("u"), Action.RULES_SEE, SHOP)
    assert by_default.policies == (DEFAULT,)
    assert guarding.may(MACHINE, Action.RULES_CHANGE, SHOP).reference == ""


@given(name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_no_name_is_taken_for_another(name: str) -> None:
    asker = user(name)
    assert allowed(asker, Action.ACCOUNT_SEE, asker)
    assert not allowed(asker, Action.ACCOUNT_SEE, user(name + "x"))
    assert not allowed(asker, Action.ACCOUNT_SEE, user(name[1:] + "%%"))
    assert not allowed(asker, Action.OUTBOX_SEE, COMPANY)


def test_who_asks_about_themselves_keeps_their_roles() -> None:
    """The same name stands for the resource too, and brings no roles there."""
    told = guarding._told((user("ada"), user("ada", "owner")))
    (asker,) = (one for uid, one in told.items() if uid.id == "ada")
    assert asker["parents"] == [{"type": "Ringwall::Role", "id": "owner"}]
