"""What was used last, as it is asked for and waited for over HTTP, and what comes of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.posture import accessed
from tests.posture.aws.conftest import Account

from ringwall.core.observations import State
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.collecting.planning import plan_for
from ringwall.posture.collecting.remembering import Journal, Remembering
from ringwall.posture.collecting.shape import Where
from ringwall.posture.snapshot.snapshot import Seen

CHECK = "aws-iam-role-services-unused"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture
def role(account: Account) -> Iterator[str]:
    """A role that used a service of three."""
    accessed.teach()
    made = account.client("iam").create_role(
        RoleName="web", AssumeRolePolicyDocument=json.dumps(TRUST)
    )
    arn = str(made["Role"]["Arn"])
    accessed.tell(arn, s3=1, ec2=None, sqs=200)
    yield arn
    accessed.forget()


def only(account: Account) -> Seen:
    (found,) = account.read(own_checks([CHECK])).of_kind("aws-iam-role")
    return found


def test_a_job_is_begun_waited_for_and_read_page_by_page(account: Account, role: str) -> None:
    told = only(account).aspects["last_accessed"]
    assert told.state is State.KNOWN
    assert [
        (one["ServiceNamespace"], "LastAuthenticated" in one, "TrackedActionsLastAccessed" in one)
        for one in told.value
    ] == [("s3", True, True), ("ec2", False, False), ("sqs", True, True)]


def test_the_plan_and_the_permissions_name_both_calls() -> None:
    plan = plan_for(own_checks([CHECK]))
    both = {"iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails"}
    assert both <= set(plan.actions)
    assert both <= plan.names
    assert [call for call, _ in plan.before] == ["iam:GenerateServiceLastAccessedDetails"]


@pytest.mark.parametrize("call", ["Generate", "Get"])
def test_what_may_not_be_asked_is_not_known(account: Account, role: str, call: str) -> None:
    account.denied.add(f"iam:{call}ServiceLastAccessedDetails")
    assert only(account).aspects["last_accessed"].state is State.DENIED
    assert account.outcomes(CHECK) == {(CHECK, "web"): "pass"}  # it is too young to be judged


def test_a_job_that_failed_is_an_error_that_says_why(account: Account, role: str) -> None:
    account.answers["iam:GetServiceLastAccessedDetails"] = lambda _: {
        "JobStatus": "FAILED",
        "Error": {"Message": "try later", "Code": "X"},
    }
    told = only(account).aspects["last_accessed"]
    assert told.state is State.ERROR
    assert "try later" in told.why


def test_what_is_in_progress_is_not_remembered(account: Account, role: str, tmp_path: Path) -> None:
    path = tmp_path / "journal"
    asked = "iam:GenerateServiceLastAccessedDetails"
    where = Where("123456789012", "eu-west-1")
    for attempt in range(2):
        with Journal(path) as journal:
            target = account.target()
            caller = Remembering(target.caller, journal)
            job = caller.call(asked, where, {"Arn": role}).pages[0]["JobId"]
            found = caller.poll(
                "iam:GetServiceLastAccessedDetails",
                where,
                {"JobId": job},
                frozenset(),
                lambda page: page["JobStatus"] != "IN_PROGRESS",
            )
            assert found.pages[0]["JobStatus"] == ("IN_PROGRESS", "COMPLETED")[attempt]


def test_roles_that_services_made_are_not_asked_for(account: Account) -> None:
    accessed.teach()
    account.client("iam").create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    assert only(account).aspects["last_accessed"].state is State.ABSENT


def analyzed(account: Account, role: str, kind: str) -> dict[tuple[str, str], str]:
    """What the check says where an analyzer of this kind has found something of the role."""
    analyzer = {"arn": "arn:analyzer", "name": "a", "type": kind, "status": "ACTIVE"}
    finding = {"id": "f", "resource": role, "findingType": "UnusedPermission"}
    account.answers |= {
        "accessanalyzer:ListAnalyzers": lambda _: {"analyzers": [analyzer]},
        "accessanalyzer:ListFindingsV2": lambda asked: {
            "findings": [finding] if asked["analyzerArn"] == "arn:analyzer" else []
        },
    }
    return account.outcomes("aws-access-analyzer-role-unused")


def test_findings_of_the_analyzer_of_unused_access_are_read(account: Account, role: str) -> None:
    found = analyzed(account, role, "ACCOUNT_UNUSED_ACCESS")
    assert found == {("aws-access-analyzer-role-unused", "web"): "fail"}


def test_an_analyzer_of_what_is_shared_is_not_asked(account: Account, role: str) -> None:
    assert analyzed(account, role, "ACCOUNT") == {}


def test_findings_that_may_not_be_read_are_not_known(account: Account, role: str) -> None:
    account.denied.add("accessanalyzer:ListFindingsV2")
    found = analyzed(account, role, "ACCOUNT_UNUSED_ACCESS")
    assert found == {("aws-access-analyzer-role-unused", "web"): "unknown"}
