"""WAF: web ACLs of regions, and those of CloudFront, which one region tells."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Item, Listing, Where, Within, first
from ringwall.posture.snapshot.snapshot import LISTED, Seen

ACL: Final = "aws-wafv2-web-acl"
_GLOBAL: Final = "us-east-1"


def _acls(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("WebACLs") or ():
        yield Item(kind=ACL, name=one["ARN"], label=one["Name"], aspects={"listed": one})


def _acl(seen: Seen) -> Mapping[str, Any]:
    listed = seen.aspects[LISTED].value
    is_global = ":global/" in seen.found.name
    scope = "CLOUDFRONT" if is_global else "REGIONAL"
    return {"Name": listed["Name"], "Id": listed["Id"], "Scope": scope}


def _listing(scope: str, within: Within, region: str | None) -> Listing:
    return Listing(
        kinds=(ACL,),
        call="wafv2:ListWebACLs",
        read=_acls,
        within=within,
        region=region,
        arguments={"Scope": scope, "Limit": 100},
    )


def _of(
    aspect: str,
    call: str,
    arguments: Callable[[Seen], Mapping[str, Any]],
    member: str,
    *absent: str,
) -> Detail:
    return Detail(
        kind=ACL,
        aspect=aspect,
        call=f"wafv2:{call}",
        arguments=arguments,
        pick=first(member),
        absent=frozenset(absent),
    )


LISTINGS: Final = (
    _listing("REGIONAL", Within.REGION, None),
    _listing("CLOUDFRONT", Within.ACCOUNT, _GLOBAL),
)
DETAILS: Final = (
    _of("described", "GetWebACL", _acl, "WebACL"),
    _of(
        "logging",
        "GetLoggingConfiguration",
        lambda seen: {"ResourceArn": seen.found.name},
        "LoggingConfiguration",
        "WAFNonexistentItemException",
    ),
)
