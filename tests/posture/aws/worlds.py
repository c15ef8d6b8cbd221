"""What is made in accounts of tests: a network that the internet reaches, one of everything."""

import json
from dataclasses import dataclass
from typing import Any

PASSWORD = "Hunter2hunter2"
ROLE = "arn:aws:iam::123456789012:role/x"
EVERYBODY = {"Effect": "Allow", "Principal": "*"}


@dataclass(frozen=True)
class Network:
    """Ids of a network whose subnets an internet gateway leads to."""

    vpc: str
    subnets: tuple[str, str]
    table: str


def network(ec2: Any) -> Network:
    """Two subnets in two zones, and a way in from the internet."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{at}.0/24", AvailabilityZone=f"eu-west-1{zone}"
        )["Subnet"]["SubnetId"]
        for at, zone in enumerate("ab")
    ]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    table = tables["RouteTables"][0]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    return Network(vpc, (subnets[0], subnets[1]), table)


def security_group(ec2: Any, at: Network, name: str, port: int, *cidrs: str) -> str:
    """One that lets these networks in at a port."""
    group: str = ec2.create_security_group(GroupName=name, Description=name, VpcId=at.vpc)[
        "GroupId"
    ]
    if cidrs:
        rule = {
            "IpProtocol": "tcp",
            "FromPort": port,
            "ToPort": port,
            "IpRanges": [{"CidrIp": one} for one in cidrs if ":" not in one],
            "Ipv6Ranges": [{"CidrIpv6": one} for one in cidrs if ":" in one],
        }
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return group


def instance(ec2: Any, at: Network, group: str, *, public: bool = True, **more: Any) -> str:
    """A machine in the first subnet."""
    interface = {
        "DeviceIndex": 0,
        "SubnetId": at.subnets[0],
        "Groups": [group],
        "AssociatePublicIpAddress": public,
    }
    told = ec2.run_instances(
        ImageId="ami-12c6146b", MinCount=1, MaxCount=1, NetworkInterfaces=[interface], **more
    )
    found: str = told["Instances"][0]["InstanceId"]
    return found


def databases(rds: Any, at: Network, group: str) -> None:
    """A public database, whose snapshot is everybody's, and a cluster."""
    rds.create_db_subnet_group(
        DBSubnetGroupName="subnets", DBSubnetGroupDescription="x", SubnetIds=list(at.subnets)
    )
    rds.create_db_instance(
        DBInstanceIdentifier="orders",
        Engine="postgres",
        DBInstanceClass="db.m1.small",
        MasterUsername="root",
        MasterUserPassword=PASSWORD,
        AllocatedStorage=10,
        PubliclyAccessible=True,
        DBSubnetGroupName="subnets",
        VpcSecurityGroupIds=[group],
        Port=5432,
    )
    for name in ("everybodys", "ours"):
        rds.create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier=name)
    rds.modify_db_snapshot_attribute(
        DBSnapshotIdentifier="everybodys", AttributeName="restore", ValuesToAdd=["all"]
    )
    rds.create_db_cluster(
        DBClusterIdentifier="shop",
        Engine="aurora-mysql",
        MasterUsername="boss",
        MasterUserPassword=PASSWORD,
    )
    rds.create_db_cluster_snapshot(
        DBClusterIdentifier="shop", DBClusterSnapshotIdentifier="of-shop"
    )


def containers(client: Any, at: Network) -> None:
    """A cluster of ECS and one of EKS, and a repository of images for everybody."""
    ecs = client("ecs")
    ecs.create_cluster(
        clusterName="shop", settings=[{"name": "containerInsights", "value": "enabled"}]
    )
    ecs.register_task_definition(
        family="web",
        networkMode="awsvpc",
        containerDefinitions=[
            {
                "name": "web",
                "image": "web",
                "memory": 128,
                "privileged": True,
                "environment": [{"name": "DB_PASSWORD", "value": PASSWORD}],
            }
        ],
    )
    for name in [f"web-{number}" for number in range(12)]:
        ecs.create_service(
            cluster="shop",
            serviceName=name,
            taskDefinition="web",
            desiredCount=0,
            launchType="FARGATE",
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": [at.subnets[0]],
                    "securityGroups": [],
                    "assignPublicIp": "ENABLED",
                }
            },
        )
    eks = client("eks")
    eks.create_cluster(name="k8s", roleArn=ROLE, resourcesVpcConfig={"subnetIds": list(at.subnets)})
    eks.create_nodegroup(
        clusterName="k8s",
        nodegroupName="nodes",
        subnets=list(at.subnets),
        nodeRole=ROLE,
        remoteAccess={"ec2SshKey": "key"},
    )
    ecr = client("ecr")
    for name in ("everybodys", "ours"):
        ecr.create_repository(repositoryName=name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [EVERYBODY | {"Action": "ecr:*"}]})
    ecr.set_repository_policy(repositoryName="everybodys", policyText=policy)


