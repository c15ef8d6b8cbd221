"""The internet does not reach databases, queues and file shares on instances.

Why: many of them ask for no password as they come, and all hold what is worth to be taken.
Fix: let only the security groups of those in that need it.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import FROM_UNTRUSTED, NOT_PUBLIC, NOT_REACHED, PERIMETER
from ringwall.posture.checks.aws.exposure import READS, instance_reach
from ringwall.posture.checks.aws.openings import those_in
from ringwall.posture.checks.aws.scenes import (
    BLOCKED_REGION,
    LIST_GROUP,
    OPEN_REGION,
    SPARED_REGION,
    SUBNET,
    WORLD_TABLE,
    group,
    interface,
    prefix_list,
)
from ringwall.posture.checks.aws.services import DATABASES, FILES, QUEUES

CHECK = Check(
    judges="aws-ec2-instance",
    severity=Severity.CRITICAL,
    reads=("listed", *READS),
    controls=(
        "cis-aws-5.0 5.1.2 supporting",
        "cis-aws-6.0 6.1.2 supporting",
        *PERIMETER,
        *NOT_PUBLIC,
        *FROM_UNTRUSTED,
        *NOT_REACHED,
    ),
    known_as=(
        "prowler:ec2_instance_port_mysql_exposed_to_internet",
        "prowler:ec2_instance_port_postgresql_exposed_to_internet",
        "prowler:ec2_instance_port_mongodb_exposed_to_internet",
        "prowler:ec2_instance_port_redis_exposed_to_internet",
        "prowler:ec2_instance_port_elasticsearch_kibana_exposed_to_internet",
        "prowler:ec2_instance_port_memcached_exposed_to_internet",
        "prowler:ec2_instance_port_cifs_exposed_to_internet",
        "prowler:ec2_instance_port_ftp_exposed_to_internet",
        "prowler:ec2_instance_port_kafka_exposed_to_internet",
        "prowler:ec2_instance_port_cassandra_exposed_to_internet",
        "prowler:ec2_instance_port_oracle_exposed_to_internet",
        "prowler:ec2_instance_port_sqlserver_exposed_to_internet",
    ),
)
PORTS = DATABASES | QUEUES | FILES


def judge(it: Subject, world: World) -> Judgment:
    """By all that lies between the internet and the port."""
    found = those_in(PORTS, instance_reach(world, it, PORTS))
    if found:
        return fails(f"the internet reaches {', '.join(found)} of {it.label}")
    return passes("no port of a data store can be reached from the internet")


REDIS = group([("tcp", 6379, 6379, ["0.0.0.0/0"])])
CASES = (
    case("Redis", FAIL, REDIS, WORLD_TABLE, SUBNET, OPEN_REGION, listed=interface()),
    *(
        case(
            name,
            FAIL,
            *(group([("tcp", port, port, ["0.0.0.0/0"])]), WORLD_TABLE, SUBNET, OPEN_REGION),
            listed=interface(),
        )
        for port, name in ((21, "FTP"), (7199, "Cassandra"), (9092, "Kafka"), (11211, "Memcached"))
    ),
    case("without a public address", PASS, REDIS, listed=interface(address="")),
    case(
        "only the web's ports",
        PASS,
        group([("tcp", 443, 443, ["0.0.0.0/0"])]),
        WORLD_TABLE,
        SUBNET,
        listed=interface(),
    ),
    case(
        "blocked for the region",
        PASS,
        REDIS,
        WORLD_TABLE,
        SUBNET,
        BLOCKED_REGION,
        listed=interface(),
    ),
    case(
        "a list of prefixes",
        FAIL,
        LIST_GROUP,
        prefix_list("0.0.0.0/0"),
        WORLD_TABLE,
        SUBNET,
        SPARED_REGION,
        listed=interface(),
    ),
)
