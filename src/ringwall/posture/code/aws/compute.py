"""Lambda, ECR and EKS: functions, images, clusters."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import (
    absent,
    component,
    first,
    ident,
    idents,
    known,
    part,
    renamed,
    told,
)
from ringwall.posture.code.aws.policies import document
from ringwall.posture.code.aws.variables import variables_of
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.snapshot.partial import Assumed, Unknown

KINDS: Final = ("aws-lambda-function", "aws-ecr-repository", "aws-eks-cluster")

_OPEN: Final = {
    "Sid": "FunctionURLAllowPublicAccess",
    "Effect": "Allow",
    "Principal": "*",
    "Action": "lambda:InvokeFunctionUrl",
    "Resource": Assumed("*"),
}
"""github.com/hashicorp/terraform-provider-aws, internal/service/lambda/function_url.go."""


def components(code: Resources) -> Iterator[Collected]:
    """What runs, and what it is made of."""
    for one in code.of("aws_lambda_function"):
        yield _function(code, one)
    for one in code.of("aws_ecr_repository"):
        yield _repository(code, one)
    yield from map(_cluster, code.of("aws_eks_cluster"))


def _function(code: Resources, one: Instance) -> Collected:
    name = one.get("function_name")
    environment, network = one.block("environment"), one.block("vpc_config")
    tracing = part(one.block("tracing_config"), "mode", "PassThrough")
    listed: dict[str, Any] = {
        "FunctionName": name or one.address,
        "Role": ident(one.get("role")),
        "TracingConfig": {"Mode": tracing},
        "PackageType": one.get("package_type", "Zip"),
    }
    if one.get("runtime") is not None:
        listed["Runtime"] = one.get("runtime")
    if one.get("kms_key_arn") is not None:
        listed["KMSKeyArn"] = ident(one.get("kms_key_arn"))
    if environment is not None:
        variables = part(environment, "variables", {})
        listed["Environment"] = {"Variables": variables_of(code, variables)}
    if network is not None:
        listed["VpcConfig"] = {
            "SubnetIds": idents(part(network, "subnet_ids", [])),
            "SecurityGroupIds": idents(part(network, "security_group_ids", [])),
        }
    dead = part(one.block("dead_letter_config"), "target_arn")
    if dead is not None:
        listed["DeadLetterConfig"] = {"TargetArn": ident(dead)}
    urls = [
        _address(url)
        for url in code.pointing("aws_lambda_function_url", "function_name", one, name)
    ]
    aspects = {
        "listed": known(listed, one),
        "policy": _permissions(code, one),
        "urls": known(urls, one),
        "concurrency": told(_reserved(one), one),
        "code_signing": told(ident(one.get("code_signing_config_arn")), one),
    }
    return component("aws-lambda-function", one, name, aspects)


def _address(url: Instance) -> dict[str, Any]:
    made = {
        "FunctionUrl": url.written,
        **renamed(url.values, {"authorization_type": "AuthType"}),
    }
    cors = url.block("cors")
    if cors is not None:
        names = {"allow_origins": "AllowOrigins", "allow_credentials": "AllowCredentials"}
        made["Cors"] = cors if isinstance(cors, Unknown) else renamed(cors, names)
    return made


def _reserved(one: Instance) -> Any:
    value = one.get("reserved_concurrent_executions")
    return None if value == -1 else value


def _permissions(code: Resources, one: Instance) -> Any:
    name = one.get("function_name")
    several = code.pointing("aws_lambda_permission", "function_name", one, name)
    said: list[Any] = [permission(each) for each in several]
    for url in code.pointing("aws_lambda_function_url", "function_name", one, name):
        # Terraform's provider then lets everybody in; a template has to say so itself
        asked = url.get("authorization_type")
        if not url.get("is_opened_apart") and (asked == "NONE" or isinstance(asked, Unknown)):
            said.append(asked if isinstance(asked, Unknown) else _OPEN)
            several.append(url)
    if not several:
        return absent(one)
    told = document({"Version": "2012-10-17", "Statement": said}, code)
    return known(told, several[0])


def permission(one: Instance) -> dict[str, Any]:
    """The statement that a permission comes to."""
    principal = one.get("principal")
    if isinstance(principal, str) and principal != "*":
        principal = {"Service" if "." in principal else "AWS": principal}
    made: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": one.get("action"),
        "Resource": Assumed("*"),  # it is the function's own policy, whose ARN nobody knows yet
    }
    condition: dict[str, Any] = {}
    if one.get("principal_org_id") is not None:
        condition["StringEquals"] = {"aws:PrincipalOrgID": one.get("principal_org_id")}
    if one.get("function_url_auth_type") is not None:
        asked = {"lambda:FunctionUrlAuthType": one.get("function_url_auth_type")}
        condition["StringEquals"] = condition.get("StringEquals", {}) | asked
    if one.get("source_arn") is not None:
        condition["ArnLike"] = {"AWS:SourceArn": one.get("source_arn")}
    if one.get("source_account") is not None:
        source = {"AWS:SourceAccount": one.get("source_account")}
        condition["StringEquals"] = condition.get("StringEquals", {}) | source
    if condition:
        made["Condition"] = condition
    return made


def _repository(code: Resources, one: Instance) -> Collected:
    name = one.get("name")
    scanning, by = one.block("image_scanning_configuration"), one.block("encryption_configuration")
    listed = {
        "repositoryName": name or one.address,
        "imageTagMutability": one.get("image_tag_mutability", "MUTABLE"),
        "imageScanningConfiguration": {
            "scanOnPush": part(scanning, "scan_on_push", fallback=False)
        },
        "encryptionConfiguration": {"encryptionType": part(by, "encryption_type", "AES256")},
    }
    policies = code.pointing("aws_ecr_repository_policy", "repository", one, name)
    rules = code.pointing("aws_ecr_lifecycle_policy", "repository", one, name)
    aspects = {
        "listed": known(listed, one),
        "policy": known(document(policies[0].get("policy"), code), policies[0])
        if policies
        else absent(one),
        "lifecycle": known(document(rules[0].get("policy")), rules[0]) if rules else absent(one),
    }
    return component("aws-ecr-repository", one, name, aspects)


def _cluster(one: Instance) -> Collected:
    network = one.block("vpc_config")
    logs = one.get("enabled_cluster_log_types", [])
    described: dict[str, Any] = {
        "name": one.get("name", one.address),
        "version": one.get("version", Unknown("the version is the newest when it is made")),
        "resourcesVpcConfig": {
            "endpointPublicAccess": part(network, "endpoint_public_access", fallback=True),
            "endpointPrivateAccess": part(network, "endpoint_private_access", fallback=False),
            "publicAccessCidrs": part(network, "public_access_cidrs", ["0.0.0.0/0"]),
        },
        "logging": {"clusterLogging": [{"types": logs, "enabled": True}] if logs else []},
        "accessConfig": {
            "authenticationMode": part(
                one.block("access_config"), "authentication_mode", "CONFIG_MAP"
            )
        },
    }
    blocks = one.blocks("encryption_config")
    described["deletionProtection"] = one.get("deletion_protection", default=False)
    described["encryptionConfig"] = blocks if isinstance(blocks, Unknown) else [
        some
        if isinstance(some, Unknown)
        else {
            "resources": some.get("resources"),
            "provider": {"keyArn": ident(part(first(part(some, "provider", [])), "key_arn"))},
        }
        for some in blocks
    ]  # fmt: skip
    return component("aws-eks-cluster", one, one.get("name"), {"described": known(described, one)})
