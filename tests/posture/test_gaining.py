"""Who gives themselves, or whom they become, more than they have comes to what that is worth."""

from typing import Any

import pytest
from tests.posture.test_across import (
    LAMBDA,
    LEDGER,
    VAULT,
    Parts,
    bucket,
    document,
    read_of,
    statement,
    walked,
)

from ringwall.posture.permissions import escalation

WEB, READER = (f"arn:aws:iam::{VAULT}:role/{name}" for name in ("web", "reader"))
BOB, READERS = f"arn:aws:iam::{VAULT}:user/bob", f"arn:aws:iam::{VAULT}:group/readers"
POLICY, BOUND, OTHER_BOUND = (
    f"arn:aws:iam::{VAULT}:policy/{name}" for name in ("own", "bound", "other")
)
GET = statement("s3:GetObject", f"{LEDGER}/*")
BOUNDED = {"PermissionsBoundary": {"PermissionsBoundaryArn": BOUND}}
MAKING = ["iam:CreateRole", "iam:PutRolePolicy"]
NEW = f"arn:aws:iam::{VAULT}:role/*"


def denies(action: str, **more: Any) -> dict[str, Any]:
    return statement(action, **more) | {"Effect": "Deny"}


def front() -> Parts:
    """A function that the internet calls, and that runs as the role ``web``."""
    arn = f"arn:aws:lambda:eu-west-1:{VAULT}:function:front"
    urls = [{"FunctionUrl": "https://front", "AuthType": "NONE"}]
    called = statement("lambda:InvokeFunctionUrl", arn, Principal="*")
    told = {"listed": {"Role": WEB}, "urls": urls, "policy": document(called)}
    return {f"aws-lambda-function/{arn}": told}


def somebody(arn: str, *several: dict[str, Any], trusts: Any = LAMBDA, **more: Any) -> Parts:
    """Somebody with a policy for each statement."""
    kind, _, name = arn.rpartition(":")[2].partition("/")
    called = kind.title()
    policies = [
        {"PolicyName": f"p{number}", "PolicyDocument": document(one)}
        for number, one in enumerate(several)
    ]
    details: dict[str, Any] = {f"{called}Name": name, "Arn": arn, f"{called}PolicyList": policies}
    if kind == "role":
        lets = {"Effect": "Allow", "Principal": trusts, "Action": "sts:AssumeRole"}
        details["AssumeRolePolicyDocument"] = document(lets)
    return {f"aws-iam-{kind}/{arn}": {"details": details | more}}


def web(*several: dict[str, Any], **more: Any) -> Parts:
    return somebody(WEB, *several, **more)


def managed(arn: str, *versions: list[dict[str, Any]]) -> Parts:
    """A managed policy, of which the first version is in force."""
    several = [
        {"VersionId": f"v{at}", "IsDefaultVersion": at == 1, "Document": document(*one)}
        for at, one in enumerate(versions, 1)
    ]
    name = arn.rpartition("/")[2]
    details = {"PolicyName": name, "Arn": arn, "PolicyVersionList": several}
    return {f"aws-iam-policy/{arn}": {"details": details}}


def attached(arn: str) -> dict[str, Any]:
    return {"AttachedManagedPolicies": [{"PolicyArn": arn, "PolicyName": arn.rpartition("/")[2]}]}


def asked(key: str, value: str, operator: str = "StringEquals") -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def bound(*actions: str) -> Parts:
    return managed(BOUND, [statement(list(actions))])


def ways(*parts: Parts) -> tuple[str, list[str]]:
    """Whether the internet comes to what is kept, and the hops by which it does."""
    told = walked(read_of(VAULT, front(), bucket(), *parts))
    (one,) = told.assets
    return one.standing.value, [hop.how for path in told.paths[:1] for hop in path.hops[2:]]


