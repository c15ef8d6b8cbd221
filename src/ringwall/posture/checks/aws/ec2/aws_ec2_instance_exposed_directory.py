"""The internet does not reach directories of users on instances.

LDAP and Kerberos, by TCP and by UDP: reached is what has a public address, a route from an internet
gateway, and a port that its security groups and its subnet's network list together let through.

Why: they tell strangers who there is, let passwords be guessed, and answer more than they are
asked, which others are flooded with.
Fix: let only networks of those in that sign in by it; join others by a VPN.
"""

from ringwall.posture.checking import (
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
    passes,
)
from ringwall.posture.checks.aws.controls import PERIMETER
from ringwall.posture.checks.aws.exposure import READS, instance_reach
from ringwall.posture.checks.aws.openings import those_in
from ringwall.posture.checks.aws.scenes import (
    BLOCKED_REGION,
    LIST_GROUP,
    OPEN_REGION,
    SPARED_REGION,
    SUBNET,
    WORLD_TABLE,
    group,
    interface,
    prefix_list,
)
from ringwall.posture.checks.aws.services import DIRECTORIES

CHECK = Check(
    judges="aws-ec2-instance",
    severity=Severity.CRITICAL,
    reads=("listed", *READS),
    controls=PERIMETER,
    known_as=(
        "prowler:ec2_instance_port_ldap_exposed_to_internet",
        "prowler:ec2_instance_port_kerberos_exposed_to_internet",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By all that lies between, for both protocols: one that is open needs not the other."""
    told: list[str] = []

    def opens(protocol: str) -> bool:
        reached = instance_reach(world, it, DIRECTORIES, protocol=protocol)
        told[:] = those_in(DIRECTORIES, reached)
        return bool(told)

    if world.any_true(lambda: opens("tcp"), lambda: opens("udp")):
        return fails(f"the internet reaches {', '.join(told)} of {it.label}")
    return passes("no port of a directory can be reached from the internet")


LDAP = group([("tcp", 389, 389, ["0.0.0.0/0"])])
WAY = (WORLD_TABLE, SUBNET, OPEN_REGION)
CASES = (
    case("LDAP", FAIL, LDAP, *WAY, listed=interface()),
    case(
        "Kerberos by UDP",
        FAIL,
        group([("udp", 88, 88, ["0.0.0.0/1", "128.0.0.0/1"])]),
        *WAY,
        listed=interface(),
    ),
    case(
        "a list of prefixes",
        FAIL,
        *(LIST_GROUP, prefix_list("0.0.0.0/0"), WORLD_TABLE, SUBNET, SPARED_REGION),
        listed=interface(),
    ),
    case("without a public address", PASS, LDAP, listed=interface(address="")),
    case(
        "blocked for the region",
        PASS,
        LDAP,
        WORLD_TABLE,
        SUBNET,
        BLOCKED_REGION,
        listed=interface(),
    ),
    case(
        "a port beside",
        PASS,
        *(group([("tcp", 443, 443, ["0.0.0.0/0"]), ("udp", 443, 443, ["0.0.0.0/0"])]), *WAY[:2]),
        listed=interface(),
    ),
    case(
        "an office",
        PASS,
        *(group([("tcp", 636, 636, ["198.51.100.0/24"])]), *WAY[:2]),
        listed=interface(),
    ),
    case(
        "a list of prefixes that is denied",
        UNKNOWN,
        *(LIST_GROUP, prefix_list(entries=DENIED), WORLD_TABLE, SUBNET),
        listed=interface(),
    ),
    case("may not be read", UNKNOWN, *WAY, listed=DENIED),
)
