"""What stands around networks, what keeps backups and parameters, zones, and who is let in."""

from typing import Any, Final

from ringwall.posture.code.cloudformation.naming import (
    Naming,
    Properties,
    deeply,
    several,
    truths,
    under,
)
from ringwall.posture.code.terraform.values import as_json
from ringwall.posture.snapshot.partial import Unknown


def _entry(told: Properties) -> Properties:
    made = truths()(told)
    made["from_port"] = under(told.get("PortRange"), "From")
    made["to_port"] = under(told.get("PortRange"), "To")
    return made


def _service(told: Properties) -> Properties:
    return truths({"AcceptanceRequired": "acceptance_required"})(told)


def _vault(told: Properties) -> Properties:
    made = deeply(
        {
            "BackupVaultName": "name",
            "EncryptionKeyArn": "kms_key_arn",
            "AccessPolicy": "",
            "BackupVaultTags": "",
        }
    )(told)
    policy = told.get("AccessPolicy")
    made["policy"] = (
        policy if policy is None or isinstance(policy, str | Unknown) else as_json(policy)
    )
    return made


def _plan(told: Properties) -> Properties:
    rules = under(told.get("BackupPlan"), "BackupPlanRule")
    return {"name": under(told.get("BackupPlan"), "BackupPlanName"), "rule": several(rules, _rule)}


def _rule(told: Properties) -> Properties:
    made: Properties = {}
    if told.get("Lifecycle") is not None:
        made["lifecycle"] = {"delete_after": under(told["Lifecycle"], "DeleteAfterDays")}
    if told.get("CopyActions") is not None:
        made["copy_action"] = told["CopyActions"]
    return made


def _zone(told: Properties) -> Properties:
    made: Properties = {"name": told.get("Name")}
    networks = told.get("VPCs")
    if networks is not None:
        made["vpc"] = networks
    return made


def _record(told: Properties) -> Properties:
    made: Properties = {
        "zone_id": told.get("HostedZoneId"),
        "name": told.get("Name"),
        "records": told.get("ResourceRecords"),
    }
    target = told.get("AliasTarget")
    if target is not None:
        made["alias"] = {"name": under(target, "DNSName")}
    return made


def _bus_policy(told: Properties) -> Properties:
    """A statement whole, or its parts."""
    statement: Any = told.get("Statement")
    if statement is None:
        who = told.get("Principal")
        statement = {
            "Effect": "Allow",
            "Principal": "*" if who == "*" else {"AWS": who},
            "Action": told.get("Action"),
            "Resource": "*",
        }
        if told.get("Condition") is not None:
            statement["Condition"] = _condition(told["Condition"])
    return {
        "event_bus_name": told.get("EventBusName"),
        "policy": as_json({"Version": "2012-10-17", "Statement": [statement]}),
    }


def _condition(told: Any) -> Any:
    kind, key = under(told, "Type"), under(told, "Key")
    if isinstance(kind, str) and isinstance(key, str):
        return {kind: {key: under(told, "Value")}}
    return Unknown("its condition is not known")


def _nodes(told: Properties) -> Properties:
    return deeply(
        {"NodegroupName": "node_group_name", "SourceSecurityGroups": "source_security_group_ids"}
    )(told)


def _tunnels(told: Properties) -> Properties:
    written = several(
        told.get("VpnTunnelOptionsSpecifications"),
        lambda one: deeply()({"log": one.get("LogOptions") or {}})["log"],
    )
    return {"tunnels": written} if written else {}


_ROUTE: Final = {"EgressOnlyInternetGatewayId": "egress_only_gateway_id"}
TYPES: Final[dict[str, tuple[str, Naming]]] = {
    "AWS::EC2::RouteTable": ("aws_route_table", truths()),
    "AWS::EC2::Route": ("aws_route", truths(_ROUTE)),
    "AWS::EC2::SubnetRouteTableAssociation": ("aws_route_table_association", truths()),
    "AWS::EC2::GatewayRouteTableAssociation": ("aws_route_table_association", truths()),
    "AWS::EC2::InternetGateway": ("aws_internet_gateway", truths()),
    "AWS::EC2::VPCGatewayAttachment": ("aws_internet_gateway_attachment", truths()),
    "AWS::EC2::EgressOnlyInternetGateway": ("aws_egress_only_internet_gateway", truths()),
    "AWS::EC2::CarrierGateway": ("aws_carrier_gateway", truths()),
    "AWS::EC2::VPNGateway": ("aws_vpn_gateway", truths()),
    "AWS::EC2::NatGateway": ("aws_nat_gateway", truths()),
    "AWS::EC2::NetworkAcl": ("aws_network_acl", truths()),
    "AWS::EC2::NetworkAclEntry": ("aws_network_acl_rule", _entry),
    "AWS::EC2::SubnetNetworkAclAssociation": ("aws_network_acl_association", truths()),
    "AWS::EC2::VPCEndpoint": ("aws_vpc_endpoint", truths({"PolicyDocument": "policy"})),
    "AWS::EC2::VPCEndpointService": ("aws_vpc_endpoint_service", _service),
    "AWS::EC2::VPCEndpointServicePermissions": (
        "aws_vpc_endpoint_service_permissions",
        truths({"ServiceId": "vpc_endpoint_service_id"}),
    ),
    "AWS::EC2::ClientVpnEndpoint": ("aws_ec2_client_vpn_endpoint", deeply()),
    "AWS::EC2::PrefixList": (
        "aws_ec2_managed_prefix_list",
        deeply({"PrefixListName": "name", "Entries": "entry"}),
    ),
    "AWS::EC2::TransitGateway": ("aws_ec2_transit_gateway", truths()),
    "AWS::EC2::VPNConnection": ("aws_vpn_connection", _tunnels),
    "AWS::SSM::Parameter": ("aws_ssm_parameter", truths()),
    "AWS::SSM::Document": ("aws_ssm_document", truths({"Content": ""})),
    "AWS::Backup::BackupVault": ("aws_backup_vault", _vault),
    "AWS::Backup::BackupPlan": ("aws_backup_plan", _plan),
    "AWS::EFS::AccessPoint": ("aws_efs_access_point", deeply()),
    "AWS::Route53::HostedZone": ("aws_route53_zone", _zone),
    "AWS::Route53::DNSSEC": ("aws_route53_hosted_zone_dnssec", truths()),
    "AWS::Route53::RecordSet": ("aws_route53_record", _record),
    "AWS::Events::EventBus": ("aws_cloudwatch_event_bus", truths()),
    "AWS::Events::EventBusPolicy": ("aws_cloudwatch_event_bus_policy", _bus_policy),
    "AWS::IAM::OIDCProvider": (
        "aws_iam_openid_connect_provider",
        truths({"ClientIdList": "client_id_list"}),
    ),
    "Custom::AWSCDKOpenIdConnectProvider": (
        "aws_iam_openid_connect_provider",
        truths({"ClientIDList": "client_id_list"}),
    ),
    "AWS::EKS::Nodegroup": ("aws_eks_node_group", _nodes),
}
