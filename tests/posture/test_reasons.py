"""What could not be read is told once for each reason, not once for each call and region."""

from itertools import product

import pytest

from ringwall.core.components import Found
from ringwall.core.findings import Severity
from ringwall.core.verdicts import Outcome, Verdict
from ringwall.posture.commands.verdicts import show_verdicts
from ringwall.posture.judging import Judged
from ringwall.posture.snapshot.reasons import Untold, cause, once, reasons_of
from ringwall.posture.snapshot.snapshot import Snapshot

DENIED = (
    "User: arn:aws:iam::111122223333:user/audit is not authorized to perform: {call} on resource: "
    "arn:aws:{service}:{region}:111122223333:* with an explicit deny in a service control policy"
)
REGIONS = ("eu-north-1", "us-east-1", "us-gov-west-1", "ap-southeast-2")
CALLS = ("ec2:DescribeInstances", "lambda:ListFunctions", "rds:DescribeDBInstances")


def untold(call: str, region: str, why: str = DENIED) -> Untold:
    said = why.format(call=call, service=call.partition(":")[0], region=region)
    return Untold(call, region, said, 2)


def test_a_policy_that_closes_regions_is_one_line() -> None:
    (one,) = reasons_of(untold(call, region) for region, call in product(REGIONS, CALLS))
    assert one.count == 24
    assert one.regions == tuple(sorted(REGIONS))
    assert one.where == "in 4 regions, ap-southeast-2 to us-gov-west-1"
    assert one.what("calls") == ", ".join(CALLS)
    assert one.why == (
        "User: arn:aws:iam::111122223333:user/audit is not authorized to perform: * on resource: * "
        "with an explicit deny in a service control policy"
    )


def test_what_is_told_once_keeps_its_words() -> None:
    (one,) = reasons_of([untold("ec2:DescribeInstances", "eu-north-1")])
    assert one.why == untold("ec2:DescribeInstances", "eu-north-1").why
    assert one.where == "in eu-north-1"
    (far,) = reasons_of([Untold("iam:ListUsers", "", "no answer")])
    assert (far.where, far.what("calls"), far.count) == ("", "iam:ListUsers", 1)


def test_other_reasons_other_users_and_other_policies_are_told_apart() -> None:
    other = DENIED.replace("user/audit", "user/other")
    unit = DENIED.replace("a service control", "an identity-based")
    told = [untold("ec2:DescribeInstances", "eu-north-1", why) for why in (DENIED, other, unit)]
    assert [one.count for one in reasons_of(told)] == [2, 2, 2]


def test_many_names_are_counted() -> None:
    (one,) = reasons_of(Untold(f"s3:Get{name}", "", "denied") for name in "ABCDEF")
    assert one.what("calls") == "s3:GetA, s3:GetB, s3:GetC and 3 more calls"


def test_a_cause_is_without_the_name_of_its_component() -> None:
    assert cause("acl of photos is not known: denied", "photos") == "acl is not known: denied"
    assert cause("acl of others is not known: denied", "photos").startswith("acl of others")


def test_a_check_that_fails_everywhere_does_not_hide_the_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    snapshot, judged = Snapshot(), []
    for check, count in (("aws-x-many", 45), ("aws-x-some", 30)):
        for number in range(count):
            found = Found(kind="aws-x", name=f"{check}-{number:02}", label=f"{check}-{number:02}")
            snapshot.add(found)
            verdict = Verdict(Outcome.FAIL, "it is open", ())
            one = Judged(
                check=check,
                component=found.id,
                verdict=verdict,
                severity=Severity.HIGH,
                touched=frozenset(),
            )
            judged.append(one)
    show_verdicts(judged, (), snapshot, places={}, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert sum("aws-x-many-" in line for line in lines) == 20
    assert sum("aws-x-some-" in line for line in lines) == 30
    assert "and more that fail, which --json lists: 25 of aws-x-many" in lines
    show_verdicts(judged, (), snapshot, places={}, as_json=True)
    assert capsys.readouterr().out.count('"check"') == 75


def test_several_causes_are_each_told_once() -> None:
    said = "unused_access of {} is not known: denied"
    assert once(said.format(region) for region in REGIONS) == (
        "unused_access is not known: denied (4 times)"
    )
    assert once(["acl is not known: denied", "no answer"]) == "acl is not known: denied; no answer"


def test_what_is_closed_in_other_regions_is_another_line() -> None:
    both = [untold(call, region) for region, call in product(REGIONS, CALLS)]
    here = untold("s3:ListBuckets", "us-east-1")
    assert [one.names for one in reasons_of([*both, here])] == [CALLS, ("s3:ListBuckets",)]
