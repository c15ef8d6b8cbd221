"""No way leads from the internet to a confidential secret.

Why: each hop is allowed by itself, and nobody sees them together: an open port, a role behind it,
a role that trusts that one, and the secret is out.
Fix: take the hop away that is named as the cheapest; most often what a role may read, or who may
become it.

Judged are secrets whose tags call them confidential or restricted (`classification`). The ways go
over what answers the internet and what stands behind it, roles that let strangers in, and every
technique of escalation that needs no more than that.
"""

from typing import Any

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Case,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    other,
)
from ringwall.posture.checks.aws.attack import READS, attacked, is_confidential
from ringwall.posture.checks.aws.authorization import BESIDE
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE, PERIMETER
from ringwall.posture.checks.aws.locking import lock_of
from ringwall.posture.checks.aws.scenes import (
    LIST_GROUP,
    OPEN_REGION,
    SPARED_REGION,
    SUBNET,
    WORLD_TABLE,
    called,
    group,
    interface,
    prefix_list,
)
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.statements import Kind
from ringwall.posture.permissions.terrain import Kept

CHECK = Check(
    judges="aws-secretsmanager-secret",
    severity=Severity.HIGH,
    reads=("policy", *READS),
    beside=BESIDE,
    controls=(
        *PERIMETER,
        *LEAST_PRIVILEGE,
        "soc2 C1.1 partial",
    ),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Decided with the secret's own policy, too."""
    if not is_confidential(it) or not it.name.startswith("arn:"):
        return None
    written = it.read("policy", None)
    policy = None
    if written:
        policy = read(written, name=f"policy of {it.label}", kind=Kind.RESOURCE)
    kept = Kept("aws-secretsmanager-secret", it.name, it.label, policy, lock=lock_of(it))
    return attacked(world, it, kept)


ME = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s"
ROLE = "arn:aws:iam::111122223333:role/web"
PROFILE = "arn:aws:iam::111122223333:instance-profile/web"
TAGS = {"classification": "confidential"}


def _role(*actions: str) -> Any:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "*"}
    allow = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return other(
        "aws-iam-role",
        ROLE,
        details={
            "RoleName": "web",
            "Arn": ROLE,
            "AssumeRolePolicyDocument": {"Statement": [trust | {"Action": "sts:AssumeRole"}]},
            "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": {"Statement": [allow]}}],
            "InstanceProfileList": [{"Arn": PROFILE}],
        },
    )


RUNS_AS = {"IamInstanceProfile": {"Arn": PROFILE}}
INSTANCE = other("aws-ec2-instance", "arn:i-1", listed=interface() | RUNS_AS)
NO_METADATA = {"MetadataOptions": {"HttpEndpoint": "disabled", "State": "applied"}}
MUTE = other("aws-ec2-instance", "arn:i-1", listed=interface() | RUNS_AS | NO_METADATA)
INNER = other("aws-ec2-instance", "arn:i-1", listed=interface(address="") | RUNS_AS)
WEB = group([("tcp", 443, 443, ["0.0.0.0/0"])])
NETWORK = (WEB, WORLD_TABLE, SUBNET, OPEN_REGION)
THROUGH_LIST = (LIST_GROUP, prefix_list("0.0.0.0/0"), WORLD_TABLE, SUBNET, SPARED_REGION)
READER, OTHER = _role("secretsmanager:GetSecretValue"), _role("s3:GetObject")
FUNCTION = called(ROLE)
UNTOLD = called(ROLE, DENIED)
SILENT = called(ROLE, policy=DENIED)
REFUSING = called(ROLE, policy=ABSENT)
SHUT = {
    "Statement": [
        {"Effect": "Deny", "Principal": {"AWS": ROLE}, "Action": "*", "Resource": "*"},
    ]
}
SITE = (
    other(
        "aws-cloudfront-distribution",
        "arn:aws:cloudfront::111122223333:distribution/E1",
        config={
            "DefaultCacheBehavior": {"TargetOriginId": "o"},
            "Origins": {
                "Items": [
                    {
                        "Id": "o",
                        "DomainName": "site.s3.amazonaws.com",
                        "OriginAccessControlId": "C1",
                    }
                ]
            },
        },
    ),
    other("aws-s3-bucket", "arn:aws:s3:::site", policy=ABSENT),
)
KEY = "arn:aws:kms:eu-west-1:111122223333:key/k"
OPENER = _role("secretsmanager:GetSecretValue", "kms:Decrypt")


