"""What it takes to have what is in a resource: each of these calls alone is enough.

Service Authorization Reference, of each service: which resource a call is about is told there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

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
    "aws-kms-key": {"{arn}": ("kms:Decrypt", "kms:CreateGrant")},
    "aws-ecr-repository": {"{arn}": ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")},
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
    },
    "aws-rds-cluster": {
        "{arn}": (
            *("rds:CreateDBClusterSnapshot", "rds:RestoreDBClusterToPointInTime"),
            *("rds:ModifyDBCluster", "rds-data:ExecuteStatement"),
        ),
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
_RANK: Final = (Outcome.DENIED, Outcome.UNKNOWN, Outcome.CONDITIONAL, Outcome.ALLOWED)


def calls_that_read(kind: str, arn: str, *, is_own: bool = True) -> Iterator[tuple[str, str]]:
    """The calls with their resources; ``is_own`` is for those of the account it is in."""
    for several in (READING, GRANTING) if is_own else (READING,):
        for template, calls in several.get(kind, {}).items():
            for resource in _resources(template, arn):
                yield from ((call, resource) for call in calls)


def _resources(template: str, arn: str) -> list[str]:
    begin, _, rest = arn.rpartition(":")
    if template == "{bare}":  # snapshots are named without an account
        parts = arn.split(":", 5)
        return [":".join([*parts[:4], "", *parts[5:]])]
    if template == "{above}":  # who may read a path reads all below it
        names = rest.split("/")
        return [f"{begin}:{'/'.join(names[:end])}" for end in range(2, len(names) + 1)]
    if template in {"{dbuser}", "{dbname}"}:
        head = begin.rpartition(":")[0]
        return [f"{head}:{template.strip('{}')}:{rest}/*"]
    return [template.format(arn=arn)]


def easiest(
    asked: Iterable[tuple[str, str]], ask: Callable[[str, str], Decision]
) -> tuple[Calls, Decision]:
    """The calls that are allowed, or may be, the surest first, with the statements of all of them.

    All of these have to go for that nobody reads it any more.
    """
    best, call = Decision(Outcome.DENIED, "nothing that reads it is allowed"), ""
    calls: dict[str, None] = {}
    known: dict[Statement, None] = {}
    left: dict[Statement, None] = {}
    for name, resource in asked:
        one = ask(name, resource)
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
