"""What stands before what runs: each way that is one is found, and none that only looks like one.

Every thing runs as a role that reads a bucket named like it.
"""

from tests.posture.aws.conftest import Account
from tests.posture.aws.people import ACCOUNT, trust
from tests.posture.aws.ways import (
    NOTHING,
    READING,
    Scene,
    forward,
    judged,
    sentences,
    standings,
    walked,
    walked_in,
    without,
)

WORLD = "0.0.0.0/0"


def _balanced(scene: Scene) -> None:
    front = scene.group("front", 80, WORLD)
    behind = scene.group("behind", 8080, front)
    public = scene.balancer("public", front)
    alone = scene.targets("web", scene.instance("web", behind)["InstanceId"])
    listener = scene.listener(public, forward(alone))

    elb = scene.client("elbv2")
    office = scene.targets("office", scene.instance("office", behind)["InstanceId"])
    path = [{"Field": "path-pattern", "Values": ["/admin"]}]
    near = {"Field": "source-ip", "SourceIpConfig": {"Values": ["52.1.2.0/24"]}}
    elb.create_rule(
        ListenerArn=listener, Conditions=[*path, near], Priority=1, Actions=[forward(office)]
    )
    signed = scene.targets("signed", scene.instance("signed", behind)["InstanceId"])
    people = {
        "Type": "authenticate-cognito",
        "Order": 1,
        "AuthenticateCognitoConfig": {
            "UserPoolArn": "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/x",
            "UserPoolClientId": "c",
            "UserPoolDomain": "d",
        },
    }
    elb.create_rule(
        ListenerArn=listener,
        Conditions=path,
        Priority=2,
        Actions=[people, forward(signed) | {"Order": 2}],
    )
    ruled = scene.targets("ruled", scene.instance("ruled", behind)["InstanceId"])
    elb.create_rule(
        ListenerArn=listener,
        Conditions=[{"Field": "path-pattern", "Values": ["/shop"]}],
        Priority=3,
        Actions=[forward(ruled)],
    )
    deaf = scene.instance("deaf", scene.group("deaf", 9090, front))
    scene.listener(public, forward(scene.targets("deaf", deaf["InstanceId"])), port=81)
    inner = scene.balancer("inner", front, scheme="internal")
    scene.listener(
        inner, forward(scene.targets("in", scene.instance("inside", behind)["InstanceId"]))
    )
    shut = scene.balancer("shut", scene.group("few", 80, "52.1.2.0/24"))
    scene.listener(shut, forward(scene.targets("few", scene.instance("few", behind)["InstanceId"])))
    scene.targets("loose", scene.instance("loose", behind)["InstanceId"])


def test_an_instance_without_an_address_is_reached_through_a_load_balancer(
    account: Account,
) -> None:
    _balanced(Scene(account))
    told = walked(account)
    assert standings(told) == {
        "web": "reached",
        "ruled": "reached",
        "office": "no way",
        "signed": "no way",
        "deaf": "no way",
        "inside": "no way",
        "few": "no way",
        "loose": "no way",
    }
    reached, sent, runs, _ = sentences(told, "web")
    assert reached == "the internet reaches port 80 of the load balancer public"
    assert sent.startswith("public sends what comes on to i-")
    assert sent.endswith("(target group web)")
    assert "runs as" in runs
    assert {one.by for path in told.paths for one in path.hops[:1]} != {()}


def test_a_network_balancer_shows_instances_who_asked(account: Account) -> None:
    scene = Scene(account)
    own = "10.0.0.0/16"
    for name, kind, source in (
        ("open", "instance", WORLD),
        ("own", "instance", own),
        ("closed", "instance", "10.9.0.0/16"),
        ("address", "ip", own),
    ):
        machine = scene.instance(name, scene.group(name, 8080, source))
        target = machine["InstanceId"] if kind == "instance" else machine["PrivateIpAddress"]
        group = scene.targets(name, target, kind=kind, protocol="TCP")
        balancer = scene.balancer(name, kind="network")
        scene.listener(balancer, forward(group), protocol="TCP")
    assert standings(walked(account)) == {
        "open": "reached",
        "own": "perhaps",
        "closed": "no way",
        "address": "reached",
    }


