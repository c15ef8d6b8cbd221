"""What components of an account have to do with each other, and with the internet.

By what was read, and by the checks that ask whether the internet comes to something: each that
fails is a relation from the internet. One that could not be judged leaves it unknown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ringwall.core.components import Relation, RelationKind
from ringwall.core.observations import UnknownError
from ringwall.core.verdicts import Outcome
from ringwall.inventory.listing import INTERNET
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.checking.reading import World
from ringwall.posture.checks.aws.exposure import instance_reach
from ringwall.posture.checks.aws.ways.running import ports_as_text
from ringwall.posture.judging import judge_all
from ringwall.posture.snapshot.snapshot import LISTED, Seen, Snapshot

REACHED_WHERE_FAILED: Final = (
    "aws-backup-vault-public",
    "aws-dynamodb-table-public",
    "aws-ec2-image-public",
    "aws-ec2-snapshot-public",
    "aws-ecr-repository-public",
    "aws-eks-cluster-public",
    "aws-kms-key-public",
    "aws-lambda-function-public",
    "aws-lambda-url-open",
    "aws-opensearch-domain-public",
    "aws-rds-cluster-snapshot-public",
    "aws-rds-instance-public",
    "aws-rds-snapshot-public",
    "aws-redshift-cluster-public",
    "aws-s3-bucket-public",
    "aws-secretsmanager-secret-public",
    "aws-sns-topic-public",
    "aws-sqs-queue-public",
)
"""Checks that ask whether strangers come to something."""
OPENS: Final = frozenset(
    {
        "aws-backup-vault",
        "aws-dynamodb-table",
        "aws-ec2-image",
        "aws-ec2-snapshot",
        "aws-ecr-repository",
        "aws-kms-key",
        "aws-rds-cluster-snapshot",
        "aws-rds-snapshot",
        "aws-secretsmanager-secret",
        "aws-sns-topic",
        "aws-sqs-queue",
    }
)
"""Kinds to which there is no other way than what those checks look at. To an instance there may be
one through a load balancer, to a bucket through a distribution."""
_INSTANCE: Final = "aws-ec2-instance"
_RUNS_AS: Final[Mapping[str, str]] = MappingProxyType(
    {"aws-lambda-function": "Role", "aws-ecs-task-definition": "taskRoleArn"}
)


@dataclass(frozen=True, slots=True)
class Related:
    """The relations of a snapshot; ``unsure`` says of components why it is not known who comes."""

    relations: tuple[Relation, ...]
    unsure: Mapping[str, str]


def related(snapshot: Snapshot) -> Related:
    """All that can be told of a snapshot."""
    relations, unsure = _from_internet(snapshot)
    relations += _by_names(snapshot)
    return Related(tuple(dict.fromkeys(relations)), unsure)


def _from_internet(snapshot: Snapshot) -> tuple[list[Relation], dict[str, str]]:
    reached: dict[str, list[str]] = {}
    unsure: dict[str, str] = {}
    kinds = set(snapshot.kinds)
    checks = [
        one
        for one in own_checks(REACHED_WHERE_FAILED)
        if one.id in REACHED_WHERE_FAILED and one.check.judges in kinds
    ]
    for one in judge_all(snapshot, checks):
        if one.verdict.outcome is Outcome.FAIL:
            reached.setdefault(one.component, []).append(one.verdict.why)
        elif one.verdict.outcome is Outcome.UNKNOWN:
            unsure[one.component] = one.verdict.why
    world = World(snapshot)
    for seen in snapshot.of_kind(_INSTANCE):
        try:
            ports = instance_reach(world, world.subject(seen))
            if ports.parts:
                reached[seen.found.id] = [f"port {ports_as_text(ports)} is open"]
        except UnknownError as error:
            unsure[seen.found.id] = error.why
    relations = [
        Relation(RelationKind.CALLS, INTERNET, one, "; ".join(why)) for one, why in reached.items()
    ]
    return relations, unsure


def _by_names(snapshot: Snapshot) -> list[Relation]:
    profiles = {
        profile["Arn"]: seen.found.id
        for seen in snapshot.of_kind("aws-iam-role")
        for profile in _value(seen, "details").get("InstanceProfileList") or ()
    }
    volumes = {
        one.found.name.rpartition("/")[2]: one.found.id
        for one in snapshot.of_kind("aws-ec2-volume")
    }
    found: list[Relation] = []
    for seen in snapshot.of_kind(_INSTANCE):
        listed = _value(seen, LISTED)
        role = profiles.get((listed.get("IamInstanceProfile") or {}).get("Arn", ""))
        if role is not None:
            found.append(Relation(RelationKind.CAN_ASSUME, seen.found.id, role))
        for device in listed.get("BlockDeviceMappings") or ():
            volume = volumes.get((device.get("Ebs") or {}).get("VolumeId", ""))
            if volume is not None:
                found.append(Relation(RelationKind.STORES, seen.found.id, volume))
    for kind, member in _RUNS_AS.items():
        for seen in snapshot.of_kind(kind):
            role = _value(seen, LISTED).get(member)
            if role:
                found.append(
                    Relation(RelationKind.CAN_ASSUME, seen.found.id, f"aws-iam-role/{role}")
                )
    return [*found, *_behind_distributions(snapshot)]


def _behind_distributions(snapshot: Snapshot) -> Iterator[Relation]:
    """Buckets that a distribution has its content from; it is for the internet to ask."""
    buckets = {one.found.label: one.found.id for one in snapshot.of_kind("aws-s3-bucket")}
    for seen in snapshot.of_kind("aws-cloudfront-distribution"):
        listed = _value(seen, LISTED)
        if not listed.get("Enabled"):
            continue
        yield Relation(RelationKind.CALLS, INTERNET, seen.found.id)
        for origin in (listed.get("Origins") or {}).get("Items") or ():
            label = str(origin.get("DomainName") or "").partition(".s3")[0]
            if label in buckets:
                yield Relation(RelationKind.EXPOSES, seen.found.id, buckets[label])


def _value(seen: Seen, aspect: str) -> Mapping[str, Any]:
    told = seen.aspects.get(aspect)
    return told.value if told is not None and isinstance(told.value, Mapping) else {}
