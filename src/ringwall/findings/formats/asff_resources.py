"""What Security Hub calls what findings are of: its types, ids and accounts. Pure."""

import re
from dataclasses import dataclass
from typing import Final

OTHER: Final = "Other"
ACCOUNT: Final = "AwsAccount"
TYPES: Final = {
    "aws-acm-certificate": "AwsCertificateManagerCertificate",
    "aws-apigateway-api": "AwsApiGatewayV2Api",
    "aws-apigateway-rest-api": "AwsApiGatewayRestApi",
    "aws-apigateway-rest-stage": "AwsApiGatewayStage",
    "aws-apigateway-stage": "AwsApiGatewayV2Stage",
    "aws-autoscaling-group": "AwsAutoScalingAutoScalingGroup",
    "aws-autoscaling-launch-configuration": "AwsAutoScalingLaunchConfiguration",
    "aws-backup-plan": "AwsBackupBackupPlan",
    "aws-backup-vault": "AwsBackupBackupVault",
    "aws-cloudfront-distribution": "AwsCloudFrontDistribution",
    "aws-cloudtrail-trail": "AwsCloudTrailTrail",
    "aws-dynamodb-table": "AwsDynamoDbTable",
    "aws-ec2-address": "AwsEc2Eip",
    "aws-ec2-client-vpn-endpoint": "AwsEc2ClientVpnEndpoint",
    "aws-ec2-instance": "AwsEc2Instance",
    "aws-ec2-launch-template": "AwsEc2LaunchTemplate",
    "aws-ec2-network-acl": "AwsEc2NetworkAcl",
    "aws-ec2-network-interface": "AwsEc2NetworkInterface",
    "aws-ec2-route-table": "AwsEc2RouteTable",
    "aws-ec2-security-group": "AwsEc2SecurityGroup",
    "aws-ec2-subnet": "AwsEc2Subnet",
    "aws-ec2-transit-gateway": "AwsEc2TransitGateway",
    "aws-ec2-volume": "AwsEc2Volume",
    "aws-ec2-vpc": "AwsEc2Vpc",
    "aws-ec2-vpc-endpoint-service": "AwsEc2VpcEndpointService",
    "aws-ec2-vpc-peering-connection": "AwsEc2VpcPeeringConnection",
    "aws-ec2-vpn-connection": "AwsEc2VpnConnection",
    "aws-ecr-repository": "AwsEcrRepository",
    "aws-ecs-cluster": "AwsEcsCluster",
    "aws-ecs-service": "AwsEcsService",
    "aws-ecs-task": "AwsEcsTask",
    "aws-ecs-task-definition": "AwsEcsTaskDefinition",
    "aws-efs-access-point": "AwsEfsAccessPoint",
    "aws-eks-cluster": "AwsEksCluster",
    "aws-elb-load-balancer": "AwsElbLoadBalancer",
    "aws-elbv2-load-balancer": "AwsElbv2LoadBalancer",
    "aws-events-bus": "AwsEventsEventbus",
    "aws-guardduty-detector": "AwsGuardDutyDetector",
    "aws-iam-group": "AwsIamGroup",
    "aws-iam-policy": "AwsIamPolicy",
    "aws-iam-role": "AwsIamRole",
    "aws-iam-user": "AwsIamUser",
    "aws-kms-key": "AwsKmsKey",
    "aws-lambda-function": "AwsLambdaFunction",
    "aws-opensearch-domain": "AwsOpenSearchServiceDomain",
    "aws-rds-cluster": "AwsRdsDbCluster",
    "aws-rds-cluster-snapshot": "AwsRdsDbClusterSnapshot",
    "aws-rds-event-subscription": "AwsRdsEventSubscription",
    "aws-rds-instance": "AwsRdsDbInstance",
    "aws-rds-snapshot": "AwsRdsDbSnapshot",
    "aws-redshift-cluster": "AwsRedshiftCluster",
    "aws-route53-zone": "AwsRoute53HostedZone",
    "aws-s3-access-point": "AwsS3AccessPoint",
    "aws-s3-bucket": "AwsS3Bucket",
    "aws-secretsmanager-secret": "AwsSecretsManagerSecret",
    "aws-sns-topic": "AwsSnsTopic",
    "aws-sqs-queue": "AwsSqsQueue",
    "aws-wafv2-web-acl": "AwsWafv2WebAcl",
}
"""By kind of component. Kinds that are not here are of no type of Security Hub's."""

_PARTITIONS: Final = {"aws", "aws-cn", "aws-us-gov"}
_IN_ACCOUNT: Final = re.compile(r"aws-(?:account/(\d{12})|region/(\d{12})/([a-z0-9-]+))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A component as Security Hub names it. ``account`` and ``region`` are empty where in none."""

    type: str
    id: str
    account: str
    region: str
    partition: str = "aws"


def resource_of(component: str) -> Resource:
    """The resource that a component is: by its ARN, as the account that it is of, else its name."""
    kind, _, name = component.partition("/")
    if found := _IN_ACCOUNT.fullmatch(component):
        account = found[1] or found[2]
        uid = f"AWS::::Account:{account}"
        return Resource(type=ACCOUNT, id=uid, account=account, region=found[3] or "")
    parts = name.split(":", 5) if name.startswith("arn:") else []
    if len(parts) < 6:
        parts = ["", "", "", "", "", ""]
    return Resource(
        type=TYPES.get(kind, OTHER),
        id=name,
        account=parts[4],
        region=parts[3],
        partition=parts[1] if parts[1] in _PARTITIONS else "aws",
    )