def test_a_function_behind_a_balancer_has_to_let_it_in(account: Account) -> None:
    scene = Scene(account)
    groups = [scene.group(f"front-{port}", port, WORLD) for port in (80, 81)]
    public = scene.balancer("public", *groups)
    for port, (name, is_let) in enumerate((("let", True), ("other", False)), 80):
        group = scene.targets(name, kind="lambda")
        function = scene.function(name)
        elb = scene.client("elbv2")
        elb.register_targets(TargetGroupArn=group, Targets=[{"Id": function}])
        scene.may_call(name, "elasticloadbalancing", group if is_let else f"{group}-of-before")
        scene.listener(public, forward(group), port=port)
    assert standings(walked(account)) == {"let": "reached", "other": "no way"}
    blind = without(account.read(READING), "lambda:GetPolicy")
    assert standings(walked_in(blind)) == {"let": "perhaps", "other": "perhaps"}


def test_a_balancer_before_a_balancer_and_a_classic_one(account: Account) -> None:
    scene = Scene(account)
    inner_group = scene.group("inner", 80, "10.0.0.0/16")
    inner = scene.balancer("inner", inner_group, scheme="internal")
    machine = scene.instance("chained", scene.group("behind", 8080, inner_group))
    scene.listener(inner, forward(scene.targets("web", machine["InstanceId"])))
    scene.listener(inner, NOTHING, port=81)
    chain = scene.targets("chain", inner, kind="alb", port=80, protocol="TCP")
    scene.listener(scene.balancer("outer", kind="network"), forward(chain), protocol="TCP")
    old = scene.group("old", 80, WORLD)
    machine = scene.instance("classic", scene.group("by-old", 8080, old))
    elb = scene.client("elb")
    elb.create_load_balancer(
        LoadBalancerName="old",
        Subnets=list(scene.at.subnets),
        SecurityGroups=[old],
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 8080}],
    )
    elb.register_instances_with_load_balancer(
        LoadBalancerName="old", Instances=[{"InstanceId": machine["InstanceId"]}]
    )
    told = walked(account)
    assert standings(told) == {"chained": "reached", "classic": "reached"}
    assert sentences(told, "chained")[1] == (
        "outer sends what comes on to the load balancer inner:80"
    )


def test_what_may_not_be_read_of_balancers_hides_ways_and_is_told(account: Account) -> None:
    scene = Scene(account)
    front = scene.group("front", 80, WORLD)
    behind = scene.group("behind", 8080, front)
    listener = scene.listener(scene.balancer("public", front), NOTHING)
    ruled = scene.targets("ruled", scene.instance("ruled", behind)["InstanceId"])
    scene.client("elbv2").create_rule(
        ListenerArn=listener,
        Conditions=[{"Field": "path-pattern", "Values": ["/shop"]}],
        Priority=3,
        Actions=[forward(ruled)],
    )
    scene.instance("loose", behind)
    secret = {"TagSet": [{"Key": "classification", "Value": "confidential"}]}
    for name in ("ruled", "loose"):
        account.client("s3").put_bucket_tagging(Bucket=name, Tagging=secret)
    whole = account.read(READING)
    assert judged(whole) == {"ruled": "fail", "loose": "pass"}
    assert standings(walked_in(whole)) == {"ruled": "reached", "loose": "no way"}
    for call, ruled_is in {
        "elbv2:DescribeRules": "perhaps",
        "elbv2:DescribeTargetHealth": "not known",
        "elbv2:DescribeTargetGroups": "not known",
        "elbv2:DescribeListeners": "not known",
        "elbv2:DescribeLoadBalancers": "not known",
        "ec2:DescribeSecurityGroups": "perhaps",
        "ec2:DescribeSubnets": "not known",
        "ec2:DescribeRouteTables": "perhaps",
    }.items():
        told = walked_in(without(whole, call))
        assert standings(told)["ruled"] == ruled_is, call
        assert "no way" not in standings(told).values() or ruled_is == "perhaps", call
        assert told.unknown, call
        assert judged(without(whole, call))["ruled"] == "unknown", call
        assert "pass" not in judged(without(whole, call)).values() or ruled_is == "perhaps", call


