"""Records of CloudTrail and of EventBridge: what they change, and what they are not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.core.components import Found
from ringwall.posture.happening import Happened, NoEventError, happened, records
from ringwall.posture.snapshot.snapshot import Seen

RECORD = {
    "eventVersion": "1.09",
    "eventSource": "s3.amazonaws.com",
    "eventName": "PutBucketPolicy",
    "awsRegion": "eu-west-1",
    "recipientAccountId": "111122223333",
    "readOnly": False,
    "requestParameters": {"bucketName": "exports", "bucketPolicy": {"Statement": []}},
    "resources": [{"ARN": "arn:aws:s3:::exports", "type": "AWS::S3::Bucket"}],
}
ENVELOPE = {
    "version": "0",
    "detail-type": "AWS API Call via CloudTrail",
    "source": "aws.s3",
    "account": "111122223333",
    "detail": RECORD,
}


def bucket(name: str) -> Seen:
    return Seen(Found(kind="aws-s3-bucket", name=f"arn:aws:s3:::{name}", label=name))


@pytest.mark.parametrize("told", [RECORD, ENVELOPE, json.dumps(RECORD), json.dumps(ENVELOPE)])
def test_a_record_names_what_it_changes(told: Any) -> None:
    found = happened(told)
    assert found is not None
    assert (found.account, found.region, found.call) == (
        "111122223333",
        "eu-west-1",
        "s3:PutBucketPolicy",
    )
    assert found.matches(bucket("exports"))
    assert not found.matches(bucket("other"))
    kinds = {"aws-s3-bucket", "aws-sns-topic", "aws-iam-user"}
    assert found.kinds(kinds) == ["aws-s3-bucket"]


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ("ec2.amazonaws.com", ["aws-ebs-volume", "aws-ec2-instance", "aws-vpc", "aws-vpc-subnet"]),
        ("iam.amazonaws.com", ["aws-iam-user"]),
        ("elasticloadbalancing.amazonaws.com", ["aws-elbv2-load-balancer"]),
        ("kms.amazonaws.com", []),
    ],
)
def test_a_service_has_the_kinds_that_begin_like_it(source: str, kinds: list[str]) -> None:
    found = happened(RECORD | {"eventSource": source})
    known = {"aws-ec2-instance", "aws-ebs-volume", "aws-vpc", "aws-vpc-subnet"}
    known |= {"aws-iam-user", "aws-elbv2-load-balancer"}
    assert found is not None
    assert found.kinds(known) == kinds


@pytest.mark.parametrize(
    "more",
    [
        {"readOnly": True},
        {"errorCode": "AccessDenied"},
        {"readOnly": None, "eventName": "DescribeInstances"},
        {"readOnly": None, "eventName": "GetObject"},
    ],
)
def test_what_changes_nothing_is_nothing(more: dict[str, Any]) -> None:
    assert happened(RECORD | more) is None


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("{", "no JSON"),
        ("[1]", "no object"),
        ({"detail-type": "EC2 Instance State-change Notification"}, "not 'AWS API Call"),
        ({"detail-type": "AWS API Call via CloudTrail"}, "no object"),
        ({"eventName": "PutBucketPolicy"}, "no eventSource and no awsRegion"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_what_is_no_record_is_told(told: Any, said: str) -> None:
    with pytest.raises(NoEventError, match=said):
        happened(told)


def test_files_of_records_and_lines_are_read() -> None:
    whole = json.dumps({"Records": [RECORD, RECORD]})
    lines = f"{json.dumps(RECORD)}\n\n{json.dumps(ENVELOPE)}\n"
    assert list(records(whole)) == [RECORD, RECORD]
    assert list(records(lines)) == [RECORD, ENVELOPE]
    assert list(records(json.dumps(RECORD))) == [RECORD]
    with pytest.raises(NoEventError, match="line 2"):
        list(records(f"{json.dumps(RECORD)}\nnone\n"))


def test_what_a_topic_hands_on_is_what_was_put_into_it() -> None:
    told = {"Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:123456789012:changes"}
    (found,) = records(json.dumps(told | {"Message": json.dumps(ENVELOPE)}))
    assert happened(found) == happened(ENVELOPE)
    for strange in ("words", "[1]", "7"):
        (found,) = records(json.dumps(told | {"Message": strange}))
        with pytest.raises(NoEventError, match="it has no eventSource"):
            happened(found)


NESTED = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=10)),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(max_size=5), inner)),
)


@given(parameters=NESTED, name=st.text(min_size=1, max_size=10))
def test_a_name_is_found_however_deep_it_lies(parameters: Any, name: str) -> None:
    found = happened(RECORD | {"requestParameters": {"a": [parameters, {"b": [name]}]}})
    assert found is not None
    assert name in found.names


@pytest.mark.parametrize(
    ("calls", "component", "kinds", "named"),
    [
        (["s3:PutPublicAccessBlock"], "aws-s3-bucket/arn:aws:s3:::exports", "aws-s3-", "exports"),
        (
            ["iam:UpdateAccountPasswordPolicy"],
            "aws-account/111122223333",
            "aws-iam-",
            "111122223333",
        ),
        (
            ["ec2:RevokeSecurityGroupIngress"],
            "aws-ec2-security-group/arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1",
            "aws-ec2-",
            "sg-1",
        ),
        (
            ["kms:EnableKeyRotation"],
            "aws-kms-key/arn:aws:kms:eu-west-1:111122223333:key/k-1",
            "aws-kms-",
            "k-1",
        ),
    ],
)
def test_what_one_did_oneself_names_what_it_was_about(
    calls: list[str], component: str, kinds: str, named: str
) -> None:
    told = Happened.done("111122223333", "eu-west-1", calls, [component])
    assert told.kinds([f"{kinds}thing", "aws-glacier-vault"]) == [f"{kinds}thing"]
    kind, _, name = component.partition("/")
    assert told.matches(Seen(Found(kind=kind, name=name, label=named)))
    assert not told.matches(Seen(Found(kind=kind, name=f"{name}2", label=f"{named}2")))
