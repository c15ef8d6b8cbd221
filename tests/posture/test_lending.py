"""What a management account tells of control policies, as its members' checks count it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking import ABSENT, DENIED
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.commands import told as commands
from ringwall.posture.judging import Judged, judge_all
from ringwall.posture.keeping import Accounts
from ringwall.posture.lending import FRESH, lend, told_by
from ringwall.posture.rejudging import Changes, Standing
from ringwall.posture.reports import html, sarif
from ringwall.posture.reports.report import Part, report_of
from ringwall.posture.snapshot.snapshot import CONTROLS, LISTED, Scope, Snapshot
from ringwall.posture.watching import Watch

MEMBER, ROOT, OTHER = "444455556666", "777788889999", "222233334444"
QUEUE = f"arn:aws:sqs:eu-west-1:{MEMBER}:orders"
ROLE = f"arn:aws:iam::{MEMBER}:role/deploy"
SERVICE, RESOURCE = "aws-organizations-policy", "aws-organizations-resource-control-policy"
PUBLIC, RISES, TRUST = (
    "aws-sqs-queue-public",
    "aws-iam-role-escalation",
    "aws-iam-role-trusts-anybody",
)
IDS = (PUBLIC, RISES, TRUST, "aws-sqs-queue-any-customer", "aws-iam-user-escalation")
CHECKS = [one for one in own_checks(IDS) if one.id in IDS]
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
OURS = {"Id": "o-1", "MasterAccountId": ROOT}
IN_ROOT = {"Type": "ROOT", "TargetId": "r-1", "Name": "Root"}
IN_UNIT = {"Type": "ORGANIZATIONAL_UNIT", "TargetId": "ou-1", "Name": "shops"}
OUTSIDE = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}


def document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def deny(action: str, **more: Any) -> dict[str, Any]:
    return document({"Effect": "Deny", "Action": action, "Resource": "*", **more})


PERIMETER = deny("sqs:*", Principal="*", Condition=OUTSIDE)
NO_IAM = deny("iam:*")
ALL = document({"Effect": "Allow", "Action": "*", "Resource": "*"})
OPEN = document({"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"})


def snapshot_of(account: str, parts: Mapping[str, Mapping[str, Any]]) -> Snapshot:
    made = Snapshot()
    kinds = ("aws-iam-user", "aws-iam-group", "aws-iam-policy", "aws-sqs-queue", SERVICE, RESOURCE)
    for kind in (*kinds, "aws-iam-role", "aws-account"):
        made.note_listing(Scope(kind, account), Observation(State.KNOWN, api="x:List"))
    for component, aspects in parts.items():
        kind, _, name = component.partition("/")
        label = name.rpartition(":")[2].rpartition("/")[2]
        seen = made.add(Found(kind=kind, name=name, label=label, account=account, region=""))
        seen.aspects[LISTED] = Observation(State.KNOWN, {}, "x")
        for aspect, value in aspects.items():
            is_told = isinstance(value, Observation)
            seen.aspects[aspect] = value if is_told else Observation(State.KNOWN, value, "x")
    return made


def member(organization: Any = OURS) -> Snapshot:
    """A queue that everybody may write to, and a role that writes itself what it wants."""
    writes = document({"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": "*"})
    trust = document({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"})
    details = {
        "RoleName": "deploy",
        "Arn": ROLE,
        "AssumeRolePolicyDocument": trust,
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": writes}],
    }
    parts = {
        f"aws-account/{MEMBER}": {"organization": organization},
        f"aws-sqs-queue/{QUEUE}": {"attributes": {"Policy": orjson.dumps(OPEN).decode()}},
        f"aws-iam-role/{ROLE}": {"details": details},
    }
    return snapshot_of(MEMBER, parts)


def management(*policies: tuple[str, str, Any, Any], **own: Any) -> Snapshot:
    """An organisation's management account: policies by kind, name, what they say and bind."""
    accounts = [{"Id": MEMBER, "Paths": [f"o-1/r-1/ou-2/{MEMBER}/"]}]
    about = {"organization": OURS, "organization_accounts": accounts} | own
    parts: dict[str, Mapping[str, Any]] = {f"aws-account/{ROOT}": about}
    for kind, name, content, targets in policies:
        written = content if isinstance(content, Observation) else orjson.dumps(content).decode()
        parts[f"{kind}/{name}"] = {"content": written, "targets": targets}
    return snapshot_of(ROOT, parts)


