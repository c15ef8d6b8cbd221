"""Everybody outside, as requests: what they bring with them, and what they choose themselves.

A stranger has an account, an organisation, a VPC with an endpoint and a bucket, of all of which the
ids are their own; names of roles, buckets and users they choose as a policy's wildcards want them.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from ringwall.posture.permissions import patterns
from ringwall.posture.permissions.networks import PUBLIC, Addresses, Intervals, interval_of
from ringwall.posture.permissions.principals import ANONYMOUS, Principal, principal
from ringwall.posture.permissions.requests import ABSENT, OPEN, Context, Values
from ringwall.posture.permissions.statements import Document, Effect, Statement
from ringwall.posture.permissions.variables import has_variables

ACCOUNT: Final = "000000000000"
_ORGANISATION: Final = "o-stranger00"
_ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/stranger"
_FACTOR: Final = ("aws:multifactorauthpresent", "aws:multifactorauthage")
_SOURCES: Final = (
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
)
_CALLED: Final = ("aws:calledvia", "aws:calledviafirst", "aws:calledvialast")
_VIA: Final = "aws:viaawsservice"
_ORIGIN: Final = "s3:accesspointnetworkorigin"
_POINT: Final = ("s3:dataaccesspointaccount", "s3:dataaccesspointarn", _ORIGIN)
_POINTS: Final = f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/stranger"
_NAME: Final = "aws:principalservicename"
_OF_SERVICES: Final = frozenset([*_SOURCES, "aws:principalisawsservice", _NAME])
"""What only requests have that services make, for whoever asks them to."""
_NOT_PRIVATE: Final[dict[str, Values]] = dict.fromkeys(
    (
        *("aws:sourcevpce", "aws:sourcevpc", "aws:sourcevpcarn", "aws:vpcsourceip"),
        *("aws:vpceaccount", "aws:vpceorgid"),
    ),
    ABSENT,
)
_MEMBERSHIP: Final[dict[str, Values]] = {
    "aws:principalorgid": (_ORGANISATION,),
    "aws:principalorgpaths": (f"{_ORGANISATION}/r-0000/",),
}
_MEMBERSHIP_OF_SOURCES: Final[dict[str, Values]] = {
    "aws:sourceorgid": (_ORGANISATION,),
    "aws:sourceorgpaths": (f"{_ORGANISATION}/r-0000/",),
}
_OF_ENDPOINTS: Final = "aws:vpceorgid"
_SERVICE: Final = "sns.amazonaws.com"
"""Of those that act for whoever asks them to, one that a policy need not name."""


class Stranger(StrEnum):
    """Who is outside, from those without an account on."""

    ANYBODY = "anybody"
    ANY_ACCOUNT = "any AWS account"
    ANY_CUSTOMER = "any customer of a service"


def principals(kind: Stranger, document: Document) -> Iterator[Principal]:
    """Those of a kind whom a document may treat differently."""
    if kind is Stranger.ANYBODY:
        yield ANONYMOUS
    elif kind is Stranger.ANY_ACCOUNT:
        yield principal(_ROLE)
        for value in sorted(_values(document, "aws:principalarn")):
            for own in (f"arn:aws:iam::{ACCOUNT}:role/*", f"arn:aws:iam::{ACCOUNT}:user/*"):
                if (found := patterns.witness(value, own)) is not None and found != _ROLE:
                    yield principal(found)
        names = {patterns.witness(one, "*") for one in _values(document, "aws:username")}
        is_asked = (
            names
            or _values(document, "aws:principaltype")
            or _is_filled_in(document, "aws:username")
        )
        for name in sorted(filter(None, names)) or (["stranger"] if is_asked else []):
            yield principal(f"arn:aws:iam::{ACCOUNT}:user/{name}")
    else:
        services = {
            service
            for one in document.statements
            if one.principals is not None and not one.but_principals
            for service in one.principals.services
        }
        if _is_any_for_services(document):
            named = {patterns.witness(one, "*") for one in _values(document, _NAME)}
            services |= {_SERVICE, *filter(None, named)}
        yield from map(principal, sorted(services))


def _is_filled_in(document: Document, key: str) -> bool:
    """Whether a variable of a document stands for what a key has."""
    return any(
        has_variables(said) and key in said.lower()
        for one in document.statements
        for several in ((one.resources or ()), *(each.values for each in one.conditions))
        for said in several
    )


def _is_any_for_services(document: Document) -> bool:
    """Whether a statement is for services, or may be.

    Of one that is not known whole, what it allows for certain tells that where everybody is named:
    it asks for the same keys.
    """
    told = {
        (one.document, one.place)
        for one in document.statements
        if not one.fault and _names_everybody(one)
    }
    return any(
        _is_for_services(one)
        for one in document.statements
        if not one.fault or (one.document, one.place) not in told
    )


def _names_everybody(one: Statement) -> bool:
    return one.principals is not None and (one.principals.everyone or one.but_principals)


def _is_for_services(one: Statement) -> bool:
    """Whether it names everybody, and asks for what services alone tell: who they act for.

    What is broken may be for them, too.
    """
    if one.fault:
        return one.effect is Effect.ALLOW
    if one.effect is Effect.DENY or not _names_everybody(one):
        return False
    return any(condition.key in _OF_SERVICES for condition in one.conditions)


def contexts(kind: Stranger, document: Document) -> Iterator[tuple[Addresses | None, Context]]:
    """The circumstances they may ask in, and from which addresses; ``None``: by an own endpoint."""
    known = _known(kind)
    if kind is Stranger.ANY_CUSTOMER:
        for membership in _memberships(document, _MEMBERSHIP_OF_SOURCES):
            for source in _sources(document):
                yield None, Context({**known, **membership, "aws:sourcearn": (source,)})
        return
    own = _memberships(document, _MEMBERSHIP) if kind is Stranger.ANY_ACCOUNT else [{}]
    for membership in own:
        for factor in _factors(kind, document):
            for point in _access_points(document):
                yield from _from_somewhere(kind, document, known | membership | factor | point)
        if kind is Stranger.ANY_ACCOUNT:
            yield from _through_services(document, known | membership)


def _memberships(document: Document, told: dict[str, Values]) -> list[dict[str, Values]]:
    """In an organisation of their own, then in none, where the document asks for that.

    AWS tells these keys of members of an organisation alone.
    """
    is_asked = any(_values(document, key) for key in told)
    return [told, dict.fromkeys(told, ABSENT)] if is_asked else [told]


def _through_services(
    document: Document, known: dict[str, Values]
) -> Iterator[tuple[Addresses | None, Context]]:
    """By a service that calls in their name, as Athena does: asked where the document asks."""
    if not any(_values(document, key) for key in (_VIA, *_CALLED)):
        return
    named = {patterns.witness(one, "*") for key in _CALLED for one in _values(document, key)}
    for service in sorted(filter(None, named)) or ["athena.amazonaws.com"]:
        through: dict[str, Values] = {_VIA: ("true",), "aws:sourceip": ABSENT}
        through |= dict.fromkeys(_CALLED, (service,))
        yield None, Context({**known, **_NOT_PRIVATE, **through}, {"aws:principaltag/": OPEN})


def _access_points(document: Document) -> Iterator[dict[str, Values]]:
    """Straight to a bucket, then by an access point of their own, where the document asks.

    What comes by those of the bucket's own account their policies say.
    """
    yield dict.fromkeys(_POINT, ABSENT)
    if not any(_values(document, key) for key in _POINT):
        return
    account, arn, _ = _POINT
    named = {
        patterns.witness(one, f"arn:aws:s3:*:{ACCOUNT}:accesspoint/*")
        for one in _values(document, arn)
    }
    for one in sorted({_POINTS, *filter(None, named)}):
        for origin in ("Internet", "VPC"):
            yield {account: (ACCOUNT,), arn: (one,), _ORIGIN: (origin,)}


def _from_somewhere(
    kind: Stranger, document: Document, known: dict[str, Values]
) -> Iterator[tuple[Addresses | None, Context]]:
    """By an endpoint of their own, then from each part of the internet."""
    chosen: dict[str, Values] = {"aws:principaltag/": OPEN}
    families = chosen if kind is Stranger.ANY_ACCOUNT else {"aws:principaltag/": ABSENT}
    private: dict[str, Values] = {
        "aws:sourceip": ABSENT,
        "aws:sourcevpce": ("vpce-00000000000000000",),
        "aws:sourcevpc": ("vpc-00000000000000000",),
        "aws:sourcevpcarn": (f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc/vpc-00000000000000000",),
        "aws:vpceaccount": (ACCOUNT,),
    }
    for owner in _memberships(document, {_OF_ENDPOINTS: (_ORGANISATION,)}):
        yield None, Context({**known, **private, **owner}, families)
    for part, address in _parts(document):
        yield part, Context({**known, **_NOT_PRIVATE, "aws:sourceip": (address,)}, families)


def _factors(kind: Stranger, document: Document) -> list[dict[str, Values]]:
    """With a second factor, without, and by a key, of which AWS says nothing: as they choose.

    Asked apart only where the document asks for it.
    """
    found: list[dict[str, Values]] = [{}]
    if kind is Stranger.ANY_ACCOUNT and any(_values(document, one) for one in _FACTOR):
        found.append({_FACTOR[0]: ("false",), _FACTOR[1]: ABSENT})
        found.append(dict.fromkeys(_FACTOR, ABSENT))
    return found


def _known(kind: Stranger) -> dict[str, Values]:
    known: dict[str, Values] = {
        **dict.fromkeys(_SOURCES, ABSENT),
        **dict.fromkeys(_CALLED, ABSENT),
        _VIA: ("false",),
        "aws:securetransport": ("true",),
    }
    if kind is Stranger.ANY_ACCOUNT:
        return known | {
            "aws:userid": ("AROASTRANGER0000000:stranger",),
            "aws:multifactorauthpresent": ("true",),
            "aws:multifactorauthage": ("1",),
            "aws:principalisawsservice": ("false",),
        }
    nobody: dict[str, Values] = dict.fromkeys(
        (
            *_MEMBERSHIP,
            "aws:userid",
            "aws:multifactorauthpresent",
            "aws:multifactorauthage",
        ),
        ABSENT,
    )
    if kind is Stranger.ANY_CUSTOMER:
        theirs: dict[str, Values] = {
            "aws:sourceaccount": (ACCOUNT,),
            "aws:sourceowner": (ACCOUNT,),
        }
        return known | nobody | theirs
    return known | nobody


def _sources(document: Document) -> list[str]:
    """Resources of a stranger's that a service may act for, named as the document likes them."""
    found = [f"arn:aws:sns:eu-west-1:{ACCOUNT}:stranger", "arn:aws:s3:::stranger-000000000000"]
    for value in sorted(_values(document, "aws:sourcearn")):
        parts = patterns.completed(value) if value.startswith("arn:") else []
        if parts and not patterns.is_wild(parts[5][:3]) and (not parts[4] or _is_bucket(parts)):
            continue
        wanted = patterns.witness(value, f"arn:aws:*:*:{ACCOUNT}:*")
        found += [wanted] if wanted is not None else []
    return list(dict.fromkeys(found))


