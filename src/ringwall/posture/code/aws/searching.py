"""OpenSearch: domains, under the name that it had before as well."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import (
    component,
    idents,
    known,
    part,
    renamed,
)
from ringwall.posture.code.aws.policies import document
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.snapshot.partial import Unknown

KINDS: Final = ("aws-opensearch-domain",)
_ENDPOINT: Final = {"enforce_https": "EnforceHTTPS", "tls_security_policy": "TLSSecurityPolicy"}
_CLUSTER: Final = {
    "instance_type": "InstanceType",
    "instance_count": "InstanceCount",
    "zone_awareness_enabled": "ZoneAwarenessEnabled",
    "dedicated_master_enabled": "DedicatedMasterEnabled",
    "dedicated_master_count": "DedicatedMasterCount",
}
_ADVANCED: Final = {
    "enabled": "Enabled",
    "anonymous_auth_enabled": "AnonymousAuthEnabled",
    "internal_user_database_enabled": "InternalUserDatabaseEnabled",
}


def components(code: Resources) -> Iterator[Collected]:
    """Every domain."""
    for kind in ("aws_opensearch_domain", "aws_elasticsearch_domain"):
        for one in code.of(kind):
            yield _domain(code, one)


def _domain(code: Resources, one: Instance) -> Collected:
    described: dict[str, Any] = {
        "DomainName": one.get("domain_name", one.address),
        "EncryptionAtRestOptions": {"Enabled": _on(one, "encrypt_at_rest")},
        "NodeToNodeEncryptionOptions": {"Enabled": _on(one, "node_to_node_encryption")},
        "AdvancedSecurityOptions": _block(one, "advanced_security_options", _ADVANCED),
        "DomainEndpointOptions": _block(one, "domain_endpoint_options", _ENDPOINT),
        "ClusterConfig": {"InstanceCount": 1, **_whole(one, "cluster_config", _CLUSTER)}
        if not isinstance(one.block("cluster_config"), Unknown)
        else one.block("cluster_config"),
        "LogPublishingOptions": _logs(one),
        "ServiceSoftwareOptions": Unknown("what updates it waits for is known once it is there"),
    }
    network = one.block("vpc_options")
    if network is not None:
        described["VPCOptions"] = (
            network
            if isinstance(network, Unknown)
            else {
                "VPCId": "that of its subnets",
                "SubnetIds": idents(network.get("subnet_ids")),
                "SecurityGroupIds": idents(network.get("security_group_ids")),
            }
        )
    policies = code.pointing(f"{one.type}_policy", "domain_name", one, one.get("domain_name"))
    policy = (policies[0] if policies else one).get("access_policies")
    if policy is not None:
        described["AccessPolicies"] = document(policy, code, of_itself=True)
    aspects = {"described": known(described, one)}
    return component("aws-opensearch-domain", one, one.get("domain_name"), aspects)


def _on(one: Instance, name: str) -> Any:
    return part(one.block(name), "enabled", fallback=False)


def _whole(one: Instance, name: str, names: dict[str, str]) -> dict[str, Any]:
    return renamed(one.block(name) or {}, names)


def _block(one: Instance, name: str, names: dict[str, str]) -> Any:
    block = one.block(name)
    return block if isinstance(block, Unknown) else renamed(block or {}, names)


def _logs(one: Instance) -> Any:
    blocks = one.blocks("log_publishing_options")
    if isinstance(blocks, Unknown):
        return blocks
    made: dict[str, Any] = {}
    for block in blocks:
        kind = part(block, "log_type")
        if not isinstance(kind, str):
            return Unknown("which logs are published is not known")
        made[kind] = {"Enabled": part(block, "enabled", fallback=True)}
    return made
