"""Launch templates ask for metadata session tokens.

Why: every machine that is launched from it, by itself at night, too, has what it says.
Fix: set `HttpTokens` to `required` in a new version, make it the default, and set the region's
default.
"""

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
from ringwall.posture.checks.aws.controls import HARDENED
from ringwall.posture.checks.aws.defaults import of_region

CHECK = Check(
    judges="aws-ec2-launch-template",
    severity=Severity.MEDIUM,
    reads=("versions", "aws-region.metadata_defaults"),
    controls=(
        "cis-aws-3.0 5.6 supporting",
        "cis-aws-5.0 5.7 supporting",
        "cis-aws-6.0 6.7 supporting",
        *HARDENED,
    ),
    known_as=("prowler:ec2_launch_template_imdsv2_required", "securityhub:EC2.170"),
)


def judge(it: Subject, world: World) -> Judgment:
    """What its default and latest versions say counts before the region's default."""
    for one in it.read("versions") or ():
        options = (one.get("LaunchTemplateData") or {}).get("MetadataOptions") or {}
        number = one.get("VersionNumber")
        if options.get("HttpEndpoint") == "disabled" or options.get("HttpTokens") == "required":
            continue
        if options.get("HttpTokens") == "optional":
            return fails(f"version {number} of {it.label} makes tokens optional")
        defaults = of_region(it, world, "metadata_defaults")
        if defaults.get("HttpTokens") != "required":
            return fails(f"neither version {number} of {it.label} nor the region requires tokens")
    return passes("what is launched from it asks for session tokens")


def _version(**options: str) -> list[object]:
    return [{"VersionNumber": 1, "LaunchTemplateData": {"MetadataOptions": options}}]


CASES = (
    case("required", PASS, versions=_version(HttpTokens="required")),
    case(
        "the region requires it",
        PASS,
        other("aws-region", metadata_defaults={"HttpTokens": "required"}),
        versions=_version(),
    ),
    case(
        "optional, against the region's default",
        FAIL,
        other("aws-region", metadata_defaults={"HttpTokens": "required"}),
        versions=_version(HttpTokens="optional"),
    ),
    case("nowhere", FAIL, other("aws-region", metadata_defaults=ABSENT), versions=_version()),
    case("not known", UNKNOWN, other("aws-region", metadata_defaults=DENIED), versions=_version()),
)
