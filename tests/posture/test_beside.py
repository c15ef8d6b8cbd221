"""Whether something the internet comes to may connect to a database, of which `none` is told."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.posture.test_across import (
    FRONT,
    LAMBDA,
    WEB,
    Parts,
    document,
    front,
    read_of,
    role,
    statement,
)
from tests.posture.test_reaching import DENIED, OTHERS, reach, shared

from ringwall.inventory.reaching import Reach
from ringwall.posture.reaching import coming

HERE = f"eu-west-1:{FRONT}"
DATABASE = f"aws-rds-instance/arn:aws:rds:{HERE}:db:ledger"
CLUSTER = f"aws-rds-cluster/arn:aws:rds:{HERE}:cluster:ledger"
SUBNETS = {"VpcId": "vpc-1", "Subnets": [{"SubnetIdentifier": "subnet-in"}]}
OUT = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}
LOCAL = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}
FUNCTION = f"arn:aws:lambda:{HERE}:function:front"


def listed(kind: str, name: str, **told: Any) -> Parts:
    return {f"{kind}/{name}": {"listed": told}}


def database(**more: Any) -> Parts:
    told = {
        "DBInstanceIdentifier": "ledger",
        "PubliclyAccessible": False,
        "DBSubnetGroup": SUBNETS,
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-db"}],
    }
    return {DATABASE: {"listed": told | more}}


def cluster(**more: Any) -> Parts:
    told = {
        "DBClusterIdentifier": "ledger",
        "DBSubnetGroup": "inside",
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-db"}],
    }
    return {CLUSTER: {"listed": told | more}}


def table(*routes: Any, name: str = "rtb-in", subnet: str = "subnet-in", **more: Any) -> Parts:
    associations = [{"SubnetId": subnet}]
    told = {"VpcId": "vpc-1", "Routes": [LOCAL, *routes], "Associations": associations}
    return listed("aws-ec2-route-table", name, **(told | more))


def group(name: str, *froms: str) -> Parts:
    """A security group that lets in networks, other groups and lists of prefixes."""
    rule = {
        "IpProtocol": "tcp",
        "FromPort": 5432,
        "ToPort": 5432,
        "IpRanges": [{"CidrIp": one} for one in froms if "." in one],
        "Ipv6Ranges": [{"CidrIpv6": one} for one in froms if ":" in one],
        "UserIdGroupPairs": [{"GroupId": one} for one in froms if one.startswith("sg-")],
        "PrefixListIds": [{"PrefixListId": one} for one in froms if one.startswith("pl-")],
    }
    told = {"GroupId": name, "VpcId": "vpc-1", "IpPermissions": [rule] if froms else []}
    return listed("aws-ec2-security-group", name, **told)


def interface(address: str, of: str, **more: Any) -> dict[str, Any]:
    place = {"SubnetId": "subnet-in", "VpcId": "vpc-1", "InterfaceType": "interface"}
    return place | {"PrivateIpAddress": address, "Groups": [{"GroupId": of}]} | more


def alone(name: str, told: dict[str, Any]) -> Parts:
    """An interface that is of no instance."""
    return listed("aws-ec2-network-interface", name, **told)


def instance(name: str, address: str, of: str, **more: Any) -> Parts:
    arn = f"arn:aws:ec2:{HERE}:instance/{name}"
    return listed("aws-ec2-instance", arn, NetworkInterfaces=[interface(address, of, **more)])


PUBLIC: dict[str, Any] = {"Association": {"PublicIp": "52.0.0.1"}, "SubnetId": "subnet-out"}
OUTSIDE = table(OUT, name="rtb-out", subnet="subnet-out")
INSIDE = (table(), OUTSIDE)
WEB_OPEN = (
    group("sg-web", "0.0.0.0/0"),
    instance("i-web", "10.0.9.1", "sg-web", **PUBLIC),
)
APP = (group("sg-app", "10.0.2.0/24"), instance("i-app", "10.0.1.1", "sg-app"))
FOR_APP = group("sg-db", "sg-app")
IN_NETWORK = {"VpcId": "vpc-1", "SecurityGroupIds": ["sg-fn"], "SubnetIds": ["subnet-in"]}
OF_FUNCTIONS = alone("eni-fn", interface("10.0.3.1", "sg-fn", InterfaceType="lambda"))


def function(policy: Any = None, urls: Any = ()) -> Parts:
    """A function in the network, whose group the database lets in."""
    about: dict[str, Any] = {"listed": {"Role": WEB, "VpcConfig": IN_NETWORK}, "urls": list(urls)}
    return {f"aws-lambda-function/{FUNCTION}": {**about, "policy": policy}}


def by_function(*parts: Parts) -> tuple[Parts, ...]:
    return (database(), group("sg-db", "sg-fn"), group("sg-fn"), OF_FUNCTIONS, *INSIDE, *parts)


READS = role(WEB, LAMBDA, statement(["s3:*", "ec2:Describe*", "logs:PutLogEvents"]))
PEERED = {"DestinationCidrBlock": "10.7.0.0/16", "VpcPeeringConnectionId": "pcx-1"}
RDS = {"RequesterId": "amazon-rds", "Description": "RDSNetworkInterface"}
CALLED = (front(), READS)


INNER, PROFILE = f"arn:aws:iam::{FRONT}:role/inner", f"arn:aws:iam::{FRONT}:instance-profile/i"
INSIDE_FUNCTION = f"arn:aws:lambda:{HERE}:function:inside"


def changing(name: str, address: str, of: str, **more: Any) -> tuple[Parts, Parts]:
    """An instance with a role that may change security groups."""
    made = role(
        INNER, {"Service": "ec2.amazonaws.com"}, statement("ec2:AuthorizeSecurityGroupIngress")
    )
    details = made[f"aws-iam-role/{INNER}"]["details"] | {"InstanceProfileList": [{"Arn": PROFILE}]}
    arn, card = f"arn:aws:ec2:{HERE}:instance/{name}", interface(address, of, **more)
    its = {"NetworkInterfaces": [card], "IamInstanceProfile": {"Arn": PROFILE}}
    return {f"aws-iam-role/{INNER}": {"details": details}}, listed("aws-ec2-instance", arn, **its)


def inside(policy: Any, *may: Any) -> tuple[Parts, Parts]:
    """Another function in the network, and its role."""
    about = {"listed": {"Role": INNER, "VpcConfig": IN_NETWORK}, "urls": [], "policy": policy}
    return {f"aws-lambda-function/{INSIDE_FUNCTION}": about}, role(INNER, LAMBDA, *may)


def lets(who: Any, action: str = "lambda:InvokeFunction", **more: Any) -> Any:
    return document(statement(action, INSIDE_FUNCTION, Principal=who, **more))


def by_distribution(of: str) -> Any:
    """What lets a distribution of an account call; of nobody's, where it is empty."""
    is_of = {"StringEquals": {"aws:SourceArn": f"arn:aws:cloudfront::{of}:distribution/E1"}}
    more = {"Condition": is_of} if of else {}
    return lets({"Service": "cloudfront.amazonaws.com"}, "lambda:InvokeFunctionUrl", **more)