def _contained(scene: Scene) -> None:
    ecs, secrets = scene.client("ecs"), scene.client("secretsmanager")
    ecs.create_cluster(clusterName="shop")
    world, few = scene.group("world", 8080, WORLD), scene.group("few", 8080, "52.1.2.0/24")
    front = scene.group("front", 80, WORLD)
    by_front = scene.group("by-front", 8080, front)
    scene.service("open", scene.definition("open"), world, public=True)
    scene.service("shut", scene.definition("shut"), few, public=True)
    scene.service("inner", scene.definition("inner"), world)
    scene.service("starter", scene.definition("starter", of="execution"), world, public=True)
    public = scene.balancer("public", front)
    group = scene.targets("web", kind="ip")
    scene.listener(public, forward(group))
    scene.service("behind", scene.definition("behind"), by_front, behind=group)
    scene.service("deaf", scene.definition("deaf"), few, behind=group)
    held = secrets.create_secret(Name="held", SecretString="x")["ARN"]
    kept = secrets.create_secret(Name="kept", SecretString="x")["ARN"]
    given = [{"name": "PASSWORD", "valueFrom": f"{held}:password::"}]
    scene.service("given", scene.definition("given", secrets=given), world, public=True)
    given = [{"name": "PASSWORD", "valueFrom": kept}]
    scene.service("keeps", scene.definition("keeps", secrets=given), world)


def test_services_of_containers_by_an_address_and_behind_a_balancer(account: Account) -> None:
    _contained(Scene(account))
    told = walked(account)
    assert standings(told) == {
        "open": "reached",
        "shut": "no way",
        "inner": "no way",
        "starter": "no way",
        "behind": "reached",
        "deaf": "no way",
        "given": "reached",
        "keeps": "no way",
        "held": "reached",
        "kept": "no way",
    }
    assert sentences(told, "held")[-1].endswith("in its environment, as PASSWORD")
    assert sentences(told, "behind")[1] == (
        "public sends what comes on to behind (target group web)"
    )


def test_a_task_that_no_service_keeps_runs_as_the_role_it_was_started_with(
    account: Account,
) -> None:
    scene = Scene(account)
    ecs = scene.client("ecs")
    ecs.create_cluster(clusterName="shop")
    world = scene.group("world", 8080, WORLD)
    definition, other = scene.definition("defined"), scene.bucket("started", "ecs-tasks")
    begin = "arn:aws:ecs:eu-west-1:123456789012:task/shop/"
    tasks = [
        {
            "taskArn": f"{begin}{name}",
            "taskDefinitionArn": definition,
            "group": group,
            "attachments": [{"details": [{"name": "networkInterfaceId", "value": f"eni-{name}"}]}],
            **more,
        }
        for name, group, more in (
            ("a", "family:defined", {}),
            ("b", "family:defined", {"overrides": {"taskRoleArn": other}}),
            ("kept", "service:open", {}),
        )
    ]
    listed = {"taskArns": [one["taskArn"] for one in tasks]}
    account.answers["ecs:ListTasks"] = lambda _: listed
    account.answers["ecs:DescribeTasks"] = lambda _: {"tasks": tasks}

    def interfaces(**more: object) -> dict[str, object]:
        place = {"SubnetId": scene.at.subnets[0], "VpcId": scene.at.vpc}
        told = {"Groups": [{"GroupId": world}], **place, **more}
        return {"NetworkInterfaces": [told | {"NetworkInterfaceId": f"eni-{one}"} for one in "ab"]}

    account.answers["ec2:DescribeNetworkInterfaces"] = lambda _: interfaces()
    assert set(standings(walked(account)).values()) == {"no way"}
    public = interfaces(Association={"PublicIp": "52.0.0.1"})
    account.answers["ec2:DescribeNetworkInterfaces"] = lambda _: public
    whole = account.read(READING)
    assert standings(walked_in(whole)) == {"defined": "reached", "started": "reached"}
    for call in ("ecs:ListTasks", "ecs:DescribeTasks", "ec2:DescribeNetworkInterfaces"):
        assert set(standings(walked_in(without(whole, call))).values()) == {"not known"}, call
    blind = standings(walked_in(without(whole, "ecs:DescribeTaskDefinition")))
    assert blind == {"defined": "not known", "started": "reached"}