WRITES = statement("iam:PutRolePolicy", WEB)
UNBOUND = statement("iam:DeleteRolePermissionsBoundary", WEB)
OTHERS = statement("iam:SetDefaultPolicyVersion", POLICY)
KEYS = statement("iam:CreateAccessKey", BOB)
JOINS = statement("iam:AddUserToGroup", READERS)
CLOSED = ("ec2:*", "iam:PutRolePolicy")
DESCRIBE = [statement("ec2:Describe*")]
IN_READERS = {"GroupList": ["readers"]}
ATTACHES = statement("iam:AttachRolePolicy", WEB)
NOT_TWO = {
    "Condition": {
        "ArnEquals": {
            "iam:PolicyARN": [
                f"arn:aws:iam::aws:policy/{name}"
                for name in ("AdministratorAccess", "IAMFullAccess")
            ]
        }
    }
}
OF_AWS = "arn:aws:iam::aws:policy/AmazonS3*"
ONLY_BOUND = statement(MAKING, NEW, **asked("iam:PermissionsBoundary", BOUND))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param([web(WRITES, **BOUNDED), bound("s3:*", "iam:*")], "reached", id="bounded"),
        pytest.param([web(WRITES, **BOUNDED), bound(*CLOSED)], "no way", id="bounded off"),
        pytest.param([web(WRITES, **BOUNDED), bound("s3:*")], "no way", id="may not write"),
        pytest.param([web(UNBOUND, GET, **BOUNDED), bound("iam:*")], "reached", id="unbound"),
        pytest.param([web(UNBOUND, **BOUNDED), bound("iam:*")], "no way", id="unbound for nothing"),
        pytest.param(
            [
                web(statement("iam:PutRolePolicy", READER)),
                somebody(READER, trusts={"AWS": WEB}, **BOUNDED),
                bound("s3:*"),
            ],
            "reached",
            id="another is bounded",
        ),
        pytest.param(
            [
                web(statement("iam:PutRolePolicy", READER)),
                somebody(READER, **BOUNDED),
                bound("s3:*"),
            ],
            "no way",
            id="another that does not trust it",
        ),
        pytest.param([web(ONLY_BOUND), bound("s3:*", "sts:*")], "reached", id="new, bounded"),
        pytest.param([web(ONLY_BOUND), bound("ec2:*")], "no way", id="new, bounded off"),
        pytest.param([web(ONLY_BOUND)], "perhaps", id="new, by a boundary that nobody read"),
        pytest.param(
            [web(OTHERS, **attached(POLICY)), managed(POLICY, DESCRIBE, [GET])],
            "reached",
            id="another version",
        ),
        pytest.param(
            [web(OTHERS, **attached(POLICY)), managed(POLICY, [GET, OTHERS], DESCRIBE)],
            "reached",
            id="that in force",
        ),
        pytest.param(
            [web(OTHERS, **attached(POLICY)), managed(POLICY, DESCRIBE, DESCRIBE)],
            "no way",
            id="no other version gives it",
        ),
        pytest.param(
            [web(GET, denies("s3:*"), statement("iam:DeleteRolePolicy", WEB))],
            "reached",
            id="without a denial",
        ),
        pytest.param(
            [web(GET, denies("s3:*"), statement("iam:DeleteRolePolicy", READER))],
            "no way",
            id="with its denial",
        ),
        pytest.param(
            [web(KEYS), somebody(BOB, JOINS), somebody(READERS, GET)],
            "reached",
            id="becomes one who joins",
        ),
        pytest.param(
            [web(KEYS, JOINS), somebody(BOB), somebody(READERS, GET)],
            "reached",
            id="has one join, and becomes it",
        ),
        pytest.param(
            [web(JOINS), somebody(BOB), somebody(READERS, GET)],
            "no way",
            id="has one join whom it does not become",
        ),
        pytest.param(
            [
                web(KEYS, statement("iam:PutGroupPolicy", READERS)),
                somebody(BOB, **IN_READERS),
                somebody(READERS),
            ],
            "reached",
            id="writes a group of one whom it becomes",
        ),
        pytest.param(
            [
                web(KEYS, statement("iam:PutGroupPolicy", READERS)),
                somebody(BOB),
                somebody(READERS),
            ],
            "no way",
            id="writes a group of nobody",
        ),
        pytest.param(
            [
                web(KEYS, JOINS, statement("iam:AttachGroupPolicy", READERS)),
                somebody(BOB),
                somebody(READERS),
            ],
            "reached",
            id="has one join a group that it writes",
        ),
        pytest.param(
            [
                web(JOINS, statement(["iam:CreateUser", "iam:CreateAccessKey"])),
                somebody(READERS, GET),
            ],
            "reached",
            id="makes one that joins",
        ),
        pytest.param(
            [web(JOINS, statement("iam:CreateUser")), somebody(READERS, GET)],
            "no way",
            id="makes one without keys",
        ),
        pytest.param(
            [
                web(statement("iam:SetDefaultPolicyVersion", BOUND), GET, **BOUNDED),
                managed(BOUND, [statement("iam:*")], [statement("s3:*")]),
            ],
            "reached",
            id="another version of its boundary",
        ),
        pytest.param(
            [web(ATTACHES, denies("iam:AttachRolePolicy", **NOT_TWO))],
            "perhaps",
            id="may attach all policies of AWS but two",
        ),
        pytest.param(
            [
                web(KEYS, statement("iam:DeleteUserPermissionsBoundary", BOB)),
                somebody(BOB, GET, **BOUNDED),
                bound("ec2:*"),
            ],
            "reached",
            id="unbinds one whom it becomes",
        ),
        pytest.param(
            [web(statement("iam:AttachRolePolicy", WEB, **asked("iam:PolicyARN", POLICY))),
             managed(POLICY, [GET])],
            "reached",
            id="attaches the only one that it may",
        ),
        pytest.param(
            [web(statement("iam:AttachRolePolicy", WEB, **asked("iam:PolicyARN", POLICY))),
             managed(POLICY, DESCRIBE), managed(BOUND, [GET])],
            "no way",
            id="may not attach that which would do",
        ),
        pytest.param(
            [web(statement("iam:AttachRolePolicy", WEB,
                           **asked("iam:PolicyARN", OF_AWS, "ArnLike")))],
            "perhaps",
            id="attaches one of AWS that nobody read",
        ),
        pytest.param(
            [
                web(statement("iam:PutRolePermissionsBoundary", WEB,
                              **asked("iam:PermissionsBoundary", POLICY)), GET, **BOUNDED),
                bound("iam:*"),
                managed(POLICY, [statement("s3:*")]),
            ],
            "reached",
            id="gives itself a boundary that leaves more",
        ),
    ],
)  # fmt: skip
def test_more_than_it_had_leads_as_far_as_that_goes(parts: list[Parts], expected: str) -> None:
    assert ways(*parts)[0] == expected