PROXY = {"RequesterId": "amazon-rds", "Description": "Network interface for DBProxy shop"}


def containers() -> Iterator[Parts]:
    """A task of a service behind a public balancer, on instances that are not told."""
    begin = f"arn:aws:elasticloadbalancing:{HERE}"
    balancer, targets = f"{begin}:loadbalancer/app/web/1", f"{begin}:targetgroup/web/1"
    task = f"arn:aws:ecs:{HERE}:task-definition/web:1"
    yield listed(
        "aws-elbv2-load-balancer",
        balancer,
        Scheme="internet-facing",
        Type="application",
        VpcId="vpc-1",
        SecurityGroups=["sg-lb"],
        AvailabilityZones=[{"SubnetId": "subnet-out"}],
    )
    yield group("sg-lb", "0.0.0.0/0")
    place = {"SubnetId": "subnet-out", "VpcId": "vpc-1", "CidrBlock": "10.0.9.0/24"}
    yield listed("aws-ec2-subnet", "subnet-out", **place)
    listener = {
        "LoadBalancerArn": balancer,
        "Port": 5432,
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": targets}],
    }
    about = {"listed": listener, "rules": []}
    yield {f"aws-elbv2-listener/{begin}:listener/app/web/1/1": about}
    told = {"TargetType": "instance", "VpcId": "vpc-1", "LoadBalancerArns": [balancer]}
    yield {f"aws-elbv2-target-group/{targets}": {"listed": told, "targets": []}}
    service = {
        "taskDefinition": task,
        "loadBalancers": [{"targetGroupArn": targets, "containerName": "web", "containerPort": 80}],
    }
    definition = {"networkMode": "bridge", "taskRoleArn": WEB}
    kept = {"described": service, "definition": definition}
    yield {f"aws-ecs-service/arn:aws:ecs:{HERE}:service/main/web": kept}


