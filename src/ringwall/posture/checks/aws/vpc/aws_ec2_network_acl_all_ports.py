"""Network lists refuse some of what comes from the internet.

As AWS makes it, a list lets in all: security groups are then the only lock there is.

Why: what one security group opens in haste, nothing behind it closes.
Fix: let in the ports that the subnet answers at, and those above 1024 for what comes back.
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
from ringwall.posture.checks.aws.exposure import ALL, open_behind

CHECK = Check(
    judges="aws-ec2-network-acl",
    severity=Severity.LOW,
    reads=("listed",),
    controls=PERIMETER,
    known_as=("prowler:ec2_networkacl_allow_ingress_any_port",),
)


def judge(it: Subject, world: World) -> Judgment:
    """The entry of the lowest number decides, for each address and port of TCP."""
    if open_behind(it.read("listed").get("Entries") or ()) == ALL:
        return fails(f"{it.label} lets the internet in at every port")
    return passes("it refuses the internet at some ports")


def _entry(
    number: int, action: str, cidr: str, *ports: int, protocol: str = "6"
) -> dict[str, object]:
    reach = {"PortRange": {"From": ports[0], "To": ports[-1]}} if ports else {}
    return {
        "RuleNumber": number,
        "RuleAction": action,
        "CidrBlock": cidr,
        "Protocol": protocol if ports else "-1",
        "Egress": False,
        **reach,
    }


ALL_IN = _entry(100, "allow", "0.0.0.0/0")
CASES = (
    case("as it comes", FAIL, listed={"Entries": [ALL_IN, _entry(32767, "deny", "0.0.0.0/0")]}),
    case(
        "all ports in two entries",
        FAIL,
        listed={
            "Entries": [
                _entry(1, "allow", "0.0.0.0/0", 0, 1023),
                _entry(2, "allow", "0.0.0.0/0", 1024, 65535),
            ]
        },
    ),
    case(
        "refused too late",
        FAIL,
        listed={"Entries": [ALL_IN, _entry(200, "deny", "0.0.0.0/0", 22)]},
    ),
    case(
        "refused before",
        PASS,
        listed={"Entries": [_entry(10, "deny", "0.0.0.0/0", 22), ALL_IN]},
    ),
    case(
        "the web, and what comes back",
        PASS,
        listed={
            "Entries": [
                _entry(1, "allow", "0.0.0.0/0", 443),
                _entry(2, "allow", "0.0.0.0/0", 1024, 65535),
            ]
        },
    ),
    case("all from inside", PASS, listed={"Entries": [_entry(1, "allow", "10.0.0.0/8")]}),
    case("outwards only", PASS, listed={"Entries": [ALL_IN | {"Egress": True}]}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
