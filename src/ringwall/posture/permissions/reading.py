"""What it takes to have what is in a resource: each of these calls, with what it needs besides.

Service Authorization Reference, of each service: which resource a call is about is told there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from ringwall.posture.permissions.asking import strictest
from ringwall.posture.permissions.deciding import Decision, Outcome
from ringwall.posture.permissions.statements import Statement

Calls = tuple[str, ...]
READING: Final[Mapping[str, Mapping[str, Calls]]] = {
    "aws-s3-bucket": {"{arn}/*": ("s3:GetObject", "s3:GetObjectVersion")},
    "aws-secretsmanager-secret": {"{arn}": ("secretsmanager:GetSecretValue",)},
    "aws-ssm-parameter": {
        "{arn}": ("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParameterHistory"),
        "{above}": ("ssm:GetParametersByPath",),
    },
    "aws-dynamodb-table": {
        "{arn}": (
            *("dynamodb:Scan", "dynamodb:Query", "dynamodb:GetItem", "dynamodb:BatchGetItem"),
            *("dynamodb:PartiQLSelect", "dynamodb:ExportTableToPointInTime"),
        ),
        "{arn}/index/*": ("dynamodb:Scan", "dynamodb:Query", "dynamodb:PartiQLSelect"),
        "{arn}/stream/*": ("dynamodb:GetRecords",),
    },
    "aws-sqs-queue": {"{arn}": ("sqs:ReceiveMessage",)},
    "aws-kms-key": {"{arn}": ("kms:Decrypt", "kms:CreateGrant", "kms:ReEncryptFrom")},
    "aws-ecr-repository": {"{arn}": ("ecr:BatchGetImage",)},
    "aws-ec2-snapshot": {
        "{bare}": (
            *("ec2:CreateVolume", "ec2:CopySnapshot", "ec2:ModifySnapshotAttribute"),
            "ebs:GetSnapshotBlock",
        ),
    },
    "aws-rds-instance": {
        "{arn}": (
            *("rds:CreateDBSnapshot", "rds:RestoreDBInstanceToPointInTime"),
            "rds:ModifyDBInstance",
        ),
        "{login}": ("rds-db:connect",),
    },
    "aws-rds-cluster": {
        "{arn}": (
            *("rds:CreateDBClusterSnapshot", "rds:RestoreDBClusterToPointInTime"),
            *("rds:ModifyDBCluster", "rds-data:ExecuteStatement"),
        ),
        "{login}": ("rds-db:connect",),
    },
    "aws-rds-snapshot": {
        "{arn}": (
            *("rds:ModifyDBSnapshotAttribute", "rds:RestoreDBInstanceFromDBSnapshot"),
            *("rds:CopyDBSnapshot", "rds:StartExportTask"),
        ),
    },
    "aws-rds-cluster-snapshot": {
        "{arn}": (
            *("rds:ModifyDBClusterSnapshotAttribute", "rds:RestoreDBClusterFromSnapshot"),
            *("rds:CopyDBClusterSnapshot", "rds:StartExportTask"),
        ),
    },
    "aws-redshift-cluster": {
        "{dbuser}": ("redshift:GetClusterCredentials",),
        "{dbname}": ("redshift:GetClusterCredentialsWithIAM",),
        "{arn}": ("redshift-data:ExecuteStatement", "redshift:ModifyCluster"),
    },
    "aws-lambda-function": {"{arn}": ("lambda:GetFunction",)},
}
"""By the resource that each call is about."""
GRANTING: Final[Mapping[str, Mapping[str, Calls]]] = {
    "aws-s3-bucket": {"{arn}": ("s3:PutBucketPolicy",)},
    "aws-secretsmanager-secret": {"{arn}": ("secretsmanager:PutResourcePolicy",)},
    "aws-dynamodb-table": {"{arn}": ("dynamodb:PutResourcePolicy",)},
    "aws-sqs-queue": {"{arn}": ("sqs:SetQueueAttributes", "sqs:AddPermission")},
    "aws-kms-key": {"{arn}": ("kms:PutKeyPolicy",)},
    "aws-ecr-repository": {"{arn}": ("ecr:SetRepositoryPolicy",)},
}
"""What lets somebody of its own account give themselves the rest."""
Beside = tuple[tuple[str, str], ...]
_SECRET: Final[Beside] = (
    ("secretsmanager:GetSecretValue", "arn:{partition}:secretsmanager:*:*:secret:*"),
)
BESIDE: Final[Mapping[str, tuple[Beside, ...]]] = {
    "kms:ReEncryptFrom": ((("kms:ReEncryptTo", "arn:{partition}:kms:*:*:key/*"),),),
    "ecr:BatchGetImage": ((("ecr:GetDownloadUrlForLayer", "{resource}"),),),
    "ec2:CreateVolume": (
        (("ec2:CreateVolume", "arn:{partition}:ec2:*:*:volume/*"),),
        (("ec2:AttachVolume", "arn:{partition}:ec2:*:*:volume/*"),),
        (("ec2:AttachVolume", "arn:{partition}:ec2:*:*:instance/*"),),
    ),
    "ebs:GetSnapshotBlock": (
        (("ebs:ListSnapshotBlocks", "{resource}"), ("ebs:ListChangedBlocks", "{resource}")),
    ),
    "rds:RestoreDBInstanceFromDBSnapshot": (
        (("rds:RestoreDBInstanceFromDBSnapshot", "arn:{partition}:rds:*:*:db:*"),),
    ),
    "rds:RestoreDBClusterFromSnapshot": (
        (("rds:RestoreDBClusterFromSnapshot", "arn:{partition}:rds:*:*:cluster:*"),),
    ),
    "rds-data:ExecuteStatement": (_SECRET,),
    "redshift-data:ExecuteStatement": (_SECRET,),
}
"""What else a call takes: of each row one."""
DOUBTS: Final[Mapping[str, str]] = {
    "rds-data:ExecuteStatement": "which secret opens it is not known",
    "redshift-data:ExecuteStatement": "which secret opens it is not known",
    "rds-db:connect": "whether it lets in whoever signs in by IAM is not known",
}
"""Why it is not known of a call that is allowed whether it gets at anything."""
_WITHIN: Final = frozenset({"dynamodb:PartiQLSelect"})
"""Calls that know no resources of other accounts, whatever these allow."""
_RANK: Final = (Outcome.DENIED, Outcome.UNKNOWN, Outcome.CONDITIONAL, Outcome.ALLOWED)


def calls_that_read(kind: str, arn: str, *, is_own: bool = True) -> Iterator[tuple[str, str]]:
    """The calls with their resources; ``is_own`` is for those of the account it is in."""
    for several in (READING, GRANTING) if is_own else (READING,):
        for template, calls in several.get(kind, {}).items():
            for resource in _resources(template, arn):
                yield from ((call, resource) for call in calls if is_own or call not in _WITHIN)


def _resources(template: str, arn: str) -> list[str]:
    begin, _, rest = arn.rpartition(":")
    if template == "{bare}":  # snapshots are named without an account
        parts = arn.split(":", 5)
        return [":".join([*parts[:4], "", *parts[5:]])]
    if template == "{above}":  # who may read a path reads all below it
        names = rest.split("/")
        return [f"{begin}:{'/'.join(names[:end])}" for end in range(2, len(names) + 1)]
    if template == "{login}":  # of databases by an id that their names do not tell
        head = begin.removesuffix(":db").removesuffix(":cluster").replace(":rds:", ":rds-db:", 1)
        return [f"{head}:dbuser:*"]
    if template in {"{dbuser}", "{dbname}"}:
        head = begin.rpartition(":")[0]
        return [f"{head}:{template.strip('{}')}:{rest}/*"]
    return [template.format(arn=arn)]


def easiest(
    asked: Iterable[tuple[str, str]],
    ask: Callable[[str, str], Decision],
    unlock: Callable[[str, Decision], Decision] = lambda _, decision: decision,
) -> tuple[Calls, Decision]:
    """The calls that are allowed, or may be, the surest first, with the statements of all of them.

    All of these have to go for that nobody reads it any more. ``unlock`` says what becomes of one
    by the key that what it reads is encrypted with.
    """
    best, call = Decision(Outcome.DENIED, "nothing that reads it is allowed"), ""
    calls: dict[str, None] = {}
    known: dict[Statement, None] = {}
    left: dict[Statement, None] = {}
    for name, resource in asked:
        one = _with_beside(name, resource, ask)
        one = unlock(name, one) if one.may_be else one
        if not one.may_be:
            continue
        calls[name] = None
        known |= dict.fromkeys((*one.by, *one.also))
        left |= dict.fromkeys(one.left_by)
        if _RANK.index(one.outcome) > _RANK.index(best.outcome):
            best, call = one, name
    also = tuple(one for one in (*best.also, *known) if one not in best.by)
    found = replace(best, also=tuple(dict.fromkeys(also)), left_by=tuple(left))
    return tuple(sorted(calls, key=lambda one: one != call)), found


def listed(calls: Calls) -> str:
    """Calls in words."""
    *others, last = calls
    return f"{', '.join(others)} and {last}" if others else last


def _with_beside(name: str, resource: str, ask: Callable[[str, str], Decision]) -> Decision:
    """Whether a call and all that it takes besides are allowed; not known where that is doubted."""
    decisions = [ask(name, resource)]
    partition = resource.split(":")[1]
    for several in BESIDE.get(name, ()):
        if not decisions[-1].may_be:
            break
        asked = (
            ask(call, about.format(resource=resource, partition=partition))
            for call, about in several
        )
        decisions.append(max(asked, key=lambda one: _RANK.index(one.outcome)))
    found = strictest(decisions)
    if found.is_allowed and name in DOUBTS:
        return replace(found, outcome=Outcome.UNKNOWN, why=DOUBTS[name])
    return found
