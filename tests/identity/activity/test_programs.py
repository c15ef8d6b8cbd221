"""Directories, applications, keys and roles that are lent: who acts is named truly."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.identity import requesting, tenants
from tests.identity.activity.complete import all_recorded
from tests.identity.activity.events import Record, chosen, of_type, only, require_nowhere
from tests.identity.provider import conftest as provider
from tests.identity.provider.conftest import Register
from tests.identity.provider.party import Party, sign_in
from tests.identity.scim.test_scim import PATCH, USER
from tests.identity.signing_in import app_of
from tests.identity.test_organisations_pages import act_as

from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts

ada, register = provider.ada, provider.register


@pytest.fixture
def north(database: str, facts: Facts) -> Any:
    """North, which has shown north.example to be its own."""
    from ringwall.identity.models import Domain

    tenants.organisation("shop", kind="provider")
    found = tenants.organisation("north")
    Domain.objects.create(organisation=found, name="north.example", verified=timezone.now())
    return found


def test_a_directory_brings_changes_and_takes_away_people(
    north: Any, browser: Any, record: Record
) -> None:
    from ringwall.identity.scim import tokens

    token, secret = tokens.make(north, "Entra", life=timedelta(days=1), by=MACHINE)
    who = "scim:north"

    def ask(method: str, path: str, body: Any = None) -> Any:
        return browser.generic(
            method,
            f"/scim/v2/{path}",
            "" if body is None else json.dumps(body),
            content_type="application/scim+json",
            headers={"authorization": f"Bearer {secret}"},
        )

    told: dict[str, Any] = {
        "schemas": [USER],
        "userName": "zoe.quick@north.example",
        "displayName": "Zoe Quick",
    }
    told["emails"] = [{"value": "zoe.quick@north.example", "primary": True}]
    with all_recorded(record, by=who) as found:
        made = ask("POST", "Users", told)
    assert made.status_code == 201, made.content
    created = only(of_type(found, "ProvisionedUser"), activity_name="Create")
    assert created.by["user"]["credential_uid"] == str(token.pk)
    assert created.by["app_name"] == "Entra"
    assert created.raw["src_endpoint"]["name"] == "scim"
    assert created.raw["metadata"]["tenant_uid"] == "north"
    assert created.after["user_name"] == "zoe.quick@north.example"
    assert "quick" not in json.dumps(created.raw).lower()
    assert chosen(found, message="directory:write: allowed")
    key = made.json()["id"]
    off = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]}
    with all_recorded(record, by=who) as found:
        assert ask("PATCH", f"Users/{key}", off).status_code == 200
    changed = of_type(found, "ProvisionedUser")[0]
    assert (changed.before["active"], changed.after["active"]) == (True, False)
    disabled = only(of_type(found, "User"))
    assert disabled.raw["activity_name"] == "Disable"
    assert disabled.raw["user"]["uid"] == changed.own["person"]
    with all_recorded(record, by=who) as found:
        assert ask("GET", "Users").status_code == 200
    assert found == [], "what is only read is not recorded"
    with all_recorded(record, by=who) as found:
        assert ask("PUT", f"Users/{key}", {"schemas": ["x"]}).status_code == 400
    failed = only(found, class_name="API Activity", status="Failure")
    assert failed.raw["status_code"] == "400"
    require_nowhere(record.state, secret)


def test_people_in_groups_of_a_directory(north: Any, browser: Any, record: Record) -> None:
    from ringwall.identity.models import Group, Membership, ProvisionedUser

    user = tenants.person("ada@north.example")
    member = Membership.objects.create(organisation=north, user=user)
    one = ProvisionedUser.objects.create(organisation=north, user_name="ada", membership=member)
    group = Group.objects.create(organisation=north, name="Finance")
    record.new()
    group.members.add(one)
    came = record.one(message="somebody came into a group")
    assert came.raw["group"]["uid"] == group.pk.hex
    assert (came.raw["user"]["uid"], came.raw["user"]["uid_alt"]) == (user.subject, one.pk.hex)
    group.members.set([])
    assert record.one(message="somebody left a group").raw["activity_name"] == "Remove User"
    group.members.add(one)
    group.members.clear()
    assert [each.raw["activity_name"] for each in record.new()] == ["Add User", "Remove User"]
    with pytest.raises(TypeError, match="not groups onto members"):
        one.in_groups.add(group)


def test_an_application_that_acts_for_a_person_is_named_with_the_person(
    register: Register, facts: Facts, ada: Any, record: Record
) -> None:
    party = Party(*register(facts, name="Ledger"))
    browser = sign_in(ada)
    record.new()
    tokens = party.tokens(browser)
    found = record.new()
    made = only(of_type(found, "Grant"), activity_name="Create")
    assert made.by["user"]["uid"] == ada.subject
    used = only(of_type(found, "Grant"), activity_name="Update")
    assert "code_used" in used.own["fields"]
    assert (used.by["app_uid"], used.by["app_name"]) == (party.id, "Ledger")
    assert used.by["user"]["uid"] == ada.subject
    assert used.by["session"]["uid"].startswith("s")
    assert used.raw["src_endpoint"]["name"] == "provider"
    consent = only(of_type(found, "Consent"), activity_name="Update")
    assert "openid" in consent.after["scopes"]
    given = only(found, message="an application gets tokens for somebody")
    assert given.raw["user"]["uid"] == ada.subject
    assert given.by["app_uid"] == party.id
    assert given.raw["session"]["uid"] == used.by["session"]["uid"]
    assert party.refresh(tokens["refresh_token"]).status_code == 200
    renewed = only(record.new())
    assert renewed.raw["message"] == "an application renews its tokens for somebody"
    assert renewed.raw["activity_name"] == "Service Ticket Renew"
    assert (renewed.raw["user"]["uid"], renewed.by["app_name"]) == (ada.subject, "Ledger")
    assert renewed.whole["user"]["email_addr"] == ada.email
    assert ada.email not in json.dumps(renewed.raw)
    assert party.refresh(tokens["refresh_token"]).status_code == 400
    found = record.new()
    stolen = only(of_type(found, "Grant"))
    refused = only(found, message="a program gets no tokens")
    assert (refused.raw["status_detail"], refused.own["grant"]) == (
        "invalid_grant",
        "refresh_token",
    )
    assert stolen.after["end_reason"] == "a refresh token was used twice"
    real, party.secret = party.secret, "a-guessed-secret-of-theirs"
    assert party.refresh("nothing").status_code == 401
    refused = record.one(message="a program is not let in")
    assert refused.own["client"] == party.id
    assert real is not None
    require_nowhere(
        record.state, real, party.secret, tokens["refresh_token"], tokens["access_token"]
    )


def test_a_key_is_made_changed_and_withdrawn_without_its_secret(
    north: Any, browser: Any, record: Record
) -> None:
    from ringwall.identity.models import ApiKey

    boss = tenants.person("boss@example.com", north=["administrator"])
    app_of(boss)
    act_as(browser, "boss@example.com")
    browser.get("/sessions")
    with all_recorded(record, by=boss.subject) as found:
        page = browser.post("/keys", {"name": "Export", "days": "30", "organisation": "north"})
    key = ApiKey.objects.get()
    made = only(of_type(found, "ApiKey"))
    assert (made.after["name"], made.raw["entity"]["uid"]) == ("Export", key.pk)
    assert made.raw["entity_result"]["name"] == "Export", "people know it by that"
    text = next(word for word in page.content.decode().replace('"', " ").split() if "eyJ" in word)
    with all_recorded(record, by=boss.subject) as found:
        browser.post(f"/keys/{key.pk}/withdraw")
    gone = only(of_type(found, "ApiKey"))
    assert gone.before["revoked"] is None
    assert gone.after["revoked"]
    allowed = only(found, message="keys:withdraw: allowed")
    assert allowed.raw["resources"] == [{"type": "Key", "uid": key.pk}]
    require_nowhere(record.state, text[:40], text[-40:])


def test_what_somebody_does_with_a_role_that_they_have_for_some_time_says_so(
    north: Any, browser: Any, facts: Facts, record: Record
) -> None:
    from ringwall.identity.requesting import moves

    requesting.offer(facts)
    user = tenants.person("ada@example.com", north=["administrator"])
    asked = requesting.ask(user, "north", "treasurer")
    record.new()
    moves.approve(asked, by=MACHINE)
    given = only(of_type(record.new(), "AccessRequest"))
    assert (given.before["state"], given.after["state"]) == ("waiting", "granted")
    app_of(user)
    act_as(browser, "ada@example.com")
    browser.get("/sessions")
    with all_recorded(record, by=user.subject) as found:
        browser.post(
            "/organisations/north/rules",
            {"name": "North Sea", "second_factor": "optional", "networks": ""},
        )
    for one in chosen(found, class_name="Entity Management"):
        assert one.own["lent_roles"] == ["treasurer"]
    assert of_type(found, "Organisation")


def test_what_is_denied_by_a_page_is_recorded_with_its_policy_and_reference(
    north: Any, browser: Any, record: Record
) -> None:
    tenants.person("boss@example.com", north=["administrator"])
    ada = tenants.person("ada@example.com", north=["buyer"])
    app_of(ada)
    act_as(browser, "ada@example.com")
    browser.get("/sessions")
    record.new()
    answer = browser.post(
        "/organisations/north/", {"member": "boss@example.com", "action": "remove"}
    )
    assert answer.status_code == 404
    found = record.new()
    denied = only(found, message="members:see: denied")
    assert denied.by["authorizations"] == [
        {"decision": "denied", "policy": {"uid": "default", **_version(denied)}}
    ]
    assert denied.own["reference"] in answer.content.decode()
    assert denied.raw["resources"] == [{"type": "Organisation", "uid": "north"}]
    failed = only(found, status_code="404")
    assert failed.raw["metadata"]["correlation_uid"] == denied.raw["metadata"]["correlation_uid"]


def _version(denied: Any) -> dict[str, str]:
    return {"version": denied.by["authorizations"][0]["policy"]["version"]}


def test_a_job_is_named_for_what_it_changes(
    north: Any, facts: Facts, record: Record, state: Path
) -> None:
    from ringwall.runtime import jobs
    from ringwall.runtime.current import current_installation

    user = tenants.person("ada@example.com", north=["buyer"])

    def end(_: Any) -> str:
        from ringwall.identity import sessions

        return f"{sessions.end_all(user, reason='a test')} ended"

    tenants.session(user, "north")
    for known in (jobs._outcomes, jobs._told_at, jobs._untold):
        known.clear()
    record.new()
    for _ in range(2):
        jobs.run(jobs.Job("test-ending", 1, end, after_change=False), current_installation())
    found = record.new()
    ended = only(found, message="a session ends")
    assert ended.by["invoked_by"] == "test-ending"
    assert ended.own["actor_kind"] == "system"
    assert [one.raw["status_detail"] for one in chosen(found, message="job test-ending ran")] == [
        "1 ended",
        "0 ended",
    ]

    def fail(_: Any) -> str:
        raise LookupError("with a secret in it")

    for _ in range(2):
        with pytest.raises(LookupError):
            jobs.run(jobs.Job("test-failing", 1, fail, after_change=False), current_installation())
    failed = record.one(message="job test-failing failed")
    assert failed.raw["status_detail"] == "LookupError"
    require_nowhere(state, "with a secret in it")


def test_each_job_is_told_as_it_begins_and_ends_once_an_hour_and_whenever_it_is_news(
    facts: Facts, record: Record, state: Path, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    from ringwall.runtime import jobs
    from ringwall.runtime.current import current_installation
    from ringwall.runtime.models import JobRun

    for known in (jobs._outcomes, jobs._told_at, jobs._untold):
        known.clear()

    def run(outcome: str = "nothing was due") -> list[str]:
        job = jobs.Job("test-usual", 1, lambda _: outcome, after_change=False)
        jobs.run(job, current_installation())
        return [one.raw["message"].removeprefix("job test-usual ") for one in found()]

    def found() -> list[Any]:
        seen.extend(new := record.new())
        return new

    seen: list[Any] = []
    record.new()
    assert run() == ["begins", "ran"]
    assert seen[0].raw["job"]["run_state"] == "Running"
    assert seen[1].raw["end_time"] >= seen[1].raw["start_time"]
    assert [run() for _ in range(3)] == [[], [], []]
    assert run("2 were due") == ["ran"]
    assert seen[-1].own["runs_untold"] == 3
    monkeypatch.setattr(jobs, "_TOLD_EVERY_S", 0.0)
    assert run("2 were due") == ["begins", "ran"]
    monkeypatch.undo()
    JobRun.objects.filter(name="test-usual").update(ended=None)  # as one that was killed
    assert run("2 were due") == ["did not end"]
    assert seen[-1].raw["status"] == "Failure"
    assert "had not ended" in seen[-1].raw["status_detail"]
