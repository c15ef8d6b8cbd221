"""What brings programs to people: ECS, API Gateway, CloudFront, certificates, and firewalls."""

from typing import Any, Final

from ringwall.posture.code.cloudformation.naming import (
    Naming,
    Properties,
    deeply,
    plain,
    several,
    truth,
    truths,
    under,
)
from ringwall.posture.code.terraform.values import as_json
from ringwall.posture.snapshot.partial import Unknown

_FREE: Final = frozenset({"Options", "DockerLabels"})
"""Maps of texts within a container, whatever they are called."""
_ANY: Final = "*"
_DESCRIBED: Final = (
    "access_log_settings",
    "method_settings",
    "cache_cluster_enabled",
    "xray_tracing_enabled",
    "variables",
)


def _camel(value: Any) -> Any:
    """``LogConfiguration`` as ``logConfiguration``, as deep as it goes."""
    if isinstance(value, dict):
        return {
            f"{key[:1].lower()}{key[1:]}": one if key in _FREE else _camel(one)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_camel(one) for one in value]
    return value


def _task(told: Properties) -> Properties:
    volumes = several(told.get("Volumes"), deeply({"EFSVolumeConfiguration": EFS}))
    if isinstance(volumes, list):
        volumes = [one if isinstance(one, Unknown) else _files(one) for one in volumes]
    containers = told.get("ContainerDefinitions", [])
    return {
        "family": told.get("Family"),
        "container_definitions": containers
        if isinstance(containers, Unknown)
        else as_json(_camel(containers)),
        "network_mode": told.get("NetworkMode"),
        "pid_mode": told.get("PidMode"),
        "ipc_mode": told.get("IpcMode"),
        "task_role_arn": told.get("TaskRoleArn"),
        "execution_role_arn": told.get("ExecutionRoleArn"),
        "runtime_platform": _blocks(told.get("RuntimePlatform")),
        "volume": volumes,
        "tags": deeply()({"Tags": told.get("Tags")})["tags"],
    }


EFS: Final = "efs_volume_configuration"


def _files(volume: Properties) -> Properties:
    """One spells it ``FilesystemId``."""
    files = volume.get(EFS)
    if isinstance(files, dict) and "filesystem_id" in files:
        return volume | {EFS: files | {"file_system_id": files["filesystem_id"]}}
    return volume


def _blocks(value: Any) -> Any:
    if value is None or isinstance(value, Unknown):
        return value
    return [deeply()(value)] if isinstance(value, dict) else value


def _service(told: Properties) -> Properties:
    made = deeply({"ServiceName": "name"})(told)
    network = under(told.get("NetworkConfiguration"), "AwsvpcConfiguration")
    made.pop("network_configuration", None)
    if network is not None:
        made["network_configuration"] = _blocks(network)
    return made


_cluster: Final = deeply(
    {
        "ClusterName": "name",
        "ClusterSettings": "setting",
        "S3BucketName": "s3_bucket_name",
    }
)


def _distribution(told: Properties) -> Properties:
    config = told.get("DistributionConfig")
    if not isinstance(config, dict):
        why = config if isinstance(config, Unknown) else Unknown("it has no configuration")
        names = ("origin", "default_cache_behavior", "viewer_certificate", "web_acl_id")
        more = ("logging_config", "ordered_cache_behavior", "origin_group")
        return dict.fromkeys((*names, *more), why)
    made = deeply({"CacheBehaviors": "ordered_cache_behavior", "Logging": "logging_config"})(config)
    made["origin"] = several(config.get("Origins"), deeply({"Id": "origin_id"}))
    made["origin_group"] = several(under(config.get("OriginGroups"), "Items"), _group)
    made["tags"] = deeply()({"Tags": told.get("Tags")})["tags"]
    certificate = made.get("viewer_certificate")
    if isinstance(certificate, dict):
        why = Unknown("which versions it speaks where none is written is not known")
        certificate.setdefault("minimum_protocol_version", why)
    return made


