"""Buckets: policy, access list, ownership, and the public access blocks of bucket and account."""

from typing import Any

import pytest
from tests.posture.permissions.asked import ACCOUNT, OTHER, policy

from ringwall.posture.permissions.buckets import bucket_exposed
from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.exposure import Exposed
from ringwall.posture.permissions.strangers import Stranger

BUCKET = "arn:aws:s3:::b"
GROUPS = "http://acs.amazonaws.com/groups/global/"


def grants(group: str, permission: str) -> dict[str, Any]:
    owner = {"Grantee": {"Type": "CanonicalUser", "ID": "79a5"}, "Permission": "FULL_CONTROL"}
    public = {"Grantee": {"Type": "Group", "URI": GROUPS + group}, "Permission": permission}
    return {"Owner": {"ID": "79a5"}, "Grants": [owner, public]}


def reading(principal: Any = "*", **more: Any) -> dict[str, Any]:
    return policy(
        {
            "Effect": "Allow",
            "Principal": principal,
            "Action": "s3:GetObject",
            "Resource": f"{BUCKET}/*",
            **more,
        }
    )


def of(**known: Any) -> list[Exposed]:
    return bucket_exposed(BUCKET, account=ACCOUNT, **known)


def actions(**known: Any) -> set[tuple[Stranger, str]]:
    return {(one.stranger, one.action) for one in of(**known) if one.is_wide}


ANYBODY, ANY_ACCOUNT, ANY_CUSTOMER = Stranger
READ = {(ANYBODY, "s3:GetObject"), (ANY_ACCOUNT, "s3:GetObject")}
LIST = {(ANYBODY, "s3:ListBucket"), (ANY_ACCOUNT, "s3:ListBucket")}
PUBLIC_LIST = grants("AllUsers", "READ")


@pytest.mark.parametrize(
    ("told", "known", "wanted"),
    [
        ("nothing", {}, set()),
        ("a public policy", {"policy": reading()}, READ),
        (
            "one that the bucket's block keeps from having effect",
            {"policy": reading(), "bucket_block": {"RestrictPublicBuckets": True}},
            set(),
        ),
        (
            "one that the account's block does",
            {"policy": reading(), "account_block": {"RestrictPublicBuckets": True}},
            set(),
        ),
        (
            "one that a block only would refuse anew",
            {"policy": reading(), "bucket_block": {"BlockPublicPolicy": True}},
            READ,
        ),
        ("one for another account", {"policy": reading({"AWS": OTHER})}, set()),
        ("a public access list", {"acl": PUBLIC_LIST}, LIST),
        (
            "one for whoever is signed in",
            {"acl": grants("AuthenticatedUsers", "READ")},
            {(ANY_ACCOUNT, "s3:ListBucket")},
        ),
        (
            "one that is ignored",
            {"acl": PUBLIC_LIST, "bucket_block": {"IgnorePublicAcls": True}},
            set(),
        ),
        (
            "one that the account ignores",
            {"acl": PUBLIC_LIST, "account_block": {"IgnorePublicAcls": True}},
            set(),
        ),
        (
            "one that a block only would refuse anew",
            {"acl": PUBLIC_LIST, "account_block": {"BlockPublicAcls": True}},
            LIST,
        ),
        (
            "one without effect, since the owner owns all",
            {"acl": PUBLIC_LIST, "ownership": "BucketOwnerEnforced"},
            set(),
        ),
        ("one of the older ownership", {"acl": PUBLIC_LIST, "ownership": "ObjectWriter"}, LIST),
        ("the log delivery group", {"acl": grants("../s3/LogDelivery", "WRITE")}, set()),
        (
            "a policy that a block for access lists does not touch",
            {"policy": reading(), "bucket_block": {"IgnorePublicAcls": True}},
            READ,
        ),
    ],
)
def test_a_bucket_is_public_by_all_that_bears_on_it(
    told: str, known: dict[str, Any], wanted: set[tuple[Stranger, str]]
) -> None:
    assert actions(**known) == wanted, told


def test_full_control_is_all_there_is() -> None:
    found = {action for _, action in actions(acl=grants("AllUsers", "FULL_CONTROL"))}
    assert found == {
        *("s3:ListBucket", "s3:PutObject", "s3:DeleteObject", "s3:GetBucketAcl", "s3:PutBucketAcl")
    }


def test_a_deny_of_the_policy_beats_the_access_list() -> None:
    away = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    said = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Condition": away}
    written = policy(said | {"Resource": [BUCKET, f"{BUCKET}/*"]})
    assert not of(policy=written, acl=PUBLIC_LIST)


def test_what_is_about_the_bucket_is_not_given_by_what_is_within() -> None:
    everything = reading(Action="s3:*")
    assert (ANYBODY, "s3:GetObject") in actions(policy=everything)
    assert (ANYBODY, "s3:ListBucket") not in actions(policy=everything)


def test_a_few_addresses_pass_the_block_as_aws_does_not_call_them_public() -> None:
    office = reading(Condition={"IpAddress": {"aws:SourceIp": "203.0.114.0/24"}})
    found = of(policy=office, bucket_block={"RestrictPublicBuckets": True})
    assert found
    assert not any(one.is_wide for one in found)


def test_services_pass_the_block() -> None:
    written = reading({"Service": "logging.s3.amazonaws.com"}, Action="s3:PutObject")
    found = of(policy=written, bucket_block={"RestrictPublicBuckets": True})
    assert [one.stranger for one in found] == [ANY_CUSTOMER]


def test_a_broken_policy_is_not_known() -> None:
    assert {one.decision.outcome for one in of(policy="{")} == {Outcome.UNKNOWN}


def test_an_identity_of_cloudfront_is_nobody_outside() -> None:
    identity = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1H2DM3B4FH5TC"
    assert not of(policy=reading({"AWS": identity}))
    both = policy(*reading({"AWS": identity})["Statement"], *reading()["Statement"])
    assert (Stranger.ANYBODY, "s3:GetObject") in actions(policy=both)