def test_each_step_is_told() -> None:
    _, how = ways(web(KEYS, JOINS), somebody(BOB), somebody(READERS, GET))
    assert how == [
        "web has bob join readers and makes keys of bob",
        "bob in readers may s3:GetObject ledger",
    ]
    _, how = ways(web(WRITES, **BOUNDED), bound("s3:*", "iam:*"))
    assert how == [
        "web writes itself a policy",
        "web with all its boundary leaves may s3:GetObject ledger",
    ]


def test_what_is_gained_may_gain_more() -> None:
    """Out of the boundary, into a group, and from there to a role that trusts it."""
    parts = (
        web(KEYS),
        somebody(BOB, statement("iam:DeleteUserPermissionsBoundary", BOB), JOINS, **BOUNDED),
        bound("iam:DeleteUserPermissionsBoundary"),
        somebody(READERS, statement("sts:AssumeRole", READER)),
        somebody(READER, GET, trusts={"AWS": VAULT}),
    )
    standing, how = ways(*parts)
    assert standing == "reached"
    assert how == [
        "web makes keys of bob",
        "bob takes its own boundary away",
        "bob without its boundary joins readers",
        "bob without its boundary in readers assumes reader",
        "reader may s3:GetObject ledger",
    ]


def test_where_not_all_is_gone_through_no_way_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = (web(WRITES, **BOUNDED), bound(*CLOSED))
    assert ways(*parts)[0] == "no way"
    monkeypatch.setattr(escalation, "_MOST", 0)
    assert ways(*parts)[0] == "not known"


def test_who_changes_back_and_forth_comes_to_an_end() -> None:
    """Of two boundaries, and two versions, each is had in turn: there are no more than four."""
    turning = ["iam:SetDefaultPolicyVersion", "iam:PutRolePermissionsBoundary"]
    either = asked("iam:PermissionsBoundary", f"{BOUND[:-5]}*", "StringLike")
    parts = (
        web(statement(turning[1], WEB, **either), OTHERS, **BOUNDED, **attached(POLICY)),
        bound(*turning),
        managed(OTHER_BOUND, [statement([*turning, "ec2:*"])]),
        managed(POLICY, DESCRIBE, [statement("ec2:Run*")]),
    )
    assert ways(*parts)[0] == "no way"


def test_those_whom_somebody_comes_to_are_followed_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many others there are who could have more, and of whom nobody asks then."""
    monkeypatch.setattr(escalation, "_MOST", 4)
    others: list[Parts] = []
    for number in range(8):
        arn = f"arn:aws:iam::{VAULT}:role/a{number}"
        policy = f"arn:aws:iam::{VAULT}:policy/a{number}"
        has = {"PermissionsBoundary": {"PermissionsBoundaryArn": policy}}
        others.append(somebody(arn, statement("iam:PutRolePolicy", arn), **has))
        others.append(managed(policy, [statement(["iam:PutRolePolicy", f"x{number}:*"])]))
    parts = (*others, web(WRITES, **BOUNDED), bound("s3:*", "iam:*"))
    assert ways(*parts)[0] == "reached"
    assert ways(*others, web(WRITES, **BOUNDED), bound(*CLOSED))[0] == "not known"
