"""Access points of buckets are not open to strangers.

Why: a bucket whose policy leaves it to its access points is as open as these are.
Fix: name in the policy of the access point who is meant, or make another one with all of the public
access block on: that of an access point cannot be changed.

What an access point lets in, its bucket's policy has to let in, too, and neither the public access
block of the access point, nor that of bucket or account may be on.
"""

from collections.abc import Iterable, Mapping
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
    Other,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import NOT_PUBLIC
from ringwall.posture.checks.aws.s3.blocks import account_block
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.exposure import Exposed, exposed
from ringwall.posture.permissions.requests import Values
from ringwall.posture.permissions.statements import Kind
from ringwall.posture.permissions.strangers import Stranger

BUCKET = "aws-s3-bucket"
CHECK = Check(
    judges="aws-s3-access-point",
    severity=Severity.CRITICAL,
    reads=(
        "listed",
        "policy",
        "described",
        f"{BUCKET}.listed",
        f"{BUCKET}.policy",
        f"{BUCKET}.public_access_block",
        "aws-account.s3_public_access_block",
    ),
    controls=NOT_PUBLIC,
    known_as=("prowler:s3_access_point_public_access_block", "securityhub:S3.19"),
)


def judge(it: Subject, world: World) -> Judgment:
    """What lets in nobody by itself needs no look at the rest."""
    if not it.read("policy"):
        return passes("it has no policy, and so lets in nobody from outside")
    found = _strangers(it.read("policy"), it, [f"{it.name}/object/*", it.name])
    if not found:
        return passes("its policy lets strangers do nothing")
    bucket = _bucket(it, world)
    blocks = (
        lambda: it.read("described").get("PublicAccessBlockConfiguration") or {},
        lambda: account_block(it, world),
        lambda: bucket().read("public_access_block", {}),
    )
    if world.any_true(*(lambda one=one: _restricts(one()) for one in blocks)):
        return passes("the public access block lets in nobody, whatever its policy says")
    return _judged(it, found, bucket())


def _bucket(it: Subject, world: World) -> Any:
    name = f"arn:{it.name.split(':')[1]}:s3:::{it.read('listed').get('Bucket')}"
    return lambda: world.need(f"{BUCKET}/{name}")


def _judged(it: Subject, found: list[Exposed], bucket: Subject) -> Judgment:
    """What both policies let in."""
    written = bucket.read("policy", None)
    if not written:
        return passes(f"{bucket.label} has no policy that leaves anything to it")
    listed = it.read("listed")
    keys: dict[str, Values] = {
        "s3:dataaccesspointaccount": (it.account,),
        "s3:dataaccesspointarn": (it.name,),
        "s3:accesspointnetworkorigin": (str(listed.get("NetworkOrigin", "Internet")),),
    }
    left = _strangers(written, bucket, [f"{bucket.name}/*", bucket.name], keys)
    pairs = {(one.stranger, one.action.lower()): one for one in left}
    both = [
        (one, pairs[one.stranger, one.action.lower()])
        for one in found
        if (one.stranger, one.action.lower()) in pairs
    ]
    certain = [one for one, other in both if one.is_certain and other.is_certain]
    if certain:
        actions = ", ".join(dict.fromkeys(one.action for one in certain[:3]))
        return fails(f"{certain[0].stranger} may {actions} in {bucket.label} by {it.label}")
    if both and all(one.decision.is_allowed and other.decision.is_allowed for one, other in both):
        one, other = both[0]
        open_ones = (*one.decision.requires, *other.decision.requires)
        named = ", ".join(sorted({each.key for each in open_ones})) or "what they deny"
        said = f"{one.stranger} may {one.action} in {bucket.label} by {it.label}"
        return fails(f"{said}, as far as {named} admit it", Severity.MEDIUM)
    if both:
        raise UnknownError(
            next(one.decision.why for pair in both for one in pair if not one.decision.is_allowed)
        )
    return passes(f"the policy of {bucket.label} leaves to it nothing that strangers may do")


def _strangers(
    policy: Any, of: Subject, resources: Iterable[str], keys: Mapping[str, Values] | None = None
) -> list[Exposed]:
    document = read(policy, name=f"policy of {of.label}", kind=Kind.RESOURCE)
    found = exposed(document, tuple(resources), account=of.account, keys=keys)
    return [one for one in found if one.is_wide and one.stranger is not Stranger.ANY_CUSTOMER]


def _restricts(settings: Mapping[str, Any]) -> bool:
    return settings.get("RestrictPublicBuckets") is True


ME = "arn:aws:s3:eu-west-1:111122223333:accesspoint/shop"
LISTED = {"Bucket": "b", "NetworkOrigin": "Internet"}


def _policy(resource: str, **more: object) -> dict[str, Any]:
    one = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [one | more]}


def _its(policy: Any = None, **more: Any) -> dict[str, Any]:
    told = {"listed": LISTED, "policy": policy or _policy(f"{ME}/object/*"), "described": {}}
    return {"name": ME, **told, **more}


def _of(policy: Any, block: Any = ABSENT) -> Other:
    return other(BUCKET, "arn:aws:s3:::b", listed={}, policy=policy, public_access_block=block)


ALL = "arn:aws:s3:::b/*"
LEFT = _policy(ALL, Condition={"StringEquals": {"s3:DataAccessPointAccount": "111122223333"}})
ELSEWHERE = _policy(ALL, Condition={"StringLike": {"s3:DataAccessPointArn": f"{ME}-2"}})
TAGGED = _policy(ALL, Condition={"StringEquals": {"s3:ExistingObjectTag/public": "yes"}})
ORG = _policy(f"{ME}/object/*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})
ON = {"RestrictPublicBuckets": True}
NO = other("aws-account", s3_public_access_block=ABSENT)
CASES = (
    case("it is left to it", FAIL, NO, _of(LEFT), **_its()),
    case("both are for everybody", FAIL, NO, _of(_policy(ALL)), **_its()),
    case("of what has a tag", FAIL, NO, _of(TAGGED), **_its()),
    case("no policy", PASS, NO, _of(LEFT), **_its() | {"policy": ABSENT}),
    case("for the organisation", PASS, NO, _of(LEFT), **_its(ORG)),
    case("for an account", PASS, NO, _of(LEFT), **_its(_policy("*", Principal={"AWS": "4" * 12}))),
    case("the bucket leaves nothing to it", PASS, NO, _of(ABSENT), **_its()),
    case("the bucket leaves it to another", PASS, NO, _of(ELSEWHERE), **_its()),
    case(
        "its own block",
        PASS,
        NO,
        _of(LEFT),
        **_its(described={"PublicAccessBlockConfiguration": ON}),
    ),
    case("the bucket's block", PASS, NO, _of(LEFT, ON), **_its()),
    case("the account's block", PASS, other("aws-account", s3_public_access_block=ON), **_its()),
    case("a bucket of another account", UNKNOWN, NO, **_its()),
    case("the bucket's policy may not be read", UNKNOWN, NO, _of(DENIED), **_its()),
    case("its block may not be read", UNKNOWN, NO, _of(LEFT), **_its(described=DENIED)),
    case("its policy is broken", UNKNOWN, NO, _of(LEFT), **_its("{")),
    case("its policy may not be read", UNKNOWN, NO, _of(LEFT), **_its() | {"policy": DENIED}),
)