WHOLE = (
    (SERVICE, "full", ALL, [IN_ROOT]),
    (SERVICE, "no-iam", NO_IAM, [IN_ROOT]),
    (RESOURCE, "perimeter", PERIMETER, [IN_ROOT]),
)


def verdicts(snapshot: Snapshot) -> dict[str, Judged]:
    return {one.check: one for one in judge_all(snapshot, CHECKS)}


def lent(
    *policies: Any, organization: Any = OURS, late: timedelta = timedelta(), **own: Any
) -> Any:
    """What checks of the member say, with what its management account told ``late`` ago."""
    snapshot = member(organization)
    told = told_by(management(*policies, **own), ROOT, NOW - late)
    lend(snapshot, MEMBER, [told] if told is not None else [], now=NOW)
    found = verdicts(snapshot)
    return {name: found[name].verdict.outcome.value for name in (PUBLIC, RISES, TRUST)}


FAILS = {PUBLIC: "fail", RISES: "fail", TRUST: "fail"}
SHUT = FAILS | {PUBLIC: "pass", RISES: "pass"}


def test_what_control_policies_shut_passes_and_the_reason_names_them() -> None:
    snapshot = member()
    assert {one: verdicts(snapshot)[one].verdict.outcome.value for one in FAILS} == FAILS
    told = told_by(management(*WHOLE), ROOT, NOW)
    assert told is not None
    assert lend(snapshot, MEMBER, [told], now=NOW)
    assert not lend(snapshot, MEMBER, [told], now=NOW), "nothing is otherwise"
    found = verdicts(snapshot)
    assert "perimeter" in found[PUBLIC].verdict.why
    assert "no-iam" in found[RISES].verdict.why
    assert found[TRUST].verdict.outcome is Outcome.FAIL, "which no policy denies"
    for one in (PUBLIC, RISES):
        assert found[one].verdict.outcome is Outcome.PASS
        (fact,) = [fact for fact in found[one].verdict.facts if fact.aspect == CONTROLS]
        assert fact.at == NOW, "a pass stands on what was told, and when"


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"late": FRESH}, SHUT),
        ({"late": FRESH + timedelta(seconds=1)}, FAILS),
        ({"organization": ABSENT}, FAILS),
        ({"organization": OURS | {"Id": "o-2"}}, FAILS),
        ({"organization": OURS | {"MasterAccountId": OTHER}}, FAILS),
        ({"organization": DENIED}, SHUT),
        ({"organization": DENIED, "organization_accounts": DENIED}, FAILS),
        ({"organization": DENIED, "organization_accounts": [{"Id": OTHER}]}, FAILS),
        ({"organization_accounts": [{"Id": OTHER}]}, FAILS),
        ({"organization_accounts": DENIED}, SHUT),
    ],
)
def test_whose_word_counts_for_an_account(case: Any, expected: Any) -> None:
    assert lent(*WHOLE, **case) == expected


ABROAD = deny("sts:*", Principal="*", Condition=OUTSIDE)
OURSELVES = [{"Type": "ACCOUNT", "TargetId": MEMBER}]
OTHERS = [{"Type": "ACCOUNT", "TargetId": OTHER}]
OUR_UNIT = [IN_UNIT | {"TargetId": "ou-2"}]


@pytest.mark.parametrize(
    ("kind", "content", "targets", "shuts"),
    [
        (RESOURCE, PERIMETER, [IN_UNIT], None),
        (RESOURCE, PERIMETER, DENIED, None),
        (RESOURCE, DENIED, [IN_ROOT], None),
        (RESOURCE, "{", [IN_ROOT], None),
        (RESOURCE, PERIMETER, [], None),
        (RESOURCE, PERIMETER, OTHERS, None),
        (RESOURCE, PERIMETER, OURSELVES, PUBLIC),
        (RESOURCE, PERIMETER, OUR_UNIT, PUBLIC),
        (RESOURCE, ABROAD, [IN_ROOT], TRUST),
        (RESOURCE, deny("sqs:DeleteMessage", Principal="*"), [IN_ROOT], None),
        (SERVICE, deny("sqs:*"), [IN_ROOT], None),
        (SERVICE, NO_IAM, OUR_UNIT, RISES),
        (SERVICE, NO_IAM, [IN_UNIT], None),
        (SERVICE, deny("ec2:*"), [IN_ROOT], None),
    ],
)
def test_no_policy_shuts_what_it_may_not_bind(
    kind: str, content: Any, targets: Any, shuts: str | None
) -> None:
    full = (SERVICE, "full", ALL, [IN_ROOT, IN_UNIT, *OUR_UNIT])
    expected = FAILS if shuts is None else FAILS | {shuts: "pass"}
    assert lent(full, (kind, "it", content, targets)) == expected