SHUT: tuple[tuple[str, tuple[Parts, ...]], ...] = (
    ("nothing is let in", (database(), group("sg-db"), *INSIDE, *WEB_OPEN)),
    ("only what is shut", (database(), FOR_APP, *APP, *INSIDE, *WEB_OPEN)),
    ("only addresses of the shut", (database(), group("sg-db", "10.0.1.0/24"), *APP, *INSIDE)),
    ("its own group", (database(), group("sg-db", "sg-db"), *INSIDE, *WEB_OPEN)),
    (
        "addresses beside one that is open",
        (database(), group("sg-db", "10.0.0.0/21", "10.0.9.2/32"), *INSIDE, *WEB_OPEN),
    ),
    (
        "public, but no gateway leads to it",
        (database(PubliclyAccessible=True), group("sg-db", "52.1.2.0/24"), *INSIDE),
    ),
    (
        "of both versions, but strangers are not let in",
        (database(NetworkType="DUAL"), group("sg-db", "10.0.0.0/16", "fd00::/8"), table(OUT)),
    ),
    (
        "another database beside it",
        (
            *(database(), group("sg-db", "10.0.0.0/16"), *INSIDE),
            alone("eni-db", interface("10.0.1.9", "sg-db", **RDS)),
        ),
    ),
    ("a function that nobody calls", by_function(function(), READS)),
    ("a function for a distribution of ours", by_function(*inside(by_distribution(FRONT)))),
    ("a function of others' beside it reads data", (database(), group("sg-db"), *INSIDE, *CALLED)),
    (
        "a way to another network that it lets nobody in from",
        (database(), group("sg-db", "10.0.1.0/24"), table(PEERED)),
    ),
    (
        "the way out for updates",
        (
            database(),
            group("sg-db", "10.0.0.0/16"),
            table({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}),
        ),
    ),
    (
        "an endpoint for buckets",
        (
            database(),
            group("sg-db", "10.0.0.0/16"),
            table({"DestinationPrefixListId": "pl-s3", "GatewayId": "vpce-1"}),
        ),
    ),
)
OPEN: tuple[tuple[str, str, tuple[Parts, ...]], ...] = (
    (
        "public, and let in from all over in two halves",
        "public address",
        (database(PubliclyAccessible=True), group("sg-db", "0.0.0.0/1"), table(OUT)),
    ),
    (
        "public, and let in from an office",
        "let in strangers",
        (database(PubliclyAccessible=True), group("sg-db", "52.1.2.0/24"), table(OUT)),
    ),
    (
        "it is not told whether it is public",
        "let in strangers",
        (database(PubliclyAccessible=None), group("sg-db", "52.1.2.0/24"), table(OUT)),
    ),
    (
        "the main routes lead to it",
        "let in strangers",
        (
            database(PubliclyAccessible=True),
            group("sg-db", "52.1.2.0/24"),
            table(OUT, Associations=[{"Main": True}]),
        ),
    ),
    (
        "it may be come to by version 6",
        "let in strangers",
        (database(NetworkType="DUAL"), group("sg-db", "2000::/3"), table(OUT)),
    ),
    (
        "the group of what is open",
        "i-web, which the internet comes to, or may",
        (database(), group("sg-db", "sg-web"), *INSIDE, *WEB_OPEN),
    ),
    (
        "the address of what is open",
        "i-web, which the internet comes to, or may",
        (database(), group("sg-db", "10.0.9.0/24"), *INSIDE, *WEB_OPEN),
    ),
    (
        "what is open may connect to what it lets in",
        "i-app, which may be connected to",
        (
            *(database(), FOR_APP, *INSIDE, *WEB_OPEN),
            *(group("sg-app", "sg-web"), instance("i-app", "10.0.1.1", "sg-app")),
        ),
    ),
    (
        "open to some by datagrams",
        "i-vpn, which has a public address",
        (
            *(database(), group("sg-db", "sg-vpn"), *INSIDE),
            *(group("sg-vpn", "52.1.2.3/32"), instance("i-vpn", "10.0.9.4", "sg-vpn", **PUBLIC)),
        ),
    ),
    (
        "what is open passes on what others send",
        "i-web",
        (
            *(database(), group("sg-db", "10.0.1.0/24"), *INSIDE, group("sg-web", "0.0.0.0/0")),
            instance("i-web", "10.0.9.1", "sg-web", SourceDestCheck=False, **PUBLIC),
        ),
    ),
    (
        "an interface of who knows what",
        "of which it is not known who comes to it",
        (*(database(), FOR_APP, *APP, *INSIDE), alone("eni-x", interface("10.0.1.7", "sg-app"))),
    ),
    (
        "a balancer for networks",
        "of which it is not known who comes to it",
        (
            *(database(), group("sg-db", "52.0.0.0/8"), *INSIDE),
            alone(
                "eni-lb",
                interface("10.0.1.7", "sg-db", InterfaceType="network_load_balancer", Groups=[]),
            ),
        ),
    ),
    (
        "a public balancer",
        "which is public",
        (
            *(database(), group("sg-db", "sg-lb"), group("sg-lb"), *INSIDE),
            alone("eni-lb", interface("10.0.9.7", "sg-lb", RequesterId="amazon-elb", **PUBLIC)),
        ),
    ),
    (
        "a function that is called from the internet",
        "the function front, which may be come to",
        by_function(
            function(
                shared("*", "lambda:InvokeFunctionUrl"),
                [{"FunctionUrl": "https://front", "AuthType": "NONE"}],
            ),
            role(WEB, LAMBDA),
        ),
    ),
    (
        "a function that another account calls",
        "the function front, which may be come to",
        by_function(function(shared(OTHERS, "lambda:InvokeFunction")), READS),
    ),
    (
        "a function that events call",
        "the function front, which may be come to",
        by_function(
            function(shared({"Service": "events.amazonaws.com"}, "lambda:InvokeFunction")), READS
        ),
    ),
    (
        "a function whose alias another account calls",
        "the function front, which may be come to",
        by_function(
            function(),
            READS,
            {
                f"aws-lambda-alias/{FUNCTION}:live": {
                    "policy": shared(OTHERS, "lambda:InvokeFunction")
                }
            },
        ),
    ),
    (
        "containers that are come to may run on what it lets in",
        "i-app, on which containers that are come to may run",
        (
            *(database(), FOR_APP, *APP, *INSIDE),
            role(WEB, {"Service": "ecs-tasks.amazonaws.com"}),
            *containers(),
        ),
    ),
    (
        "another network is let in",
        "what vpc-1 has routes to",
        (database(), group("sg-db", "10.0.0.0/8"), table(PEERED)),
    ),
    (
        "whoever comes by a gateway of transit",
        "i-app, which may be connected to",
        (
            *(database(), FOR_APP, *INSIDE, group("sg-app", "192.168.0.0/16")),
            instance("i-app", "10.0.1.1", "sg-app"),
            table(
                {"DestinationCidrBlock": "192.168.0.0/16", "TransitGatewayId": "tgw-1"},
                name="rtb-far",
                subnet="subnet-far",
            ),
        ),
    ),
    (
        "a group of another account",
        "a group of another account",
        (database(), group("sg-db", "sg-theirs"), *INSIDE),
    ),
    ("a list of prefixes that is not known", "pl-1", (database(), group("sg-db", "pl-1"), *INSIDE)),
    (
        "a list of AWS's own",
        "pl-aws",
        (
            *(database(), group("sg-db", "pl-aws"), *INSIDE),
            listed("aws-ec2-prefix-list", "l", PrefixListId="pl-aws", OwnerId="AWS"),
        ),
    ),
    ("its group is not there", "sg-db is not known", (database(), *INSIDE)),
    ("no group", "not known", (database(VpcSecurityGroups=[]), group("sg-db"), *INSIDE)),
    ("no network", "not known", (database(DBSubnetGroup=None), group("sg-db"), *INSIDE)),
    ("no routes", "routes of vpc-1 are not known", (database(), group("sg-db"))),
    (
        "the network is another account's",
        "it is shared",
        (database(), group("sg-db", "10.0.0.0/16"), table(OwnerId="999988887777")),
    ),
    (
        "groups of an old kind",
        "not read",
        (database(DBSecurityGroups=[{"x": "y"}]), group("sg-db"), *INSIDE),
    ),
    (
        "who is come to changes groups",
        "may more than read",
        (
            *(database(), group("sg-db"), *INSIDE, front()),
            role(WEB, LAMBDA, statement("ec2:AuthorizeSecurityGroupIngress")),
        ),
    ),
    (
        "who is come to commands instances",
        "may more than read",
        (
            *(database(), group("sg-db"), *INSIDE, front()),
            role(WEB, LAMBDA, statement(["s3:GetObject", "ssm:Send*"])),
        ),
    ),
    (
        "who is come to does all but a few",
        "may",
        (
            *(database(), group("sg-db"), *INSIDE, front()),
            role(WEB, LAMBDA, {"Effect": "Allow", "NotAction": "rds*:*", "Resource": "*"}),
        ),
    ),
    (
        "what is open may connect to who changes groups",
        "may more than read",
        (
            *(database(), group("sg-db"), *INSIDE, *WEB_OPEN, group("sg-app", "sg-web")),
            *changing("i-app", "10.0.1.1", "sg-app"),
        ),
    ),
    (
        "a public balancer may connect to who changes groups",
        "may more than read",
        (
            *(database(), group("sg-db"), *INSIDE, group("sg-lb"), group("sg-app", "sg-lb")),
            alone("eni-lb", interface("10.0.9.7", "sg-lb", RequesterId="amazon-elb", **PUBLIC)),
            *changing("i-app", "10.0.1.1", "sg-app"),
        ),
    ),
    (
        "who is open to some changes groups",
        "may more than read",
        (
            *(database(), group("sg-db"), *INSIDE, group("sg-vpn", "52.1.2.3/32")),
            *changing("i-vpn", "10.0.9.4", "sg-vpn", **PUBLIC),
        ),
    ),
    (
        "a function whose policy lets in who is come to",
        "the function inside",
        by_function(front(), role(WEB, LAMBDA), *inside(lets({"AWS": WEB}))),
    ),
    (
        "a session of a role calls a function",
        "the function inside",
        by_function(*inside(lets({"AWS": f"arn:aws:sts::{FRONT}:assumed-role/web/any"}))),
    ),
    (
        "a function for a distribution of another account",
        "the function inside",
        by_function(*inside(by_distribution("999988887777"))),
    ),
    (
        "a function for any distribution",
        "the function inside",
        by_function(*inside(by_distribution(""))),
    ),
    (
        "a function that has no interface at the moment",
        "the function front",
        (
            *(database(), group("sg-db", "sg-fn"), group("sg-fn"), *INSIDE, role(WEB, LAMBDA)),
            function(
                shared("*", "lambda:InvokeFunctionUrl"),
                [{"FunctionUrl": "https://front", "AuthType": "NONE"}],
            ),
        ),
    ),
    (
        "a function that takes what is in a queue",
        "the function inside",
        by_function(*inside(None, statement("sqs:ReceiveMessage"))),
    ),
    (
        "a proxy of databases, with an end of its own",
        "DBProxy",
        (
            *(database(), group("sg-db", "sg-proxy"), group("sg-proxy"), *INSIDE, *WEB_OPEN),
            group("sg-end", "sg-web"),
            alone("eni-p", interface("10.0.1.20", "sg-proxy", **PROXY)),
            alone("eni-e", interface("10.0.1.21", "sg-end", **PROXY)),
        ),
    ),
    (
        "a role that another account takes restores it",
        "",
        (
            *(database(), group("sg-db"), *INSIDE),
            role(WEB, OTHERS, statement("rds:CreateDBSnapshot")),
        ),
    ),
)


