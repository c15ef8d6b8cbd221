"""Every page and every command that changes something leaves who did it; none goes past."""

import ast
from pathlib import Path
from typing import Any, Final

import pytest
from tests.identity import test_every_command, test_every_view
from tests.identity.activity.complete import all_recorded, differing, kept
from tests.identity.activity.events import Record, chosen
from tests.identity.test_every_command import Typist
from tests.identity.test_every_view import Belongings, client
from tests.identity.test_organisations_pages import act_as
from tests.identity.views import CROSSINGS, Crossing, every_view

import ringwall
from ringwall.cli import main
from ringwall.cli.guarding import action_of
from ringwall.identity.facts import Facts
from ringwall.runtime.refusals import ExitCode

pytestmark = pytest.mark.timeout(600)  # hundreds of requests, the tables read around each

its = test_every_view.its

ACTIONS: Final = {
    f"{mark.group} {mark.name}": action_of(mark) for mark, _ in main._found() if mark.group
}


class Watched(Typist):
    """Types commands, and sees after each to what was recorded of it."""

    def __init__(self, capsys: pytest.CaptureFixture[str], record: Record) -> None:
        super().__init__(capsys)
        self._record = record
        self.changed: set[str] = set()

    def _type(self, words: list[str]) -> tuple[int, str]:
        name = test_every_command.name_of(words)
        before = kept()
        with all_recorded(self._record, by="host:0") as found:
            code, said = super()._type(words)
        action = ACTIONS.get(name, "")
        only_looks = action.rpartition(":")[2] in {"see", "list"} or not action
        ended = chosen(found, class_name="API Activity", status_code=str(code))
        if code == ExitCode.USAGE and not found:
            pass  # what was typed is no command, and nothing began
        elif not only_looks:
            (one,) = ended
            assert one.raw["api"]["operation"] == action
            assert one.by["invoked_by"] == f"ringwall {name}"
            assert one.by["user"]["uid"] == "host:0"
            assert one.raw["status"] == ("Success" if code == 0 else "Failure")
            assert one.by["authorizations"][0]["decision"] == "allowed"
            requests = {each.raw["metadata"]["correlation_uid"] for each in found}
            assert len(requests) == 1, "all that a command does belongs together"
        else:
            assert found == []
        if differing(before, kept()):
            self.changed.add(name)
        return code, said