def test_what_could_not_be_listed_shuts_nothing() -> None:
    root = management(*WHOLE)
    for kind in (SERVICE, RESOURCE):
        root.forget_listing(Scope(kind, ROOT))
        root.note_listing(Scope(kind, ROOT), Observation(State.DENIED, why="access denied"))
    snapshot, told = member(), told_by(root, ROOT, NOW)
    assert told is not None
    lend(snapshot, MEMBER, [told], now=NOW)
    found = verdicts(snapshot)
    assert {one: found[one].verdict.outcome.value for one in FAILS} == FAILS


def test_an_account_that_may_list_the_policies_of_its_organisation_tells_them() -> None:
    """A delegated administrator; of several that tell of one, the one that could read all."""
    delegated = snapshot_of(OTHER, {})
    for seen in management(*WHOLE):
        about = seen.aspects
        name = OTHER if seen.found.kind == "aws-account" else seen.found.name
        kind, label = seen.found.kind, seen.found.label
        made = delegated.add(Found(kind=kind, name=name, label=label, account=OTHER, region=""))
        made.aspects.update(about)
    told = told_by(delegated, OTHER, NOW)
    assert told is not None
    partly = told_by(management((SERVICE, "no-iam", DENIED, [IN_ROOT])), ROOT, NOW)
    assert partly is not None
    for several in ([told], [partly, told], [told, told_by(management(*WHOLE), ROOT, NOW)]):
        snapshot = member()
        lend(snapshot, MEMBER, [one for one in several if one is not None], now=NOW)
        found = verdicts(snapshot)
        assert {one: found[one].verdict.outcome.value for one in FAILS} == SHUT
    foreign = dict(told) | {"Management": ROOT, "Organization": "o-2", "By": MEMBER}
    snapshot = member(DENIED)
    assert not lend(snapshot, MEMBER, [told, foreign], now=NOW), "which of the two it is in?"


def test_an_account_that_manages_nothing_tells_nothing() -> None:
    assert told_by(member(), MEMBER, NOW) is None
    assert told_by(management(organization=ABSENT), ROOT, NOW) is None
    assert told_by(management(organization=DENIED), ROOT, NOW) is None


STEPS = st.one_of(
    st.tuples(
        st.just("lend"),
        st.lists(
            st.tuples(
                st.sampled_from([SERVICE, RESOURCE]),
                st.sampled_from(["a", "b"]),
                st.sampled_from([PERIMETER, NO_IAM, ALL, "{", DENIED, deny("*", Principal="*")]),
                st.sampled_from(
                    [[IN_ROOT], [IN_UNIT], [IN_UNIT | {"TargetId": "ou-2"}], [], DENIED]
                ),
            ),
            max_size=3,
            unique_by=lambda one: one[:2],
        ),
        st.sampled_from([timedelta(), FRESH * 2]),
    ),
    st.tuples(st.just("leave")),
    st.tuples(st.just("queue"), st.sampled_from([OPEN, PERIMETER, None])),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=6))
def test_what_is_judged_again_after_policies_changed_is_as_if_all_were(steps: Any) -> None:
    snapshot = member()
    standing = Standing(snapshot, CHECKS)
    for step in steps:
        changes = Changes()
        if step[0] == "queue":
            policy = {} if step[1] is None else {"Policy": orjson.dumps(step[1]).decode()}
            seen = snapshot.get(f"aws-sqs-queue/{QUEUE}")
            assert seen is not None
            seen.aspects["attributes"] = Observation(State.KNOWN, policy, "x")
            changes.aspects.add((f"aws-sqs-queue/{QUEUE}", "attributes"))
        else:
            told = told_by(management(*step[1]), ROOT, NOW - step[2]) if len(step) > 1 else None
            if lend(snapshot, MEMBER, [told] if told else [], now=NOW):
                changes.aspects.add((f"aws-account/{MEMBER}", CONTROLS))
        standing.again(changes)
        assert _said(standing.judged.values()) == _said(judge_all(snapshot, CHECKS))


