"""Nodes of Kubernetes let not everybody in by SSH.

Why: with a key and no groups named, SSH is open to the whole internet.
Fix: take remote access away, or name the security groups that may come.
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
from ringwall.posture.checks.aws.controls import FROM_UNTRUSTED, PERIMETER

CHECK = Check(
    judges="aws-eks-nodegroup",
    severity=Severity.HIGH,
    reads=("described",),
    controls=(
        *PERIMETER,
        *FROM_UNTRUSTED,
    ),
    known_as=("checkov:CKV_AWS_100",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    remote = it.read("described").get("remoteAccess") or {}
    if not remote.get("ec2SshKey"):
        return passes("nobody comes in by SSH")
    if remote.get("sourceSecurityGroups"):
        return passes("only those in named groups come in by SSH")
    return fails(f"SSH of the nodes of {it.label} is open to everybody")


CASES = (
    case("no key", PASS, described={}),
    case(
        "named groups",
        PASS,
        described={"remoteAccess": {"ec2SshKey": "k", "sourceSecurityGroups": ["sg-1"]}},
    ),
    case("everybody", FAIL, described={"remoteAccess": {"ec2SshKey": "k"}}),
    case("denied", UNKNOWN, described=DENIED),
)