def test_every_command_that_changes_something_is_recorded_with_how_it_ended(
    record: Record,
    facts: Facts,
    state: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RINGWALL_CONFIG", str(tmp_path / "ringwall.yaml"))
    typed = Watched(capsys, record)
    test_every_command.test_every_command_is_shown_to_succeed_and_to_fail(
        typed, facts, state, tmp_path, monkeypatch
    )
    assert len(typed.changed) > 30, typed.changed


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the others have both
def test_every_page_that_changes_something_is_recorded_with_who_did_it(
    its: Belongings, facts: Facts, state: Path
) -> None:
    from ringwall.identity.models import User

    browser, directory = client(), client()
    act_as(browser, "boss@example.com")
    browser.get("/sessions")
    boss = User.objects.get(email="boss@example.com")
    directory.defaults["HTTP_AUTHORIZATION"] = f"Bearer {its.own_directory}"
    record, changed = Record(state), set()
    for one in every_view():
        if "logout" in one.pattern or "sign-out" in one.pattern or "others/end" in one.pattern:
            continue  # at the end, or nobody is signed in for the rest
        for crossing in CROSSINGS.get(one.pattern, (Crossing(),)):
            asking = directory if crossing.by_token else browser
            by = "scim:north" if crossing.by_token else boss.subject
            forms = [*(make(its) for make in crossing.forms), *test_every_view._OWN_FORMS]
            forms = [{}] if crossing.by_token else forms
            asked: list[tuple[str, Any]] = [("POST", form) for form in forms]
            asked += [("PUT", ""), ("PATCH", "")] if crossing.by_token else []
            for method, form in [*asked, ("DELETE", "")]:
                before = kept()
                with all_recorded(record, by=by) as found:
                    answer = test_every_view._reach(asking, one, crossing, its, method, form)
                if differing(before, kept()):
                    changed.add(f"{method} {one.pattern}")
                    channels = {each.raw["src_endpoint"]["name"] for each in found}
                    assert channels <= {"console", "scim", "provider"}, (one.pattern, channels)
                elif answer.status_code == 403:
                    assert found != [], f"{method} {one.pattern} was denied, and nobody knows"
    for path in ("/sessions/others/end", "/accounts/logout/"):
        with all_recorded(record, by=boss.subject):
            browser.post(path)
    assert len({one.partition(" ")[2] for one in changed}) >= 10, sorted(changed)


SOURCE: Final = Path(ringwall.__file__).parent
BY_HAND: Final = {
    "identity/provider/grants.py": "the serial of a grant, which changes with every use",
    "identity/provider/prepared.py": "reads",
}
"""Where SQL is written by hand, and why nothing that is recorded changes there."""
PAST: Final = {"cursor", "_raw_delete", "_update", "raw", "executemany", "bulk_create"}
_UNWATCHED: Final = {
    "identity/throttling.py": "bulk_create of throttles, which are not recorded",
    "runtime/recording/changes.py": "stands in their place",
    "runtime/opening.py": "",
}


def test_nothing_goes_past_what_records_changes() -> None:
    """Django's own ways are all watched; what goes past them is named here with a reason."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        if "migrations" in path.parts:
            continue
        name = str(path.relative_to(SOURCE))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute) and called.attr in PAST:
                found.add((name, called.attr))
    django = {name for name, what in found if name.startswith(("identity/", "gateway/models"))}
    assert django - {*BY_HAND, *_UNWATCHED} == set(), found
    assert {*BY_HAND} - {name for name, what in found} == set(), "take it out again"


def test_every_table_is_recorded_or_named_with_a_reason(record: Record) -> None:
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from allauth.mfa.models import Authenticator
    from allauth.socialaccount.models import SocialAccount
    from django.apps import apps

    from ringwall.identity.recording.rules import NOT_RECORDED
    from ringwall.runtime.recording.changes import watched

    own = {
        *apps.get_app_config("identity").get_models(),
        *apps.get_app_config("gateway").get_models(),
    }
    some = {*own, EmailAddress, Client, Authenticator, SocialAccount}
    unnamed = {one.__name__ for one in some - watched().keys()}
    assert unnamed == set(NOT_RECORDED)
    secretive = ("secret", "hash", "password", "token", "key", "code")
    for model, wanted in watched().items():
        fields = {one.attname for one in model._meta.concrete_fields}
        named = wanted.restless | wanted.secret | wanted.personal
        if wanted.values is None:
            assert named <= fields, (model, named - fields)
        telling = {
            one
            for one in fields - named
            if any(word in one for word in secretive) and not one.endswith("_id")
        }
        assert telling <= _NO_SECRETS.get(model.__name__, set()), (model.__name__, telling)


_NO_SECRETS: Final[dict[str, set[str]]] = {
    "Authenticator": set(),
    "ApiClient": {"certificate_thumbprint"},
    "Grant": {"code_expires", "code_used"},
}
"""Columns whose names sound as if they held secrets, and do not."""


def test_nobody_makes_many_rows_past_the_record(record: Record) -> None:
    from ringwall.identity.models import GroupMapping, Organisation

    north, south = (Organisation(slug=one, name=one) for one in ("north", "south"))
    with pytest.raises(TypeError, match="save each by itself"):
        Organisation.objects.bulk_create([north, south], ignore_conflicts=True)
    assert record.new() == []
    with all_recorded(record) as found:
        Organisation.objects.bulk_create([north, south])
        GroupMapping.objects.bulk_create([GroupMapping(organisation=north, group="G", role="r")])
    assert {one.raw["activity_name"] for one in found} == {"Create"}


def test_all_of_djangos_ways_to_change_a_row_are_recorded(record: Record) -> None:
    from ringwall.identity.models import GroupMapping, Organisation

    def told() -> list[tuple[str, Any, Any]]:
        return [
            (one.raw["activity_name"], one.before, one.raw.get("entity_result", {}).get("data"))
            for one in record.new()
        ]

    north = Organisation.objects.create(slug="north", name="North")
    (made,) = record.new()
    assert (made.raw["activity_name"], made.after["slug"]) == ("Create", "north")
    north.name = "North Sea"
    north.save()
    assert told() == [("Update", {"name": "North"}, {"name": "North Sea"})]
    north.save()
    assert told() == []
    Organisation.objects.filter(slug="north").update(name="South", sso_enforced=True)
    before, after = {"name": "North Sea", "sso_enforced": False}, {"name": "South"}
    assert told() == [("Update", before, {**after, "sso_enforced": True})]
    Organisation.objects.update_or_create(slug="north", defaults={"name": "East"})
    assert told() == [("Update", {"name": "South"}, {"name": "East"})]
    north.refresh_from_db()
    north.name = "West"
    Organisation.objects.bulk_update([north], ["name"])
    assert told() == [("Update", {"name": "East"}, {"name": "West"})]
    GroupMapping.objects.create(organisation=north, group="G", role="buyer")
    record.new()
    north.delete()
    found = record.new()
    assert sorted(one.own["type"] for one in found) == ["GroupMapping", "Organisation"]
    assert {one.raw["activity_name"] for one in found} == {"Delete"}
    assert {one.raw["metadata"]["tenant_uid"] for one in found} == {"north"}