def _locked(told: str, outcome: Any, *others: Any, named: str = KEY) -> Case:
    """A secret that is encrypted with a key of one's own, which a function's role may read."""
    listed = {"KmsKeyId": named, "CreatedDate": "2026-02-01T00:00:00Z"}
    return case(told, outcome, FUNCTION, *others, name=ME, tags=TAGS, listed=listed, policy=ABSENT)


def _key(policy: Any) -> Any:
    return other("aws-kms-key", KEY, policy=policy, grants=[])


TO_ACCOUNT = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:*"}
LEFT = _key({"Statement": [TO_ACCOUNT | {"Resource": "*"}]})
WHEN = "2026-01-01T00:00:00Z"
ALIAS = {"AliasName": "alias/shop", "TargetKeyId": "k", "LastUpdatedDate": WHEN}
REGION = other("aws-region", kms_aliases=[ALIAS])
MUTE_REGION = other("aws-region", kms_aliases=DENIED)
CASES = (
    _locked("not decrypted, by an alias", PASS, READER, LEFT, REGION, named="alias/shop"),
    _locked("decrypted, by an alias", FAIL, OPENER, LEFT, REGION, named="alias/shop"),
    _locked("an alias is untold", UNKNOWN, READER, LEFT, MUTE_REGION, named="alias/shop"),
    _locked("whoever reads it may not decrypt it", PASS, READER, LEFT),
    _locked("whoever reads it may decrypt it", FAIL, OPENER, LEFT),
    _locked("who may decrypt it is untold", UNKNOWN, READER, _key(DENIED)),
    _locked("its key is untold", UNKNOWN, OPENER),
    _locked("encrypted, and no way", PASS, OTHER),
    case("what a distribution serves", PASS, *SITE, name=ME, tags=TAGS, policy=ABSENT),
    case("by a role", FAIL, INSTANCE, *NETWORK, READER, name=ME, tags=TAGS, policy=ABSENT),
    case(
        "by a list of networks",
        FAIL,
        INSTANCE,
        *THROUGH_LIST,
        READER,
        name=ME,
        tags=TAGS,
        policy=ABSENT,
    ),
    case("by a function", FAIL, FUNCTION, READER, name=ME, tags=TAGS, policy=ABSENT),
    case("it is told no role", PASS, MUTE, *NETWORK, READER, name=ME, tags=TAGS, policy=ABSENT),
    case("the role reads else", PASS, INSTANCE, *NETWORK, OTHER, name=ME, tags=TAGS, policy=ABSENT),
    case("its policy keeps it in", PASS, FUNCTION, READER, name=ME, tags=TAGS, policy=SHUT),
    case("nothing answers", PASS, INNER, *NETWORK, READER, name=ME, tags=TAGS, policy=ABSENT),
    case("an address lets nobody in", PASS, REFUSING, READER, name=ME, tags=TAGS, policy=ABSENT),
    case("a function's untold", UNKNOWN, SILENT, READER, name=ME, tags=TAGS, policy=ABSENT),
    case("an address untold", UNKNOWN, UNTOLD, READER, name=ME, tags=TAGS, policy=ABSENT),
    case("untold, and no matter", PASS, UNTOLD, OTHER, name=ME, tags=TAGS, policy=ABSENT),
    case("not confidential", NOT_JUDGED, INSTANCE, *NETWORK, READER, name=ME, policy=ABSENT),
    case("policy untold", UNKNOWN, FUNCTION, READER, name=ME, tags=TAGS, policy=DENIED),
)
