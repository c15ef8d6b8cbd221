"""Things that run, each as a role of its own that reads a bucket of its own: who reaches which.

So of each it is seen by its bucket whether the internet comes to it.
"""

from dataclasses import replace
from typing import Any

from tests.posture.aws.conftest import CHECKS, REGION, Account
from tests.posture.aws.people import ACCOUNT, document, trust
from tests.posture.aws.worlds import Network, network

from ringwall.core.observations import Observation, State
from ringwall.posture.attacks import Attacks, assets_of, attacks
from ringwall.posture.judging import judge_all
from ringwall.posture.snapshot.snapshot import LISTED, Snapshot

READING = [
    one
    for one in CHECKS
    if one.id
    in {
        "aws-s3-bucket-attack-path",
        "aws-secretsmanager-secret-attack-path",
        "aws-s3-bucket-public",
    }
]


class Scene:
    """An account with a network that the internet leads to."""

    def __init__(self, account: Account) -> None:
        account.answers["lambda:ListFunctionUrlConfigs"] = lambda _: {"FunctionUrlConfigs": []}
        self.client = account.client
        self.ec2 = self.client("ec2")
        self.at: Network = network(self.ec2)

    def bucket(self, name: str, *services: str) -> str:
        """A bucket, and a role that reads it, which these services take; gives the role's ARN."""
        self.client("s3").create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        iam = self.client("iam")
        service = [f"{one}.amazonaws.com" for one in services]
        role: str = iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=trust({"Service": service})
        )["Role"]["Arn"]
        reads = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
        iam.put_role_policy(RoleName=name, PolicyName="reads", PolicyDocument=document(reads))
        return role

    def group(self, name: str, port: int, *sources: str) -> str:
        """A security group that lets in networks and other groups at a port."""
        made: str = self.ec2.create_security_group(
            GroupName=name, Description=name, VpcId=self.at.vpc
        )["GroupId"]
        rule = {
            "IpProtocol": "tcp",
            "FromPort": port,
            "ToPort": port,
            "IpRanges": [{"CidrIp": one} for one in sources if "/" in one and ":" not in one],
            "Ipv6Ranges": [{"CidrIpv6": one} for one in sources if "/" in one and ":" in one],
            "UserIdGroupPairs": [{"GroupId": one} for one in sources if "/" not in one],
        }
        if sources:
            self.ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])
        return made

    def instance(self, name: str, group: str) -> dict[str, Any]:
        """A machine without an address of its own, whose role reads the bucket of its name."""
        self.bucket(name, "ec2")
        iam = self.client("iam")
        profile = iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Arn"]
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
        interface = {
            "DeviceIndex": 0,
            "SubnetId": self.at.subnets[0],
            "Groups": [group],
            "AssociatePublicIpAddress": False,
        }
        made: dict[str, Any] = self.ec2.run_instances(
            ImageId="ami-12c6146b",
            MinCount=1,
            MaxCount=1,
            NetworkInterfaces=[interface],
            IamInstanceProfile={"Arn": profile},
        )["Instances"][0]
        return made

    def function(self, name: str) -> str:
        """A function without an address, whose role reads the bucket of its name."""
        role = self.bucket(name, "lambda")
        made: str = self.client("lambda").create_function(
            FunctionName=name,
            Role=role,
            Handler="index.handler",
            Code={"ZipFile": b"x"},
            Runtime="python3.14",
        )["FunctionArn"]
        return made

    def may_call(self, name: str, service: str, source: str) -> None:
        """Let a service call a function for one source."""
        self.client("lambda").add_permission(
            FunctionName=name,
            StatementId="by-service",
            Action="lambda:InvokeFunction",
            Principal=f"{service}.amazonaws.com",
            SourceArn=source,
        )

    def balancer(
        self, name: str, *groups: str, kind: str = "application", scheme: str = "internet-facing"
    ) -> str:
        """A load balancer in both subnets."""
        made: str = self.client("elbv2").create_load_balancer(
            Name=name,
            Subnets=list(self.at.subnets),
            SecurityGroups=list(groups),
            Scheme=scheme,
            Type=kind,
        )["LoadBalancers"][0]["LoadBalancerArn"]
        return made

    def targets(
        self, name: str, *ids: str, kind: str = "instance", port: int = 8080, protocol: str = "HTTP"
    ) -> str:
        """A target group with these in it."""
        elb = self.client("elbv2")
        about = {"Port": port, "Protocol": protocol, "VpcId": self.at.vpc}
        made: str = elb.create_target_group(
            Name=name, TargetType=kind, **({} if kind == "lambda" else about)
        )["TargetGroups"][0]["TargetGroupArn"]
        if ids:
            elb.register_targets(TargetGroupArn=made, Targets=[{"Id": one} for one in ids])
        return made

    def definition(self, name: str, *, of: str = "task", **more: Any) -> str:
        """A definition of tasks, whose role, or the one that starts it, reads a bucket."""
        role = self.bucket(name, "ecs-tasks")
        container = {"name": "web", "image": "web", "memory": 128} | more
        made: str = self.client("ecs").register_task_definition(
            family=name,
            networkMode="awsvpc",
            containerDefinitions=[container],
            **{f"{of}RoleArn": role},
        )["taskDefinition"]["taskDefinitionArn"]
        return made

    def network(self, group: str, *, public: bool) -> dict[str, Any]:
        """Where a task stands."""
        assign = "ENABLED" if public else "DISABLED"
        configured = {"subnets": [self.at.subnets[0]], "securityGroups": [group]}
        return {"awsvpcConfiguration": configured | {"assignPublicIp": assign}}

    def service(
        self, name: str, definition: str, group: str, *, public: bool = False, behind: str = ""
    ) -> None:
        """A service that keeps tasks running."""
        balanced = {"targetGroupArn": behind, "containerName": "web", "containerPort": 8080}
        self.client("ecs").create_service(
            cluster="shop",
            serviceName=name,
            taskDefinition=definition,
            desiredCount=0,
            launchType="FARGATE",
            networkConfiguration=self.network(group, public=public),
            loadBalancers=[balanced] if behind else [],
        )

    def listener(
        self, balancer: str, *actions: dict[str, Any], port: int = 80, protocol: str = "HTTP"
    ) -> str:
        """What a balancer does at a port."""
        made: str = self.client("elbv2").create_listener(
            LoadBalancerArn=balancer, Protocol=protocol, Port=port, DefaultActions=list(actions)
        )["Listeners"][0]["ListenerArn"]
        return made