def _group(told: Properties) -> Properties:
    members = several(under(told.get("Members"), "Items"), deeply())
    return {"origin_id": told.get("Id"), "member": members}


def _control(told: Properties) -> Properties:
    return {"signing_behavior": under(told.get("OriginAccessControlConfig"), "SigningBehavior")}


def _methods(value: Any) -> Any:
    """Settings of methods, which are named by two properties: ``/*`` and ``*`` are all."""
    return several(value, _method)


def _method(told: Properties) -> Properties:
    path, name = told.get("ResourcePath", "/*"), told.get("HttpMethod", _ANY)
    for one in (path, name):
        if isinstance(one, Unknown):
            return {"method_path": one}
    where = path.lstrip("/").replace("/", "~1") if path != "/*" else _ANY
    return {**deeply()(told), "method_path": f"{where}/{name}"}


def _stage(told: Properties) -> Properties:
    return {
        "rest_api_id": told.get("RestApiId"),
        "stage_name": told.get("StageName"),
        "cache_cluster_enabled": truth(told.get("CacheClusterEnabled")),
        "xray_tracing_enabled": truth(told.get("TracingEnabled")),
        "access_log_settings": _blocks(told.get("AccessLogSetting")),
        "method_settings": _methods(told.get("MethodSettings")),
        "variables": told.get("Variables"),
        "tags": deeply()({"Tags": told.get("Tags")})["tags"],
    }


def _deployment(told: Properties) -> Properties:
    """It may make a stage by itself, described within it."""
    described = told.get("StageDescription")
    if isinstance(described, Unknown):
        made: Properties = dict.fromkeys(_DESCRIBED, described)
    else:
        inner = described or {}
        made = _stage(inner)
        every = {"ResourcePath": "/*", "HttpMethod": _ANY, **inner}
        if isinstance(made["method_settings"], list):
            made["method_settings"] = [_method(every), *made["method_settings"]]
    return made | {"rest_api_id": told.get("RestApiId"), "stage_name": told.get("StageName")}


def _rest(told: Properties) -> Properties:
    policy = told.get("Policy")
    made: Properties = {
        "name": told.get("Name"),
        "body": told.get("Body"),
        "body_s3_location": told.get("BodyS3Location"),
        "disable_execute_api_endpoint": truth(told.get("DisableExecuteApiEndpoint")),
        "endpoint_configuration": _blocks(told.get("EndpointConfiguration")),
        "tags": deeply()({"Tags": told.get("Tags")})["tags"],
    }
    if policy is not None:
        made["policy"] = policy if isinstance(policy, str | Unknown) else as_json(policy)
    return made


def _api(told: Properties) -> Properties:
    made = truths({"CorsConfiguration": "", "Tags": ""})(told)
    made.pop("", None)
    cors = told.get("CorsConfiguration")
    if cors is not None:
        made["cors_configuration"] = _blocks(cors)
    return made


def _later_stage(told: Properties) -> Properties:
    return {
        "api_id": told.get("ApiId"),
        "name": told.get("StageName"),
        "stage_variables": told.get("StageVariables"),
        "access_log_settings": _blocks(told.get("AccessLogSettings")),
    }


def _domain(told: Properties) -> Properties:
    found = told.get("DomainNameConfigurations")
    first = found[0] if isinstance(found, list) and found else found
    return {"domain_name": told.get("DomainName"), "domain_name_configuration": _blocks(first)}


def _certificate(told: Properties) -> Properties:
    name = "CertificateTransparencyLoggingPreference"
    made = plain({name: ""})(told)
    made.pop("", None)
    if told.get(name) is not None:
        made["options"] = [{"certificate_transparency_logging_preference": told[name]}]
    return made


def _acl(told: Properties) -> Properties:
    return {
        "name": told.get("Name"),
        "default_action": _blocks(told.get("DefaultAction")),
        "rule": several(told.get("Rules"), _rule),
        "tags": deeply()({"Tags": told.get("Tags")})["tags"],
    }