def front(client: Any, at: Network) -> None:
    """Load balancers, a distribution, and APIs that ask nobody who he is."""
    elbv2 = client("elbv2")
    made = elbv2.create_load_balancer(Name="front", Subnets=list(at.subnets))
    elbv2.create_listener(
        LoadBalancerArn=made["LoadBalancers"][0]["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}],
    )
    client("elb").create_load_balancer(
        LoadBalancerName="old",
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}],
        AvailabilityZones=["eu-west-1a"],
    )
    origin = {
        "Id": "o",
        "DomainName": "gone.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "x",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {
                "TargetOriginId": "o",
                "ViewerProtocolPolicy": "allow-all",
                "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
                "MinTTL": 0,
            },
        }
    )
    rest = client("apigateway")
    api = rest.create_rest_api(name="rest")["id"]
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    where = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    rest.put_method(**where, authorizationType="NONE")
    rest.put_integration(**where, type="MOCK")
    rest.create_deployment(restApiId=api, stageName="prod", variables={"dbPassword": PASSWORD})
    http = client("apigatewayv2")
    cors = {"AllowOrigins": ["*"], "AllowHeaders": ["Authorization"]}
    made = http.create_api(Name="http", ProtocolType="HTTP", CorsConfiguration=cors)["ApiId"]
    http.create_route(ApiId=made, RouteKey="GET /")
    http.create_stage(ApiId=made, StageName="prod", StageVariables={"dbPassword": PASSWORD})


def stores(client: Any, at: Network) -> None:
    """What holds data besides RDS, what backs it up, and groups of machines."""
    client("dynamodb").create_table(
        TableName="carts",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    policy = json.dumps({"Statement": [EVERYBODY | {"Action": "es:*"}]})
    client("opensearch").create_domain(DomainName="search", AccessPolicies=policy)
    client("redshift").create_cluster(
        ClusterIdentifier="warehouse",
        NodeType="dc2.large",
        MasterUsername="awsuser",
        MasterUserPassword=PASSWORD,
        PubliclyAccessible=True,
    )
    cache = client("elasticache")
    cache.create_replication_group(
        ReplicationGroupId="sessions",
        ReplicationGroupDescription="x",
        Engine="redis",
        CacheNodeType="cache.t3.micro",
        NumCacheClusters=1,
    )
    cache.create_cache_cluster(
        CacheClusterId="pages",
        Engine="memcached",
        CacheNodeType="cache.t3.micro",
        NumCacheNodes=1,
    )
    backup = client("backup")
    backup.create_backup_vault(BackupVaultName="vault")
    rule = {
        "RuleName": "weekly",
        "TargetBackupVaultName": "vault",
        "Lifecycle": {"DeleteAfterDays": 7},
    }
    backup.create_backup_plan(BackupPlan={"BackupPlanName": "plan", "Rules": [rule]})
    client("wafv2").create_web_acl(
        Name="acl",
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig={
            "SampledRequestsEnabled": False,
            "CloudWatchMetricsEnabled": False,
            "MetricName": "m",
        },
    )
    efs = client("efs")
    files = efs.create_file_system(CreationToken="x")["FileSystemId"]
    efs.create_access_point(ClientToken="a", FileSystemId=files)
    scaling = client("autoscaling")
    scaling.create_launch_configuration(
        LaunchConfigurationName="old",
        ImageId="ami-12c6146b",
        InstanceType="t2.micro",
        UserData=f"export DB_PASSWORD={PASSWORD}",
        AssociatePublicIpAddress=True,
        BlockDeviceMappings=[{"DeviceName": "/dev/xvdb", "Ebs": {"VolumeSize": 8}}],
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="machines",
        LaunchConfigurationName="old",
        MinSize=0,
        MaxSize=1,
        VPCZoneIdentifier=at.subnets[0],
    )
