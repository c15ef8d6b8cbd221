"""Access keys are switched off, and on again, though the credential report tells it hours later."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.posture.fixing.beside import access_key, ago, beside, used, user_with_keys
from tests.posture.fixing.conftest import Account
from typer.testing import CliRunner

from ringwall.cli.main import build
from ringwall.posture.collecting.calling import Caller
from ringwall.posture.fixing.making import NoPlanError
from ringwall.posture.fixing.plans import Stage, decoded, encoded

UNUSED, OLD = "aws-iam-user-unused", "aws-iam-user-key-rotation"


def _user(account: Account, *keys: tuple[int, int | None]) -> list[str]:
    """A user with keys, made and used so many days ago, and a report that stays as it is."""
    made = user_with_keys(account, *keys)
    iam = account.client("iam")
    iam.generate_credential_report()
    told = iam.get_credential_report()
    beside(
        account,
        "iam",
        get_credential_report=lambda: {"Content": told["Content"]},
        generate_credential_report=lambda: {"State": "COMPLETE"},
    )
    return made


def _states(account: Account) -> dict[str, str]:
    several = account.client("iam").list_access_keys(UserName="ada")["AccessKeyMetadata"]
    return {one["AccessKeyId"]: one["Status"] for one in several}


def test_the_key_that_nobody_uses_goes_off_and_comes_on_again(account: Account) -> None:
    unused, other = _user(account, (300, 90), (20, 1))
    plan, applying = account.plan(UNUSED, "ada"), account.applying(UNUSED)
    assert plan.draft.changes == (f"key {unused}, not used for 90 days: on → off, and not deleted",)
    assert plan.draft.terraform == (
        f'# in the aws_iam_access_key of "{unused}"\nstatus = "Inactive"\n'
    )
    ended = applying.apply(decoded(encoded(plan)), by="tests")
    assert ended.stage is Stage.APPLIED, ended.history
    assert _states(account) == {unused: "Inactive", other: "Active"}
    assert account.outcomes(UNUSED) == {"ada": "fail"}  # the report is hours old
    assert applying.undo(ended, by="tests").stage is Stage.TAKEN_BACK
    assert _states(account) == {unused: "Active", other: "Active"}


def test_keys_that_were_never_used_count_from_when_they_were_made(account: Account) -> None:
    both = _user(account, (300, None), (50, None))
    ended = account.applying(UNUSED).apply(account.plan(UNUSED, "ada"), by="tests")
    assert ended.stage is Stage.APPLIED, ended.history
    assert _states(account) == dict.fromkeys(both, "Inactive")


def test_a_key_that_is_used_meanwhile_stays_on(account: Account) -> None:
    (name,) = _user(account, (300, 90))
    plan = account.plan(UNUSED, "ada")
    access_key(name).last_used = used(0)
    ended = account.applying(UNUSED).apply(plan, by="tests")
    assert ended.stage is Stage.STALE
    assert _states(account) == {name: "Active"}
    with pytest.raises(NoPlanError, match="the keys of ada were used meanwhile"):
        account.plan(UNUSED, "ada")


def test_a_password_is_for_people_to_delete(account: Account) -> None:
    _user(account, (300, 90))
    row = {
        "user": "ada",
        "arn": "arn:aws:iam::123456789012:user/ada",
        "user_creation_time": ago(300).isoformat(),
        "password_enabled": "true",
        "password_last_used": ago(200).isoformat(),
    }
    content = f"{','.join(row)}\n{','.join(row.values())}\n".encode()
    beside(account, "iam", get_credential_report=lambda: {"Content": content})
    with pytest.raises(NoPlanError, match=r"its password was not used for 200 days.*delete-login"):
        account.plan(UNUSED, "ada")


def test_an_old_key_goes_off_once_nobody_uses_it(account: Account) -> None:
    old, new = _user(account, (400, 10), (5, 0))
    plan, applying = account.plan(OLD, "ada"), account.applying(OLD)
    ended = applying.apply(plan, by="tests")
    assert ended.stage is Stage.APPLIED, ended.history
    assert _states(account) == {old: "Inactive", new: "Active"}
    assert applying.undo(ended, by="tests").stage is Stage.TAKEN_BACK
    assert _states(account) == {old: "Active", new: "Active"}


def test_an_old_key_that_is_used_stays_until_programs_have_another(account: Account) -> None:
    (name,) = _user(account, (400, 2))
    with pytest.raises(NoPlanError, match=f"its key {name} was used on .* make a second key"):
        account.plan(OLD, "ada")


def test_what_is_not_known_of_a_key_is_no_reason_to_switch_it_off(account: Account) -> None:
    _user(account, (300, 90))

    def refused(**_: Any) -> dict[str, Any]:
        raise PermissionError

    beside(account, "iam", get_access_key_last_used=refused)
    with pytest.raises(
        NoPlanError, match="there is no plan for ada: key_1_used of ada is not known"
    ):
        account.plan(UNUSED, "ada")


def test_the_command_asks_for_the_keys_of_that_user_alone(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RINGWALL_STATE", str(tmp_path))
    (name,) = user_with_keys(account, (400, 90))
    for other in ("bob", "eve"):
        account.client("iam").create_user(UserName=other)
    asked, real = list[Any](), Caller.call

    def call(self: Caller, called: str, where: Any, arguments: Any, *rest: Any) -> Any:
        asked.append((called, dict(arguments)))
        return real(self, called, where, arguments, *rest)

    monkeypatch.setattr(Caller, "call", call)
    found = CliRunner().invoke(build(), ["posture", "fix", "plan", OLD, "ada", "--json"])
    assert found.exception is None, found.output
    (step,) = json.loads(found.output)["draft"]["steps"]
    assert step["do"]["arguments"]["AccessKeyId"] == name
    of = {one["UserName"] for called, one in asked if called == "iam:ListAccessKeys"}
    assert of == {"ada"}