@pytest.mark.parametrize(("told", "parts"), SHUT, ids=[told for told, _ in SHUT])
def test_that_nothing_connects_to_a_database_is_told_where_all_is_known(
    told: str, parts: tuple[Parts, ...]
) -> None:
    made = read_of(FRONT, *parts)
    assert reach(made, DATABASE) is Reach.NONE, coming(made, FRONT).unsure.get(DATABASE)


@pytest.mark.parametrize(("told", "why", "parts"), OPEN, ids=[told for told, *_ in OPEN])
def test_what_may_connect_or_is_not_known_leaves_a_database_unknown(
    told: str, why: str, parts: tuple[Parts, ...]
) -> None:
    made = read_of(FRONT, *parts)
    assert reach(made, DATABASE) in {Reach.UNKNOWN, Reach.INTERNET}, told
    assert why in coming(made, FRONT).unsure[DATABASE], told


READ = (
    *("aws-ec2-security-group", "aws-ec2-route-table", "aws-ec2-network-interface"),
    *("aws-ec2-instance", "aws-lambda-function", "aws-lambda-alias", "aws-rds-instance"),
    *("aws-rds-cluster", "aws-ec2-prefix-list", "aws-elbv2-load-balancer", "aws-iam-role"),
)


@pytest.mark.parametrize("kind", READ)
def test_a_denied_listing_leaves_a_database_unknown(kind: str) -> None:
    parts = (*(database(), group("sg-db", "sg-app", "pl-1"), *APP, *INSIDE), *LISTS)
    assert reach(read_of(FRONT, *parts), DATABASE) is Reach.NONE
    assert reach(read_of(FRONT, *parts, unlisted=(kind,)), DATABASE) is Reach.UNKNOWN


