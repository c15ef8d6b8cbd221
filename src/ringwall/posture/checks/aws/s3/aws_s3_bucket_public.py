"""Buckets are not open to strangers, by whatever way.

Why: what strangers may read is published, what they may write is theirs.
Fix: turn on all four settings of the public access block, or name in the policy who is meant, by
account, organisation, network or endpoint.

The policy is asked as strangers would ask, so conditions count for what they keep out; the access
list, ownership and the public access blocks of bucket and account count as AWS has them count.
"""

from collections.abc import Mapping
from typing import Any

from ringwall.core.observations import UnknownError
from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controlled import READS, cases_within, within_controls
from ringwall.posture.checks.aws.controls import NOT_PUBLIC, NOT_REACHED
from ringwall.posture.checks.aws.s3.blocks import account_block, ownership, unless_blocked
from ringwall.posture.permissions.buckets import bucket_exposed
from ringwall.posture.permissions.controls import Controls
from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.exposure import Exposed
from ringwall.posture.permissions.strangers import Stranger

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.CRITICAL,
    reads=(
        "policy",
        "acl",
        "ownership",
        "public_access_block",
        "aws-account.s3_public_access_block",
        *READS,
    ),
    controls=(
        *NOT_PUBLIC,
        *NOT_REACHED,
    ),
    known_as=(
        "prowler:s3_bucket_public_access",
        "prowler:s3_bucket_policy_public_write_access",
        "securityhub:S3.2",
        "securityhub:S3.3",
        "checkov:CKV_AWS_70",
    ),
    remedy="aws-s3-block-public-access",
)


_SINCE = "nothing is written of that, and buckets made before April 2023 are open"


def judge(it: Subject, world: World) -> Judgment:
    """What both blocks together leave needs no look at the rest.

    Code that lets in everybody, and leaves it to AWS to block it for new buckets, is open.
    """

    def shut(settings: Mapping[str, Any]) -> bool:
        return all(
            settings.get(part) is True for part in ("IgnorePublicAcls", "RestrictPublicBuckets")
        )

    is_usual = it.is_usual("public_access_block")
    if world.any_true(
        lambda: not is_usual and shut(it.read("public_access_block", {})),
        lambda: shut(account_block(it, world)),
    ):
        return passes("the public access block lets in nobody, whatever policy and list say")
    arn = it.name if it.name.startswith("arn:") else f"arn:aws:s3:::{it.label}"

    def open_within(controls: Controls) -> list[Exposed]:
        found = bucket_exposed(
            arn,
            account=it.number,
            policy=it.read("policy", None),
            acl=it.read("acl", {}),
            ownership=ownership(it),
            bucket_block={} if is_usual else it.read("public_access_block", {}),
            account_block=account_block(it, world),
            rcps=controls.rcps,
        )
        return [one for one in found if one.is_wide and one.stranger is not Stranger.ANY_CUSTOMER]

    wide, kept_out = within_controls(it, open_within)
    if kept_out:
        return passes(f"it lets strangers in, and {kept_out} keeps them out")
    certain = [one for one in wide if one.is_certain]
    if certain:
        named = "; ".join(
            f"{stranger} may {', '.join(one.action for one in certain if one.stranger is stranger)}"
            for stranger in dict.fromkeys(one.stranger for one in certain)
        )
        if is_usual:
            return fails(f"{named} in {it.label}, but where AWS blocks it: {_SINCE}")
        return fails(f"{named} in {it.label}{unless_blocked(it, world)}")
    if wide and wide[0].decision.outcome is Outcome.CONDITIONAL:
        keys = sorted(wide[0].decision.keys)
        said = f"{wide[0].stranger} may {wide[0].action} in {it.label}"
        less = unless_blocked(it, world)
        return fails(f"{said}, as far as {', '.join(keys)} admit it{less}", Severity.MEDIUM)
    if wide:
        raise UnknownError(wide[0].decision.why)
    return passes("strangers may do nothing with it")


def _policy(**more: Any) -> dict[str, Any]:
    one = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"} | more
    return {"Version": "2012-10-17", "Statement": [one]}


def _list(group: str) -> dict[str, Any]:
    grantee = {"URI": f"http://acs.amazonaws.com/groups/global/{group}"}
    return {"Grants": [{"Grantee": grantee, "Permission": "READ"}]}


NO_BLOCK = other("aws-account", s3_public_access_block=ABSENT)
PLAIN: dict[str, Any] = {
    "policy": ABSENT,
    "acl": {"Grants": []},
    "ownership": ABSENT,
    "public_access_block": ABSENT,
}
ENFORCED = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
RESTRICTED = {"RestrictPublicBuckets": True}
IGNORED = {"IgnorePublicAcls": True}
WORLD = {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}
OFFICE = {"IpAddress": {"aws:SourceIp": "203.0.114.0/24"}}
ANY_ENDPOINT = {"StringLike": {"aws:SourceVpce": "*"}}
TAGGED = {"StringEquals": {"s3:ExistingObjectTag/public": "yes"}}
CASES = (
    case("nothing is said", PASS, NO_BLOCK, **PLAIN),
    case("everybody", FAIL, NO_BLOCK, **PLAIN | {"policy": _policy()}),
    case(
        "from two halves",
        FAIL,
        NO_BLOCK,
        **PLAIN | {"policy": _policy(Condition=WORLD)},
    ),
    case("by any endpoint", FAIL, NO_BLOCK, **PLAIN | {"policy": _policy(Condition=ANY_ENDPOINT)}),
    case("from the office", PASS, NO_BLOCK, **PLAIN | {"policy": _policy(Condition=OFFICE)}),
    case("what is tagged so", FAIL, NO_BLOCK, **PLAIN | {"policy": _policy(Condition=TAGGED)}),
    case(
        "kept in by the account",
        PASS,
        other("aws-account", s3_public_access_block=RESTRICTED),
        **PLAIN | {"policy": _policy()},
    ),
    case("a public list", FAIL, NO_BLOCK, **PLAIN | {"acl": _list("AllUsers")}),
    case(
        "one for whoever signs in", FAIL, NO_BLOCK, **PLAIN | {"acl": _list("AuthenticatedUsers")}
    ),
    case(
        "a list that is ignored",
        PASS,
        NO_BLOCK,
        **PLAIN | {"acl": _list("AllUsers"), "public_access_block": IGNORED},
    ),
    case(
        "a list without effect",
        PASS,
        NO_BLOCK,
        **PLAIN | {"acl": _list("AllUsers"), "ownership": ENFORCED},
    ),
    case(
        "nobody can look, and nobody gets in",
        PASS,
        NO_BLOCK,
        policy=DENIED,
        acl=DENIED,
        public_access_block=RESTRICTED | IGNORED,
    ),
    *cases_within(
        "s3", PASS, FAIL, home={"s3_public_access_block": ABSENT}, **PLAIN | {"policy": _policy()}
    ),
    case("a policy that is none", UNKNOWN, NO_BLOCK, **PLAIN | {"policy": "{"}),
    case("a policy that is not told", UNKNOWN, NO_BLOCK, **PLAIN | {"policy": DENIED}),
)
