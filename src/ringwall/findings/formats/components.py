"""What scanners name resources by, as ids of components: ``aws-s3-bucket/arn:aws:s3:::x``. Pure."""

import re
from collections.abc import Iterable
from typing import Final

from ringwall.core.components import Found

_BY_PATH: Final = (
    (re.compile(r"s3 accesspoint/"), "s3-access-point"),
    (re.compile(r"wafv2 [a-z]+/webacl/"), "wafv2-web-acl"),
    (re.compile(r"apigateway /restapis/[^/]+$"), "apigateway-rest-api"),
    (re.compile(r"apigateway /restapis/[^/]+/stages/[^/]+$"), "apigateway-rest-stage"),
    (re.compile(r"apigateway /apis/[^/]+$"), "apigateway-api"),
    (re.compile(r"apigateway /apis/[^/]+/stages/[^/]+$"), "apigateway-stage"),
    (re.compile(r"apigateway /domainnames/[^/]+$"), "apigateway-domain"),
    (re.compile(r"apigateway /vpclinks/[^/]+$"), "apigateway-vpc-link"),
    (re.compile(r"elasticloadbalancing targetgroup/"), "elbv2-target-group"),
    (re.compile(r"elasticloadbalancing listener/"), "elbv2-listener"),
)
"""The kind where more of an ARN tells it than its first word: by service and the rest."""
_KIND: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
_ALONE: Final = {"s3": "bucket", "sns": "topic", "sqs": "queue"}
"""Services whose ARNs name no type."""
_OTHERWISE: Final = {
    ("rds", "db"): "rds-instance",
    ("rds", "pg"): "rds-parameter-group",
    ("rds", "cluster-pg"): "rds-cluster-parameter-group",
    ("rds", "es"): "rds-event-subscription",
    ("elasticfilesystem", "file-system"): "efs-file-system",
    ("elasticfilesystem", "access-point"): "efs-access-point",
    ("es", "domain"): "opensearch-domain",
    ("logs", "log-group"): "logs-group",
    ("route53", "hostedzone"): "route53-zone",
    ("secretsmanager", "secret"): "secretsmanager-secret",
    ("ecr", "repository"): "ecr-repository",
    ("elasticache", "replicationgroup"): "elasticache-replication-group",
    ("backup", "backup-vault"): "backup-vault",
    ("backup", "backup-plan"): "backup-plan",
    ("iam", "root"): "account",
    ("ec2", "elastic-ip"): "ec2-address",
    ("events", "event-bus"): "events-bus",
    ("autoscaling", "autoscalinggroup"): "autoscaling-group",
    ("autoscaling", "launchconfiguration"): "autoscaling-launch-configuration",
}
"""By service and type in the ARN, where the kind here is another."""


def of_arn(arn: str) -> str | None:
    """The component that an ARN names; ``None`` where it is none.

    ``arn:partition:service:region:account:[type/]name``, as Amazon documents it.
    """
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or not parts[5]:
        return None
    service, account, rest = parts[2], parts[4], parts[5]
    if service == "iam" and rest == "root" and account:
        return f"aws-account/{account}"
    for path, kind in _BY_PATH:
        if path.match(f"{service} {rest}"):
            return f"aws-{kind}/{arn}"
    if service in _ALONE:
        return f"aws-{service}-{_ALONE[service]}/{arn}"
    if service == "elasticloadbalancing":
        kind = "elbv2" if rest.startswith(("loadbalancer/app/", "loadbalancer/net/")) else "elb"
        return f"aws-{kind}-load-balancer/{arn}"
    thing = re.split(r"[:/]", rest, maxsplit=1)[0].lower()
    kind = _OTHERWISE.get((service, thing)) or f"{service}-{thing}"
    return _named(f"aws-{kind}", arn)


def component_of(name: str, kind: str = "resource") -> str:
    """The component that a scanner names so: by its ARN, its account, else as ``kind``."""
    name = name.strip()
    account = re.fullmatch(r"(?:AWS::::Account:)?(\d{12})", name)
    if account:
        return f"aws-account/{account[1]}"
    return of_arn(name) or _named(kind, name)


def judged_so(component: str, judges: str, *, account: str, region: str) -> str:
    """What our check would name it that judges ``judges``: an account, or a region of it.

    Others name the account, or something in it that is not there, also where each region counts.
    """
    arn = component.partition("/")[2].split(":", 5)
    if len(arn) == 6 and arn[0] == "arn":
        account, region = arn[4] or account, arn[3] or region
    if component.startswith("aws-account/"):
        account = component.partition("/")[2]
    if not re.fullmatch(r"\d{12}", account):
        return component
    if judges == "aws-region" and re.fullmatch(r"[a-z]{2,}(?:-[a-z]+)+-\d+", region):
        return f"aws-region/{account}/{region}"
    return f"aws-account/{account}" if judges == "aws-account" else component


def about(
    component: str,
    named_so: str,
    *,
    account: str,
    region: str,
    label: str = "",
    tags: Iterable[tuple[str, str]] = (),
) -> Found | None:
    """What a report says of a component besides its id.

    Of one that is named otherwise than the resource (``named_so``), because our check judges the
    account or region of that, its label and tags tell nothing.
    """
    kind, _, name = component.partition("/")
    if component != named_so:
        label, tags = "", ()
    several = tuple(sorted(dict(tags).items()))
    if not (label or account or region or several):
        return None
    return Found(kind=kind, name=name, label=label, account=account, region=region, tags=several)


def _named(kind: str, name: str) -> str:
    plain = "-".join(part for part in re.split(r"[^a-z0-9]+", kind.lower()) if part)
    return f"{plain if _KIND.fullmatch(plain) else 'resource'}/{name}"