LISTS = (
    {
        "aws-ec2-prefix-list/l": {
            "listed": {"PrefixListId": "pl-1", "OwnerId": FRONT},
            "entries": [{"Cidr": "10.0.1.0/24"}],
        }
    },
)


@pytest.mark.parametrize(
    "parts",
    [
        (
            group("sg-db", "pl-1"),
            {"aws-ec2-prefix-list/l": {**LISTS[0]["aws-ec2-prefix-list/l"], "entries": DENIED}},
        ),
        by_function(function(DENIED))[1:],
    ],
)
def test_a_denied_read_leaves_a_database_unknown(parts: tuple[Parts, ...]) -> None:
    assert reach(read_of(FRONT, database(), *INSIDE, *parts), DATABASE) is Reach.UNKNOWN


OF_CLUSTER = {"DBClusterIdentifier": "ledger"}


def test_a_cluster_is_reached_over_itself_and_its_instances() -> None:
    def reached(*parts: Parts) -> tuple[Reach, Reach]:
        made = read_of(FRONT, *parts, group("sg-db", "sg-app"), *APP, *INSIDE, *WEB_OPEN)
        return reach(made, CLUSTER), reach(made, DATABASE)

    member = database(**OF_CLUSTER)
    assert reached(cluster(), member) == (Reach.NONE, Reach.NONE)
    assert reached(cluster(PubliclyAccessible=True), member) == (Reach.UNKNOWN, Reach.UNKNOWN)
    assert reached(cluster(InternetAccessGatewayEnabled=True), member)[0] is Reach.UNKNOWN
    let_in = [{"VpcSecurityGroupId": "sg-web"}]
    assert reached(cluster(VpcSecurityGroups=let_in), member) == (Reach.UNKNOWN, Reach.UNKNOWN)
    shared = database(**OF_CLUSTER, VpcSecurityGroups=let_in)
    assert reached(cluster(), shared) == (Reach.UNKNOWN, Reach.UNKNOWN)
    assert reached(cluster(), database())[0] is Reach.UNKNOWN, "no instance says where it is"
    assert reached(member)[1] is Reach.UNKNOWN, "its cluster is not known"
