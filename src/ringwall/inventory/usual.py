"""What is usual for a kind of component, where nobody says anything else. Pure.

What is not known is taken for the worse where that is safe: data counts as confidential and a
component as one of production. Who owns something, and who can reach it, is never guessed.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ringwall.core.components import (
    Classification,
    Criticality,
    Environment,
    Layer,
    ServiceModel,
)

_ALWAYS: Final = {
    "layer": Layer.APPLICATION.value,
    "service_model": ServiceModel.OWN.value,
    "environment": Environment.PRODUCTION.value,
    "classification": Classification.CONFIDENTIAL.value,
    "criticality": Criticality.MEDIUM.value,
}
_DATABASE: Final = (
    "aws-s3-", "aws-rds-", "aws-dynamodb-", "aws-redshift-", "aws-elasticache-", "aws-opensearch-",
    "aws-efs-", "aws-ec2-volume", "aws-ec2-snapshot", "aws-ebs-", "aws-backup-",
    "aws-secretsmanager-", "aws-ssm-parameter", "aws-kms-", "ringwall-log", "k8s-persistentvolume",
    "k8s-secret",
)  # fmt: skip
_DELIVERY: Final = (
    "aws-cloudfront-", "aws-elb-", "aws-apigateway-", "aws-wafv2-", "aws-route53-", "aws-acm-",
    "ringwall-edge", "ringwall-host", "ringwall-route", "ringwall-certificate", "ringwall-network",
    "k8s-ingress", "k8s-gateway",
)  # fmt: skip
_IAAS: Final = ("aws-ec2-", "aws-vpc-", "aws-ebs-", "aws-autoscaling-")
_PAAS: Final = ("aws-", "azure-", "gcp-")
_SAAS: Final = ("saas-",)


def usual_of(kind: str) -> Mapping[str, str]:
    """The categories of a kind; owner and exposure have no usual value."""
    known = _KNOWN.get(kind)
    if known is None:
        if len(_KNOWN) > _MOST:
            _KNOWN.clear()
        known = _KNOWN[kind] = MappingProxyType(_made(kind))
    return known


_MOST: Final = 10_000
_KNOWN: Final[dict[str, Mapping[str, str]]] = {}


def _made(kind: str) -> dict[str, str]:
    made = dict(_ALWAYS)
    if kind.startswith(_DATABASE):
        made["layer"] = Layer.DATABASE.value
    elif kind.startswith(_DELIVERY):
        made["layer"] = Layer.DELIVERY.value
    if kind.startswith(_IAAS):
        made["service_model"] = ServiceModel.IAAS.value
    elif kind.startswith(_PAAS):
        made["service_model"] = ServiceModel.PAAS.value
    elif kind.startswith(_SAAS):
        made["service_model"] = ServiceModel.SAAS.value
    return made
