"""Security groups do not open databases and queues to the internet.

Why: many of them ask for no password as they come, and all hold what is worth to be taken.
Fix: let only the security groups of those in that need it.
"""

from ringwall.posture.checking import Check, Judgment, Severity, Subject, World
from ringwall.posture.checks.aws.controls import FROM_UNTRUSTED, NOT_REACHED, PERIMETER
from ringwall.posture.checks.aws.services import DATABASES, QUEUES
from ringwall.posture.checks.aws.vpc.ports import READS, cases_of, judge_ports

CHECK = Check(
    judges="aws-ec2-security-group",
    severity=Severity.HIGH,
    reads=READS,
    controls=(
        *PERIMETER,
        *FROM_UNTRUSTED,
        *NOT_REACHED,
    ),
    known_as=(
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_mysql_3306",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_postgres_5432",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_redis_6379",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_memcached_11211",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_kafka_9092",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_oracle_1521_2483",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_cassandra_7199_9160_8888",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_sql_server_1433_1434",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_mongodb_27017_27018",
    ),
    remedy="aws-ec2-ingress-from-world",
)


def judge(it: Subject, world: World) -> Judgment:
    """By all its rules together."""
    return judge_ports(it, world, DATABASES | QUEUES)


CASES = cases_of(6379)