def _is_bucket(parts: list[str]) -> bool:
    """Whether it can only be a bucket: its ARN has neither region nor account, whatever is asked.

    Amazon S3 User Guide, "Granting permissions to publish event notification messages".
    """
    return parts[2] == "s3" and not any(sign in parts[5] for sign in "/:*?")


def _values(document: Document, key: str) -> set[str]:
    return {
        value
        for one in document.statements
        for condition in one.conditions
        if condition.key == key
        for value in condition.values
    }


def _parts(document: Document) -> Iterable[tuple[Addresses, str]]:
    """The internet, cut where the document's networks begin and end: each part is treated alike."""
    cuts: dict[int, set[int]] = {4: set(), 6: set()}
    for value in _values(document, "aws:sourceip"):
        try:
            version, (first, last) = interval_of(value)
        except ValueError:
            continue
        cuts[version] |= {first, last + 1}
    for part in _cut(PUBLIC.v4, cuts[4]):
        yield Addresses(v4=part), str(IPv4Address(part.parts[0][0]))
    for part in _cut(PUBLIC.v6, cuts[6]):
        yield Addresses(v6=part), str(IPv6Address(part.parts[0][0]))


def _cut(whole: Intervals, cuts: Iterable[int]) -> Iterator[Intervals]:
    """What lies of the whole between each two cuts that follow each other."""
    ends = sorted(cuts)
    by_gap: dict[int, list[tuple[int, int]]] = {}
    for first, last in whole.parts:
        begin, gap = first, bisect_right(ends, first)
        while gap < len(ends) and ends[gap] <= last:
            by_gap.setdefault(gap, []).append((begin, ends[gap] - 1))
            begin, gap = ends[gap], gap + 1
        by_gap.setdefault(gap, []).append((begin, last))
    return (Intervals(tuple(parts)) for parts in by_gap.values())
