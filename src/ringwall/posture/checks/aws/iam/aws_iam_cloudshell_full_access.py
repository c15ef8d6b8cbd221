"""Nobody has full access to CloudShell.

Why: CloudShell uploads and downloads files past every control of the network.
Fix: detach AWSCloudShellFullAccess; write a policy without file transfer where a shell is needed.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
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

CHECK = Check(
    judges="aws-iam-policy",
    severity=Severity.MEDIUM,
    reads=("details",),
    controls=("cis-aws-3.0 1.22 full", "nist-800-53r5 AC-4 supporting"),
    known_as=("prowler:iam_policy_cloudshell_admin_not_attached", "securityhub:IAM.27"),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of AWS's policy with that name alone."""
    if not it.name.endswith(":iam::aws:policy/AWSCloudShellFullAccess"):
        return None
    count = int(it.read("details").get("AttachmentCount", 0))
    return fails(f"it is attached to {count}") if count else passes("it is attached to nobody")


NAME = "arn:aws:iam::aws:policy/AWSCloudShellFullAccess"
CASES = (
    case("unattached", PASS, name=NAME, details={"AttachmentCount": 0}),
    case("attached", FAIL, name=NAME, details={"AttachmentCount": 2}),
    case("another", NOT_JUDGED, name="arn:aws:iam::1:policy/p", details={"AttachmentCount": 2}),
)
