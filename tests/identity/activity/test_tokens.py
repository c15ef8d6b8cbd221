"""Every sign-in of a program is recorded, and every one that fails; else it gets nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.identity.activity.events import Record, only, require_nowhere
from tests.identity.provider import conftest as provider
from tests.identity.provider.conftest import Register
from tests.identity.provider.party import TOKEN, Party, sign_in
from tests.identity.provider.test_clients_proof import ITSELF, MACHINE, Signer

from ringwall.core.events import Outcome
from ringwall.identity.facts import Facts
from ringwall.identity.recording.budgets import EVERY, Budget
from ringwall.runtime.recording import RecordingError

ada, register = provider.ada, provider.register


@pytest.fixture(autouse=True)
def _anew() -> None:
    from ringwall.identity.recording import programs, signing

    programs._failures.forget()
    signing._refused.forget()
    signing._told.clear()


@pytest.fixture
def party(register: Register, facts: Facts) -> Party:
    return Party(*register(facts, **MACHINE, name="Billing"))


def test_a_program_that_signs_in_is_named_with_what_it_showed_and_got(
    party: Party, record: Record
) -> None:
    token = party.post(TOKEN, ITSELF, scope="orders:read").json()["access_token"]
    found = only(record.new())
    assert found.raw["class_name"] == "Authentication"
    assert (found.raw["activity_name"], found.raw["status"]) == ("Logon", "Success")
    assert (found.by["app_uid"], found.by["app_name"]) == (party.id, "Billing")
    assert found.raw["user"] == {
        "uid": party.id,
        "name": "Billing",
        "type_id": 4,
        "type": "Service",
    }
    assert found.raw["auth_protocol"] == "OAUTH 2.0"
    assert found.raw["auth_factors"][0]["factor_type"] == "client_secret"
    assert (found.own["grant"], found.own["scopes"]) == ("client_credentials", ["orders:read"])
    assert found.own["audiences"]
    assert found.personal["strangers"]["src_endpoint"]["ip"] == "127.0.0.7"
    assert party.secret is not None
    require_nowhere(record.state, token, party.secret)


def test_a_signed_assertion_and_one_that_does_not_count(
    register: Register, facts: Facts, record: Record
) -> None:
    signer = Signer()
    keys = {"keys": [signer.jwk | {"kid": "one"}]}
    party = Party(*register(facts, **MACHINE, auth_method="private_key_jwt", jwks=keys))
    record.new()
    form = signer.form(party)
    nobody = {"authorization": ""}
    assert party.post(TOKEN, form, headers=nobody, client_id=None).status_code == 200
    found = only(record.new())
    assert found.raw["auth_factors"][0]["factor_type"] == "private_key_jwt"
    # The same once more, from a client that says who it is only in what it signs.
    assert party.post(TOKEN, form, headers=nobody, client_id=None).status_code == 401
    refused = only(record.new())
    assert refused.raw["message"] == "a program is not let in"
    assert refused.own["client"] == party.id
    assert refused.raw["auth_factors"][0]["factor_type"] == "private_key_jwt"


def test_who_is_let_in_and_gets_nothing_is_recorded_with_the_reason(
    party: Party, record: Record
) -> None:
    for changes, reason in (
        ({"scope": "orders:read admin"}, "invalid_scope"),
        ({"grant_type": "authorization_code", "code": "x"}, "unauthorized_client"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
    ):
        assert party.post(TOKEN, {**ITSELF, **changes}).json()["error"] == reason
        found = only(record.new())
        assert (found.raw["status"], found.raw["status_detail"]) == ("Failure", reason)
        assert found.by["app_uid"] == party.id
        assert found.raw["severity"] == "Low"


def test_guesses_are_recorded_one_by_one_and_then_counted(party: Party, record: Record) -> None:
    real, party.secret = party.secret, "a-guess-of-theirs"
    for _ in range(30):
        assert party.post(TOKEN, ITSELF).status_code == 401
    found = record.new()
    assert len(found) == 20
    assert {one.own["client"] for one in found} == {party.id}
    assert {one.raw["status_id"] for one in found} == {Outcome.FAILURE}
    for _ in range(5):  # of nobody that there is: anything may stand there
        party.post(TOKEN, ITSELF, headers={"authorization": "Basic bm9ib2R5OnNlY3JldA=="})
    stranger = only(record.new())
    assert stranger.own.get("client", "") == ""
    party.secret = real
    assert party.post(TOKEN, ITSELF).status_code == 200
    assert len(record.new()) == 1


def test_what_is_left_out_is_told_with_the_next() -> None:
    now = 0.0
    budget = Budget(2, clock=lambda: now)
    assert [budget.due("a") for _ in range(5)] == [0, 0, None, None, None]
    assert budget.due("b") == 0
    now += EVERY
    assert [budget.due("a") for _ in range(3)] == [3, 0, None]


def test_a_device_that_waits_is_no_failure(
    register: Register, facts: Facts, record: Record
) -> None:
    from ringwall.identity.provider.devices import DEVICE_GRANT

    party = Party(*register(facts, grant_types=(DEVICE_GRANT,), redirect_uris=()))
    begun = party.post("/identity/o/api/device/code", {"scope": "openid"}).json()
    record.new()
    form = {"grant_type": DEVICE_GRANT, "device_code": begun["device_code"]}
    assert party.post(TOKEN, form).json()["error"] == "authorization_pending"
    assert record.new() == []
    assert party.post(TOKEN, {**form, "device_code": "another"}).status_code == 400
    assert only(record.new()).own["grant"] == DEVICE_GRANT


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Says whether the spool cannot be written."""
    from ringwall.runtime.recording import append, recorder

    full = {"is": False}

    def refused(*given: Any) -> None:
        if full["is"]:
            raise RecordingError("the disk is full")
        append(*given)

    monkeypatch.setattr(recorder, "append", refused)
    return full


