"""What checks read of AWS's answers is what AWS answers, by the models that botocore publishes.

moto tells more than AWS here and there, and cases tell whatever somebody wrote into them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import botocore.session
import pytest

from ringwall.posture.checking.cases import snapshot_of
from ringwall.posture.checking.finding import KnownCheck, cloud_checks
from ringwall.posture.checking.reading import Subject
from ringwall.posture.collecting.planning import collectors
from ringwall.posture.collecting.shape import Where
from ringwall.posture.judging import judge_one

ARN = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/name/1:x:y"
OURS = {
    "aws-account.credential_report": "rows of a table, by ARN",
    "aws-elbv2-load-balancer.attributes": "by the names of attributes",
    "aws-guardduty-detector.severe": "by severity",
    "aws-rds-cluster-parameter-group.parameters": "by the names of parameters",
    "aws-rds-parameter-group.parameters": "by the names of parameters",
    "aws-redshift-parameter-group.parameters": "by the names of parameters",
    "aws-region.backup_protected": "by ARN",
    "aws-region.dynamodb_scaling": "by what is scaled",
    "aws-region.rds_versions": "by engine and version",
    "aws-region.ssm_compliance": "by what is complied with, and instance",
    "aws-region.ssm_managed": "by instance",
}
"""Aspects that a collector tells in a form of its own."""
OF_CODE = {
    "aws-ec2-security-group.listed.IpPermissions.DeclaredBy",
    "aws-secretsmanager-secret.listed.Written",
}
"""What code alone tells, and checks ask of nothing else."""
OF_SEVERAL = {
    "aws-cloudfront-distribution.config.DefaultCacheBehavior.PathPattern",
    "aws-iam-group.details.GroupList",
    "aws-iam-group.details.InstanceProfileList",
    "aws-iam-group.details.PermissionsBoundary",
    "aws-iam-group.details.Tags",
    "aws-iam-role.details.GroupList",
    "aws-iam-user.details.InstanceProfileList",
    "aws-rds-cluster-parameter-group.listed.DBParameterGroupName",
    "aws-rds-cluster.listed.DBParameterGroups",
    "aws-rds-instance.listed.DBClusterMembers",
    "aws-rds-cluster-snapshot.listed.Encrypted",
    "aws-rds-snapshot.listed.StorageEncrypted",
    "aws-region.metric_alarms.AlarmRule",
    "aws-wafv2-web-acl.described.PostProcessFirewallManagerRuleGroups.Action",
}
"""What is looked for in several things alike, of which some do not have it."""


class Anything(dict[str, Any]):
    """A mapping with whatever keys: such as tags, or variables."""


class Told(dict[str, Any]):
    """What was answered, which notes what is asked of it."""

    def __init__(self, told: Mapping[str, Any], path: str, asked: set[str]) -> None:
        super().__init__({key: _noted(one, f"{path}.{key}", asked) for key, one in told.items()})
        self._path, self._asked = path, asked

    def __getitem__(self, key: str) -> Any:
        self._asked.add(f"{self._path}.{key}")
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._asked.add(f"{self._path}.{key}")
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self._asked.add(f"{self._path}.{key}")
        return super().__contains__(key)


def _noted(value: Any, path: str, asked: set[str]) -> Any:
    if isinstance(value, Mapping):
        return Told(value, path, asked)
    if isinstance(value, list | tuple):
        return [_noted(one, path, asked) for one in value]
    return value


def whole(shape: Any, above: tuple[str, ...] = ()) -> Any:
    """An answer of this shape that has all there is, one of each list."""
    if above.count(shape.name) > 1 or len(above) > 14:
        return Anything()
    within = (*above, shape.name)
    if shape.type_name == "structure":
        told = {name: whole(one, within) for name, one in shape.members.items()}
        return {
            name: ARN if one == "x" and name.lower().endswith("arn") else one
            for name, one in told.items()
        }
    if shape.type_name == "list":
        return [whole(shape.member, within)]
    if shape.type_name == "map":
        return Anything()
    return True if shape.type_name == "boolean" else 1 if shape.type_name == "integer" else "x"


def answered() -> dict[str, Any]:
    """By aspect, what a collector takes of an answer that has all there is."""
    session, found = botocore.session.get_session(), dict[str, Any]()

    def page(call: str) -> Any:
        service, operation = call.split(":")
        model = session.get_service_model(service)
        return whole(model.operation_model(operation).output_shape)

    asked = dict.fromkeys(("LoadBalancerArn", "restApiId", "ApiId", "clusterName"), ARN)
    where = Where("111122223333", "eu-west-1", asked=asked)
    for module in collectors():
        for one in getattr(module, "LISTINGS", ()):
            for item in one.read(page(one.call), where):
                for aspect, value in item.aspects.items():
                    found.setdefault(f"{item.kind}.{aspect}", value)
        for one in getattr(module, "DETAILS", ()):
            if one.aspect != "last_accessed":  # it looks what became of a job
                found.setdefault(f"{one.kind}.{one.aspect}", one.pick([page(one.call)]))
    return found


def lacking(asked: set[str], told: Mapping[str, Any]) -> Iterator[str]:
    """Of what was asked for, what AWS never tells."""
    for one in sorted(asked):
        kind, aspect, *keys = one.split(".")
        value = told.get(f"{kind}.{aspect}", Anything())
        for key in keys:
            value = value[0] if isinstance(value, list) and value else value
            if isinstance(value, Anything) or not isinstance(value, dict):
                break
            if key not in value:
                yield one
                break
            value = value[key]


@pytest.fixture(scope="module")
def asked() -> set[str]:
    """All that checks ask for while they judge their cases."""
    found: set[str] = set()
    plain = Subject.read

    def read(self: Subject, aspect: str, default: Any = None) -> Any:
        value = plain(self, aspect, default)
        name = f"{self.found.kind}.{aspect}"
        return value if name in OURS else _noted(value, name, found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Subject, "read", read)
        for one in _of_aws():
            for case in one.cases:
                snapshot, seen = snapshot_of(one.check, case)
                judge_one(snapshot, one, seen)
    return found


def _of_aws() -> list[KnownCheck]:
    return [one for one in cloud_checks() if one.id.startswith("aws-")]


def test_every_member_that_a_check_asks_for_is_one_that_aws_tells(asked: set[str]) -> None:
    assert len(asked) > 500, "what checks ask for is not noted"
    assert set(lacking(asked, answered())) == (OF_SEVERAL | OF_CODE) & asked


def test_what_aws_does_not_tell_would_be_found() -> None:
    told = answered()
    wrong = {"aws-iam-role.details.MaxSessionDuration", "aws-s3-bucket.policy.Statement"}
    assert list(lacking(wrong, told)) == ["aws-iam-role.details.MaxSessionDuration"]
    right = {"aws-iam-role.session.MaxSessionDuration", "aws-lambda-function.listed.Role"}
    assert not list(lacking(right, told))
