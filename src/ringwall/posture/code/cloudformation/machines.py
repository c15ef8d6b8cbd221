"""Machines, what launches them, and what stands before them and other programs."""

from typing import Any, Final

from ringwall.posture.code.cloudformation import delivering
from ringwall.posture.code.cloudformation.naming import (
    Naming,
    Properties,
    deeply,
    several,
    truth,
    truths,
    under,
)
from ringwall.posture.code.terraform.values import first_unknown
from ringwall.posture.snapshot.partial import Unknown

_ATTRIBUTES: Final = {
    "deletion_protection.enabled": "enable_deletion_protection",
    "routing.http.drop_invalid_header_fields.enabled": "drop_invalid_header_fields",
    "routing.http.desync_mitigation_mode": "desync_mitigation_mode",
    "load_balancing.cross_zone.enabled": "enable_cross_zone_load_balancing",
}


def _balancer(told: Properties) -> Properties:
    made = deeply({"Type": "load_balancer_type", "LoadBalancerAttributes": ""})(told)
    made["internal"] = _inside(told)
    attributes = told.get("LoadBalancerAttributes")
    if attributes is None:
        return made
    unknown = first_unknown(attributes)
    if unknown is not None or not isinstance(attributes, list):
        why = Unknown(unknown.why if unknown else "the attributes are no list")
        return made | dict.fromkeys((*_ATTRIBUTES.values(), "access_logs"), why)
    said = {one.get("Key"): truth(one.get("Value")) for one in attributes}
    made |= {name: said[key] for key, name in _ATTRIBUTES.items() if key in said}
    if "access_logs.s3.enabled" in said:
        made["access_logs"] = [{"enabled": said["access_logs.s3.enabled"]}]
    return made


def _inside(told: Properties) -> Any:
    scheme = told.get("Scheme")
    return scheme if isinstance(scheme, Unknown) else scheme == "internal"


def _listener(told: Properties) -> Properties:
    made = deeply({"DefaultActions": "default_action", "RedirectConfig": "redirect"})(told)
    made.setdefault("protocol", "TCP")
    return made


def _classic(told: Properties) -> Properties:
    made = deeply({"LoadBalancerName": "name", "Listeners": ""})(told)
    # ``policies``, with ``policy_name``, ``policy_type`` and ``attributes``, are as they stand
    made.pop("", None)
    made["internal"] = _inside(told)
    made["listener"] = several(
        told.get("Listeners"),
        lambda one: {
            "lb_protocol": one.get("Protocol"),
            "lb_port": under(deeply()(one), "load_balancer_port"),
            "instance_port": one.get("InstancePort"),
            "policy_names": one.get("PolicyNames"),
            "ssl_certificate_id": one.get("SSLCertificateId"),
        },
    )
    logs = told.get("AccessLoggingPolicy")
    if logs is not None:
        made["access_logs"] = [{"enabled": truth(under(logs, "Enabled"))}]
    draining = under(told.get("ConnectionDrainingPolicy"), "Enabled")
    made["connection_draining"] = truth(False if draining is None else draining)
    # unlike Terraform's provider, the API leaves it off
    made["cross_zone_load_balancing"] = truth(told.get("CrossZone", False))
    return made


_TOLD: Final = (
    "metadata_options",
    "user_data",
    "network_interfaces",
    "block_device_mappings",
    "iam_instance_profile",
    "key_name",
    "monitoring",
    "vpc_security_group_ids",
    "security_group_names",
)
"""What a template says that anybody asks for."""


def _template(told: Properties) -> Properties:
    data = told.get("LaunchTemplateData")
    names = {
        "DeviceName": "device_name",
        "Groups": "security_groups",
        "SecurityGroupIds": "vpc_security_group_ids",
        "SecurityGroups": "security_group_names",
    }
    if not isinstance(data, dict):
        why = data if isinstance(data, Unknown) else Unknown("it has no data")
        return {"name": told.get("LaunchTemplateName")} | dict.fromkeys(_TOLD, why)
    return {"name": told.get("LaunchTemplateName"), **deeply(names)(data)}


def _configuration(told: Properties) -> Properties:
    made = deeply({"LaunchConfigurationName": "name", "UserData": "user_data_base64"})(told)
    disks = made.pop("block_device_mappings", None)
    if disks is not None:
        made["ebs_block_device"] = disks if isinstance(disks, Unknown) else _disks(disks)
    return made


def _disks(mappings: Any) -> list[Any]:
    """The disks of a list of devices, those without EBS left out."""
    found = [one if isinstance(one, Unknown) else one.get("ebs") for one in mappings]
    return [one for one in found if one is not None]


def disks_of(told: Properties) -> Any:
    """The disks that an instance writes down, as Terraform has them; ``None`` where none."""
    mappings = told.get("BlockDeviceMappings")
    if mappings is None or isinstance(mappings, Unknown):
        return mappings
    devices = deeply()({"one": mappings})["one"]
    return [
        one | {"device_name": its.get("device_name")} if isinstance(one, dict) else one
        for its in devices
        for one in _disks([its])
    ]


def without_disks(told: Properties) -> list[Any]:
    """The devices of an instance that it says have no disk of EBS, such as none at all."""
    mappings = told.get("BlockDeviceMappings")
    listed = mappings if isinstance(mappings, list) else []
    several = [one for one in listed if isinstance(one, dict) and "Ebs" not in one]
    return [{"device_name": one.get("DeviceName")} for one in several]


def _group(told: Properties) -> Properties:
    return deeply(
        {
            "AutoScalingGroupName": "name",
            "LaunchConfigurationName": "launch_configuration",
            "VPCZoneIdentifier": "vpc_zone_identifier",
            "LoadBalancerNames": "load_balancers",
            "TargetGroupARNs": "target_group_arns",
        }
    )(told)


TYPES: Final[dict[str, tuple[str, Naming]]] = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("aws_lb", _balancer),
    "AWS::ElasticLoadBalancingV2::Listener": ("aws_lb_listener", _listener),
    "AWS::WAFv2::WebACLAssociation": (
        "aws_wafv2_web_acl_association",
        truths({"WebACLArn": "web_acl_arn"}),
    ),
    "AWS::ElasticLoadBalancing::LoadBalancer": ("aws_elb", _classic),
    "AWS::EC2::LaunchTemplate": ("aws_launch_template", _template),
    "AWS::AutoScaling::LaunchConfiguration": ("aws_launch_configuration", _configuration),
    "AWS::AutoScaling::AutoScalingGroup": ("aws_autoscaling_group", _group),
    "AWS::EC2::FlowLog": ("aws_flow_log", truths({"ResourceId": "vpc_id"})),
    **delivering.TYPES,
}