def test_tasks_in_networks_of_version_six_are_reached_without_being_given_an_address(
    account: Account,
) -> None:
    scene = Scene(account)
    ecs, ec2 = scene.client("ecs"), scene.client("ec2")
    ecs.create_cluster(clusterName="shop")
    world = scene.group("world", 8080, "::/0")
    scene.service("six", scene.definition("six"), world)
    task = {
        "taskArn": "arn:aws:ecs:eu-west-1:123456789012:task/shop/a",
        "taskDefinitionArn": "x",
        "group": "service:six",
        "attachments": [{"details": [{"name": "networkInterfaceId", "value": "eni-a"}]}],
    }
    account.answers["ecs:ListTasks"] = lambda _: {"taskArns": [task["taskArn"]]}
    account.answers["ecs:DescribeTasks"] = lambda _: {"tasks": [task]}
    place = {"SubnetId": scene.at.subnets[0], "VpcId": scene.at.vpc, "NetworkInterfaceId": "eni-a"}
    interface = place | {"Groups": [{"GroupId": world}]}
    account.answers["ec2:DescribeNetworkInterfaces"] = lambda _: {"NetworkInterfaces": [interface]}
    tables = ec2.describe_route_tables()["RouteTables"]
    for one in tables:
        for route in one["Routes"]:
            if route.get("GatewayId", "").startswith("igw-"):
                route["DestinationIpv6CidrBlock"] = "::/0"
    account.answers["ec2:DescribeRouteTables"] = lambda _: {"RouteTables": tables}
    account.answers["ec2:DescribeNetworkAcls"] = lambda _: {"NetworkAcls": []}
    assert standings(walked(account)) == {"six": "no way"}
    interface["Ipv6Addresses"] = [{"Ipv6Address": "2001:db8::1"}]
    assert standings(walked(account)) == {"six": "reached"}


def test_pods_behind_a_balancer_may_be_whomever_their_cluster_makes_them(account: Account) -> None:
    scene = Scene(account)
    iam, eks = scene.client("iam"), scene.client("eks")
    role = iam.create_role(RoleName="cluster", AssumeRolePolicyDocument=trust("*"))["Role"]["Arn"]
    iam.update_assume_role_policy(
        RoleName="cluster", PolicyDocument=trust({"Service": "eks.amazonaws.com"})
    )
    made = eks.create_cluster(
        name="shop", roleArn=role, resourcesVpcConfig={"subnetIds": list(scene.at.subnets)}
    )["cluster"]
    host = made["identity"]["oidc"]["issuer"].partition("://")[2]
    for name, issuer in (("vouched", host), ("other", f"{host}0")):
        scene.bucket(name, "ec2")
        provider = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"}
        subject = {"StringEquals": {f"{issuer}:sub": "system:serviceaccount:shop:web"}}
        web = {"Action": "sts:AssumeRoleWithWebIdentity", "Condition": subject}
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust(provider, **web))
    given = scene.bucket("given", "pods.eks")
    about = {"clusterName": "shop", "namespace": "shop", "serviceAccount": "api"}
    arn = f"arn:aws:eks:eu-west-1:{ACCOUNT}:podidentityassociation/shop/a-1"
    listed = about | {"associationArn": arn, "associationId": "a-1"}
    account.answers["eks:ListPodIdentityAssociations"] = lambda _: {"associations": [listed]}
    described = {"association": listed | {"roleArn": given}}
    account.answers["eks:DescribePodIdentityAssociation"] = lambda _: described
    front = scene.group("front", 80, WORLD)
    machine = scene.instance("machine", scene.group("behind", 8080, front))
    group = scene.targets("pods", machine["PrivateIpAddress"], kind="ip")
    scene.listener(scene.balancer("public", front), forward(group))
    assert standings(walked(account)) == {
        "machine": "reached",
        "vouched": "perhaps",
        "other": "no way",
        "given": "perhaps",
    }
    network = {"endpointPublicAccess": True, "publicAccessCidrs": ["52.1.2.0/24"]}
    shut = {"cluster": made | {"resourcesVpcConfig": made["resourcesVpcConfig"] | network}}
    account.answers["eks:DescribeCluster"] = lambda _: shut
    assert standings(walked(account))["vouched"] == "no way"
    tags = [{"Key": "kubernetes.io/cluster/shop", "Value": "owned"}]
    account.client("ec2").create_tags(Resources=[machine["InstanceId"]], Tags=tags)
    whole = account.read(READING)
    assert standings(walked_in(whole))["vouched"] == "perhaps"
    assert sentences(walked_in(whole), "given")[-2] == "pods of shop/api in shop are given"
    blind = standings(walked_in(without(whole, "eks:ListPodIdentityAssociations")))
    assert (blind["given"], blind["other"]) == ("not known", "not known")