def _said(several: Any) -> dict[Any, Any]:
    return {
        (one.check, one.component): (one.verdict.outcome, one.verdict.why, one.severity)
        for one in several
    }


def test_whoever_follows_an_account_judges_what_stands_on_what_is_lent() -> None:
    snapshot = member()
    watch = Watch(cast("Any", None), snapshot, CHECKS)
    assert watch.lent() == [], "nothing is otherwise"
    told = told_by(management(*WHOLE), ROOT, NOW)
    assert told is not None
    lend(snapshot, MEMBER, [told], now=NOW)
    changed = {
        after.check: (before.verdict.outcome.value, after.verdict.outcome.value)
        for before, after in watch.lent()
        if before is not None and after is not None
    }
    assert changed == {PUBLIC: ("fail", "pass"), RISES: ("fail", "pass")}


def test_what_is_kept_of_the_management_account_is_lent_to_what_is_kept_of_others(
    tmp_path: Path,
) -> None:
    """And what it tells no more, or told too long ago, is lent no more."""
    accounts, now = Accounts(tmp_path), datetime.now(UTC)

    def outcome() -> str:
        kept = accounts.get(MEMBER)
        assert kept is not None
        return verdicts(kept.snapshot)[PUBLIC].verdict.outcome.value

    accounts.keep(MEMBER, member(), read=now, gaps=0)
    assert outcome() == "fail"
    accounts.keep(ROOT, management(*WHOLE), read=now, gaps=0)
    assert outcome() == "pass"
    (told,) = tmp_path.glob("posture/accounts/*.controls")
    assert told.stat().st_mode & 0o077 == 0
    accounts.keep(ROOT, management(), read=now, gaps=0)
    assert outcome() == "fail", "the policy was detached"
    accounts.keep(ROOT, management(*WHOLE), read=now - FRESH * 2, gaps=0)
    assert outcome() == "fail"
    accounts.keep(ROOT, management(*WHOLE), read=now, gaps=0)
    told.write_bytes(b"{")
    assert outcome() == "fail", "nothing is taken of a file that is damaged"
    accounts.keep(ROOT, management(organization=ABSENT), read=now, gaps=0)
    assert list(tmp_path.glob("posture/accounts/*.controls")) == []


def test_members_are_judged_anew_where_what_binds_them_is_otherwise(tmp_path: Path) -> None:
    """What pages show of an account stands while its mark does."""
    accounts, now = Accounts(tmp_path), datetime.now(UTC)
    marks = []

    def marked() -> str:
        last = accounts.last(MEMBER)
        assert last is not None
        return last.mark

    accounts.keep(MEMBER, member(), read=now, gaps=0)
    marks.append(marked())
    for kept, read in ((WHOLE, now), (WHOLE[:2], now), (WHOLE[:2], now - FRESH * 2)):
        accounts.keep(ROOT, management(*kept), read=read, gaps=0)
        marks.append(marked())
    assert len(set(marks)) == 4
    accounts.keep(ROOT, management(*WHOLE[:2]), read=now - FRESH * 3, gaps=0)
    assert marked() == marks[-1], "that it was read again changes nothing"
    others = management(*WHOLE, organization_accounts=[{"Id": OTHER}])
    accounts.keep(ROOT, others, read=now, gaps=0)
    assert marked() == marks[0], "it is of another organisation"


@pytest.mark.parametrize(
    ("organization", "said"),
    [
        (DENIED, "which organisation"),
        (OURS, f"account {ROOT}, which tells them, was not read"),
        (ABSENT, ""),
        (OURS | {"MasterAccountId": MEMBER}, ""),
    ],
)
def test_commands_and_reports_say_that_control_policies_are_left_out(
    organization: Any, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot = member(organization)
    commands.tell_left_out(snapshot, MEMBER)
    told = " ".join(capsys.readouterr().err.split())
    assert ("left out:" in told) is bool(said)
    assert said in told
    judged = tuple(judge_all(snapshot, CHECKS))
    part = Part(scope=MEMBER, read=NOW, snapshot=snapshot, judged=judged, checks=tuple(CHECKS))
    report = report_of([part], made=NOW)
    for text in (html.text(report), sarif.text(report)):
        assert ("that bind account" in text or "left out:" in text) is bool(said)
        assert said.lower() in text.lower()