def test_what_cannot_be_recorded_gives_no_token(
    party: Party, record: Record, unwritable: Any
) -> None:
    unwritable["is"] = True
    for form in (ITSELF, {**ITSELF, "scope": "admin"}):
        answer = party.post(TOKEN, form)
        assert answer.status_code == 503
        assert answer.json()["error"] == "temporarily_unavailable"
        assert "access_token" not in answer.json()
        assert "disk" not in answer.content.decode()
        assert int(answer.headers["Retry-After"]) > 0
    party.secret = "a-guess-of-theirs"
    assert party.post(TOKEN, ITSELF).status_code == 503
    unwritable["is"] = False
    assert record.new() == []


def test_a_refresh_that_could_not_be_recorded_can_be_asked_for_again(
    register: Register, facts: Facts, ada: Any, record: Record, unwritable: Any
) -> None:
    party = Party(*register(facts, name="Ledger"))
    token = party.tokens(sign_in(ada))["refresh_token"]
    record.new()
    unwritable["is"] = True
    assert party.refresh(token).status_code == 503
    unwritable["is"] = False
    assert record.new() == []
    again = party.refresh(token)
    assert again.status_code == 200, again.content
    assert party.refresh(again.json()["refresh_token"]).status_code == 200
    assert len(record.new()) == 2
    assert party.refresh(token).status_code == 400, "and only once"


def test_a_suspended_organisation_and_an_end_are_recorded(
    register: Register, facts: Facts, ada: Any, record: Record
) -> None:
    from ringwall.identity.models import Session

    party = Party(*register(facts, name="Ledger"))
    token = party.tokens(sign_in(ada))["refresh_token"]
    Session.objects.update(expires=timezone.now() - timedelta(seconds=1))
    record.new()
    assert party.refresh(token).json()["error"] == "invalid_grant"
    assert only(record.new(), message="a program gets no tokens").by["app_name"] == "Ledger"
