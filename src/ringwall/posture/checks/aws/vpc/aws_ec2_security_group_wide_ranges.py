"""Security groups let no large parts of the internet in.

Why: a network of millions of strangers is not one that you know.
Fix: name the networks that are meant; they are seldom larger than /16.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import FROM_UNTRUSTED, PERIMETER
from ringwall.posture.checks.aws.exposure import cidrs_of
from ringwall.posture.checks.aws.openings import OPEN_AT, reach_of, sources_of
from ringwall.posture.checks.aws.scenes import LIST_RULE, prefix_list, rule
from ringwall.posture.permissions.networks import Addresses

CHECK = Check(
    judges="aws-ec2-security-group",
    severity=Severity.LOW,
    reads=("listed", "aws-ec2-prefix-list.listed", "aws-ec2-prefix-list.entries"),
    controls=(
        *PERIMETER,
        *FROM_UNTRUSTED,
    ),
    known_as=("prowler:ec2_securitygroup_allow_wide_open_public_ipv4",),
)
WIDE = 2**18 / 2**32
"""As much as a network of /14."""
WEB = {(80, 80), (443, 443)}


def judge(it: Subject, world: World) -> Judgment:
    """Less than what counts as the internet; the web's ports are for all."""
    found: list[str] = []

    def networks(identifier: str) -> list[str]:
        return cidrs_of(world, identifier)

    for one in it.read("listed").get("IpPermissions") or ():
        if reach_of(one, "tcp", networks) not in WEB:
            found += sources_of(one, networks)
    several = Addresses.of(found)
    if WIDE <= several.share < OPEN_AT:
        some = [str(one) for one in several.public.networks()][:3]
        return fails(f"{it.label} lets in {', '.join(some)} and more")
    return passes("no large part of the internet is let in, or all of it, which other checks tell")


def _rules(*cidrs: str) -> dict[str, object]:
    return {"IpPermissions": [rule("tcp", 8443, 8443, cidrs)]}


CASES = (
    case("a part of the internet", FAIL, listed=_rules("52.0.0.0/8")),
    case("by many small ones", FAIL, listed=_rules("52.0.0.0/15", "18.0.0.0/15")),
    case("an inside network", PASS, listed=_rules("10.0.0.0/8")),
    case("an office", PASS, listed=_rules("52.1.2.0/24")),
    case("the world, which other checks tell", PASS, listed=_rules("0.0.0.0/0")),
    case(
        "by a list",
        FAIL,
        prefix_list("52.0.0.0/8"),
        listed={"IpPermissions": [LIST_RULE]},
    ),
)