def forward(group: str) -> dict[str, Any]:
    """An action that sends on to a target group."""
    return {"Type": "forward", "TargetGroupArn": group}


NOTHING: dict[str, Any] = {
    "Type": "fixed-response",
    "FixedResponseConfig": {"StatusCode": "404"},
}


def without(snapshot: Snapshot, *calls: str) -> Snapshot:
    """The same where these calls were denied."""
    made = Snapshot()
    denied = Observation(State.DENIED, why="access denied")
    for scope, told in snapshot.all_listings():
        made.note_listing(scope, replace(denied, api=told.api) if told.api in calls else told)
    for seen in snapshot:
        if seen.aspects[LISTED].api in calls:
            continue
        aspects = made.add(seen.found).aspects
        for aspect, told in seen.aspects.items():
            aspects[aspect] = replace(denied, api=told.api) if told.api in calls else told
    return made


def walked(account: Account) -> Attacks:
    """The ways to every bucket of the account, as it is read now."""
    return walked_in(account.read(READING))


def walked_in(snapshot: Snapshot) -> Attacks:
    """The ways to every bucket and secret of what was read."""
    kept = [
        one
        for one in assets_of(snapshot, ACCOUNT, lambda _: ("confidential", "all are"))
        if one.component.startswith(("aws-s3-bucket/", "aws-secretsmanager-secret/"))
    ]
    return attacks(snapshot, ACCOUNT, kept)


def judged(snapshot: Snapshot) -> dict[str, str]:
    """By bucket, what the check of ways says of it."""
    check = [one for one in READING if one.id == "aws-s3-bucket-attack-path"]
    return {
        one.component.rpartition(":")[2]: one.verdict.outcome.value
        for one in judge_all(snapshot, check)
    }


def standings(told: Attacks) -> dict[str, str]:
    """By bucket, whether the internet comes to it."""
    return {one.asset.label: one.standing.value for one in told.assets}


def sentences(told: Attacks, bucket: str) -> list[str]:
    """The hops of the shortest way to a bucket, without the ARNs of places."""
    (found,) = [one for one in told.assets if one.asset.label == bucket]
    return [hop.how for hop in found.paths[0].hops]
