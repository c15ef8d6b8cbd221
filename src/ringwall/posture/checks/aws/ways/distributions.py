"""Distributions of CloudFront: who is served by them, and from where they fetch.

What asks for signed addresses or cookies counts as closed. Where something of the company's own
runs before a behaviour, it may ask who is there: then the way is one that may be.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.posture.checking import Subject, UnknownError
from ringwall.posture.checks.aws.cloudfront.parts import bucket_of
from ringwall.posture.checks.aws.ways.admitting import function_lets_in
from ringwall.posture.checks.aws.ways.hosts import Hosts
from ringwall.posture.checks.aws.ways.integrating import Leading
from ringwall.posture.checks.aws.ways.looking import Looking
from ringwall.posture.permissions import patterns
from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.paths import INTERNET, Hop
from ringwall.posture.permissions.statements import Document, Effect, Kind, unread
from ringwall.posture.permissions.vouching import service_may

DISTRIBUTION: Final = "aws-cloudfront-distribution"
BUCKET: Final = "aws-s3-bucket"
KINDS: Final = (DISTRIBUTION,)
READS: Final = (f"{DISTRIBUTION}.config", f"{BUCKET}.listed", f"{BUCKET}.policy")
_SERVICE: Final = "cloudfront.amazonaws.com"
_IDENTITY: Final = "Origin Access Identity "


def distributions(it: Looking, leading: Leading, hosts: Hosts) -> Iterator[Hop]:
    """Of each that is on, who is served and what by it is come to."""
    for one in it.all(DISTRIBUTION):
        with it.each():
            config = one.read("config")
            if config.get("Enabled") is False:
                continue
            origins = _served(config)
            if not origins:
                continue
            how = f"the distribution {one.label} serves everybody"
            certain = any(origins.values())
            perhaps = "" if certain else ", perhaps, for what runs before may ask who is there"
            mend = f"have {one.label} ask for signed addresses or cookies"
            yield Hop(INTERNET, one.name, f"{how}{perhaps}", is_certain=certain, mend=mend)
            for origin in (config.get("Origins") or {}).get("Items") or ():
                if origin.get("Id") in origins:
                    with it.each():
                        yield from _fetching(it, one, origin, leading, hosts)


def _served(config: Mapping[str, Any]) -> dict[str, bool]:
    """The ids of origins that everybody is served from, each with whether that is certain."""
    groups = {
        str(group.get("Id")): [
            str(member.get("OriginId"))
            for member in (group.get("Members") or {}).get("Items") or ()
        ]
        for group in (config.get("OriginGroups") or {}).get("Items") or ()
    }
    found: dict[str, bool] = {}
    several = (config.get("CacheBehaviors") or {}).get("Items") or ()
    for one in (config.get("DefaultCacheBehavior") or {}, *several):
        signed = ("TrustedKeyGroups", "TrustedSigners")
        if any((one.get(name) or {}).get("Enabled") for name in signed):
            continue
        runs = [
            each
            for name in ("LambdaFunctionAssociations", "FunctionAssociations")
            for each in (one.get(name) or {}).get("Items") or ()
            if each.get("EventType") == "viewer-request"
        ]
        origin = str(one.get("TargetOriginId"))
        for identifier in (origin, *groups.get(origin, ())):
            found[identifier] = found.get(identifier, False) or not runs
    return found


def _fetching(
    it: Looking, one: Subject, origin: Mapping[str, Any], leading: Leading, hosts: Hosts
) -> Iterator[Hop]:
    domain = str(origin.get("DomainName") or "").lower()
    how = f"{one.label} fetches from"
    if origin.get("VpcOriginConfig"):
        raise UnknownError(f"what {domain} of {one.label} is within its network is not read")
    bucket = bucket_of(domain)
    if bucket:
        yield from _from_bucket(it, one, origin, bucket)
        return
    place = hosts.get(domain)
    if place is None:
        return
    function = it.function(place)
    if function is not None:
        yield from _from_function(one, function, how)
        return
    own = origin.get("CustomOriginConfig") or {}
    policy = own.get("OriginProtocolPolicy", "match-viewer")
    ports = [own.get("HTTPPort", 80)] if policy != "https-only" else []
    ports += [own.get("HTTPSPort", 443)] if policy != "http-only" else []
    for port in ports:
        yield from leading.to_place(one, how, place, int(port))


def _from_function(one: Subject, function: Subject, how: str) -> Iterator[Hop]:
    """One whose address asks nobody answers the internet by itself; another may know this one."""
    decision, why = function_lets_in(
        function, function.name, _SERVICE, one.name, action="lambda:InvokeFunctionUrl"
    )
    if decision.may_be:
        perhaps = f": perhaps, for {why}" if why else ""
        yield Hop(
            one.name,
            function.name,
            f"{how} the function {function.label}{perhaps}",
            is_certain=decision.outcome is Outcome.ALLOWED,
            effort=3,
            mend=f"take {function.label} from behind {one.label}",
        )


def _from_bucket(
    it: Looking, one: Subject, origin: Mapping[str, Any], bucket: str
) -> Iterator[Hop]:
    partition = one.name.split(":")[1]
    arn = f"arn:{partition}:s3:::{bucket}"
    identity = str((origin.get("S3OriginConfig") or {}).get("OriginAccessIdentity") or "")
    if not origin.get("OriginAccessControlId") and not identity:
        return
    found = it.world.find(f"{BUCKET}/{arn}")
    if found is None:
        return
    name = f"policy of {bucket}"
    perhaps = ""
    try:
        written = found.read("policy", None)
        policy = read(written, name=name, kind=Kind.RESOURCE) if written else None
    except UnknownError as error:
        perhaps = f": perhaps, for {it.unsure(error)}"
        policy = unread(name, Kind.RESOURCE, error.why)
    if origin.get("OriginAccessControlId"):
        is_read, is_certain = _knows(policy, one, arn)
    else:
        is_read, is_certain = _names(policy, identity.rpartition("/")[2])
    if is_read:
        how = f"{one.label} serves what is in the bucket {bucket}{perhaps}"
        mend = f"serve nothing of {bucket} by {one.label}"
        yield Hop(one.name, arn, how, is_certain=is_certain, effort=3, mend=mend)


def _knows(policy: Document | None, one: Subject, arn: str) -> tuple[bool, bool]:
    """Whether a bucket's policy lets the distribution read anything, and whether surely."""
    statements = policy.statements if policy is not None else ()
    named = [
        patterns.witness(pattern, f"{arn}/*")
        for each in statements
        for pattern in each.resources or ()
    ]
    decisions = [
        service_may(policy, _SERVICE, "s3:GetObject", it, source=one.name, account=one.account)
        for it in dict.fromkeys([f"{arn}/any-0", *filter(None, named)])
    ]
    may_be = [each for each in decisions if each.may_be]
    return bool(may_be), any(each.outcome is Outcome.ALLOWED for each in may_be)


def _names(policy: Document | None, identity: str) -> tuple[bool, bool]:
    """The same for an identity of old, which a policy names by its id or by a canonical one."""
    if policy is None:
        return False, False
    if policy.faults:
        return True, False
    allowing = [one for one in policy.statements if one.effect is Effect.ALLOW and one.principals]
    for one in allowing:
        named = one.principals.canonical if one.principals is not None else ()
        is_named = any(each.endswith(f"{_IDENTITY}{identity}") for each in named)
        if is_named and one.concerns("s3:getobject"):
            return True, not one.conditions
    is_canonical = any(
        _IDENTITY not in each
        for one in allowing
        for each in (one.principals.canonical if one.principals is not None else ())
    )
    return is_canonical, False
