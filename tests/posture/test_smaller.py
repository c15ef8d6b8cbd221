"""``ringwall posture smaller``: policies as words, as JSON, as Terraform, and what is not known."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ringwall.cli.main import build
from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.posture.code.terraform.roots import applied
from ringwall.posture.keeping import Accounts
from ringwall.posture.snapshot.snapshot import Scope, Snapshot
from ringwall.runtime.refusals import Refused

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/web"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
TELLS = [
    {"ServiceNamespace": "s3", "LastAuthenticated": datetime.now(UTC)},
    {"ServiceNamespace": "ec2"},
]


def details() -> dict[str, Any]:
    own = {"Effect": "Allow", "Action": ["s3:*", "ec2:*"], "Resource": "*"}
    return {
        "Arn": ROLE,
        "RoleName": "web",
        "CreateDate": datetime.now(UTC) - timedelta(days=400),
        "RolePolicyList": [
            {
                "PolicyName": "own",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": own | {"Resource": "arn:aws:s3:::${aws:username}/*"},
                },
            }
        ],
        "AttachedManagedPolicies": [{"PolicyName": "AdministratorAccess", "PolicyArn": ADMIN}],
    }


def keep(folder: Path, told: Observation) -> None:
    """An account with a role as it was read."""
    made = Snapshot()
    for kind in ("aws-iam-role", "aws-iam-policy"):
        made.note_listing(Scope(kind, ACCOUNT), Observation(State.KNOWN, api="x"))
    role = made.add(Found(kind="aws-iam-role", name=ROLE, label="web", account=ACCOUNT))
    role.aspects |= {"details": Observation(State.KNOWN, details()), "last_accessed": told}
    policy = made.add(
        Found(kind="aws-iam-policy", name=ADMIN, label="AdministratorAccess", account=ACCOUNT)
    )
    document = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    version = {"IsDefaultVersion": True, "Document": document}
    policy.aspects["details"] = Observation(State.KNOWN, {"PolicyVersionList": [version]})
    accounts = Accounts(folder / ".ringwall")
    with accounts.only_here(ACCOUNT):
        accounts.keep(ACCOUNT, made, read=datetime.now(UTC), gaps=0)


def ran(*words: str) -> tuple[int, str]:
    """The exit code, and what was printed or refused."""
    found = CliRunner().invoke(build(), ["posture", "smaller", *words])
    if isinstance(found.exception, Refused):
        return found.exception.code, found.exception.message
    return found.exit_code, found.output


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    keep(tmp_path, Observation(State.KNOWN, TELLS))
    return tmp_path


def test_in_words_with_what_goes_and_what_nobody_knows() -> None:
    code, said = ran("web")
    assert code == 0
    for text in ("web used in 90 days: s3", "own without ec2:*", "detach", "iam:PassRole"):
        assert text in said


def test_as_json() -> None:
    _, said = ran(ROLE, "--json")
    own, admin = json.loads(said)
    assert own["document"]["Statement"][0]["Action"] == "s3:*"
    assert admin["document"]["Statement"][0]["Action"] == "s3:*"
    assert admin["arn"] == ADMIN


def test_as_terraform_that_reads_as_the_same_policies(folder: Path) -> None:
    _, said = ran("web", "--terraform")
    (folder / "main.tf").write_text(said)
    (one,) = applied(folder)
    assert not one.remarks
    found = {each.address: each.values for each in one.instances}
    own = json.loads(found["aws_iam_role_policy.web_own"]["policy"])
    assert own["Statement"] == [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::${aws:username}/*"}
    ]
    assert "aws_iam_role_policy.web_AdministratorAccess" in found


def test_where_what_was_used_may_not_be_read_nothing_is_proposed(folder: Path) -> None:
    keep(folder, Observation(State.DENIED, why="access denied"))
    code, said = ran("web")
    assert code == 8
    assert "access denied" in said
    keep(folder, Observation(State.KNOWN, []))
    assert ran("web")[0] == 8


def test_of_nobody_there_is_nothing() -> None:
    code, said = ran("nobody")
    assert (code, "nobody" in said) == (1, True)