def _rule(told: Properties) -> Properties:
    statement = told.get("Statement")
    kinds = statement if isinstance(statement, dict) else {}
    return {
        "name": told.get("Name"),
        "action": _blocks(told.get("Action")),
        "override_action": _blocks(told.get("OverrideAction")),
        "statement": statement
        if statement is None or isinstance(statement, Unknown)
        else [{"rate_based_statement": kinds.get("RateBasedStatement")}],
    }


def _address(told: Properties) -> Properties:
    """Unlike Terraform's provider, nothing lets everybody in who is not asked."""
    names = {"TargetFunctionArn": "function_name", "AuthType": "authorization_type"}
    return deeply(names)(told) | {"is_opened_apart": True}


TYPES: Final[dict[str, tuple[str, Naming]]] = {
    "AWS::Lambda::Url": ("aws_lambda_function_url", _address),
    "AWS::ECS::Cluster": ("aws_ecs_cluster", _cluster),
    "AWS::ECS::ClusterCapacityProviderAssociations": (
        "aws_ecs_cluster_capacity_providers",
        deeply({"Cluster": "cluster_name"}),
    ),
    "AWS::ECS::Service": ("aws_ecs_service", _service),
    "AWS::ECS::TaskDefinition": ("aws_ecs_task_definition", _task),
    "AWS::CloudFront::Distribution": ("aws_cloudfront_distribution", _distribution),
    "AWS::CloudFront::OriginAccessControl": ("aws_cloudfront_origin_access_control", _control),
    "AWS::CloudFront::CloudFrontOriginAccessIdentity": (
        "aws_cloudfront_origin_access_identity",
        plain(),
    ),
    "AWS::Logs::DeliverySource": ("aws_cloudwatch_log_delivery_source", plain()),
    "AWS::ApiGateway::RestApi": ("aws_api_gateway_rest_api", _rest),
    "AWS::ApiGateway::Resource": ("aws_api_gateway_resource", plain()),
    "AWS::ApiGateway::Method": (
        "aws_api_gateway_method",
        truths({"AuthorizationType": "authorization"}),
    ),
    "AWS::ApiGateway::Stage": ("aws_api_gateway_stage", _stage),
    "AWS::ApiGateway::Deployment": ("aws_api_gateway_deployment", _deployment),
    "AWS::ApiGateway::Authorizer": ("aws_api_gateway_authorizer", plain()),
    "AWS::ApiGateway::Account": ("aws_api_gateway_account", plain()),
    "AWS::ApiGateway::BasePathMapping": ("aws_api_gateway_base_path_mapping", plain()),
    "AWS::ApiGateway::DomainName": ("aws_api_gateway_domain_name", plain()),
    "AWS::ApiGatewayV2::Api": ("aws_apigatewayv2_api", _api),
    "AWS::ApiGatewayV2::Route": ("aws_apigatewayv2_route", truths()),
    "AWS::ApiGatewayV2::Stage": ("aws_apigatewayv2_stage", _later_stage),
    "AWS::ApiGatewayV2::Authorizer": ("aws_apigatewayv2_authorizer", plain()),
    "AWS::ApiGatewayV2::Integration": ("aws_apigatewayv2_integration", plain()),
    "AWS::ApiGatewayV2::Deployment": ("aws_apigatewayv2_deployment", plain()),
    "AWS::ApiGatewayV2::ApiMapping": ("aws_apigatewayv2_api_mapping", plain()),
    "AWS::ApiGatewayV2::DomainName": ("aws_apigatewayv2_domain_name", _domain),
    "AWS::CertificateManager::Certificate": ("aws_acm_certificate", _certificate),
    "AWS::WAFv2::WebACL": ("aws_wafv2_web_acl", _acl),
    "AWS::WAFv2::LoggingConfiguration": (
        "aws_wafv2_web_acl_logging_configuration",
        plain({"LogDestinationConfigs": "log_destination_configs"}),
    ),
}
