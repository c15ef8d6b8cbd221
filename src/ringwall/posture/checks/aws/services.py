"""Ports of what nobody on the internet ought to talk to, by what listens there."""

from typing import Final

ADMINISTRATION: Final = {22: "SSH", 3389: "RDP"}
DATABASES: Final = {
    1433: "SQL Server",
    1434: "SQL Server",
    1521: "Oracle",
    2483: "Oracle",
    2484: "Oracle",
    3306: "MySQL",
    5432: "PostgreSQL",
    5439: "Redshift",
    6379: "Redis",
    7000: "Cassandra",
    7001: "Cassandra",
    7199: "Cassandra",
    9042: "Cassandra",
    9160: "Cassandra",
    9200: "OpenSearch",
    9300: "OpenSearch",
    11211: "Memcached",
    27017: "MongoDB",
    27018: "MongoDB",
    50000: "Db2",
}
QUEUES: Final = {2181: "ZooKeeper", 5672: "AMQP", 9092: "Kafka", 61616: "ActiveMQ"}
FILES: Final = {
    20: "FTP",
    21: "FTP",
    111: "RPC",
    135: "RPC",
    139: "NetBIOS",
    445: "SMB",
    873: "rsync",
    2049: "NFS",
}
CONTROL: Final = {
    23: "Telnet",
    512: "rexec",
    513: "rlogin",
    514: "rsh",
    2375: "Docker",
    2376: "Docker",
    2379: "etcd",
    2380: "etcd",
    5601: "Kibana",
    5800: "VNC",
    5900: "VNC",
    5985: "WinRM",
    5986: "WinRM",
    6443: "Kubernetes",
    10250: "kubelet",
    10255: "kubelet",
}
DIRECTORIES: Final = {
    88: "Kerberos",
    389: "LDAP",
    464: "Kerberos",
    636: "LDAP",
    749: "Kerberos",
    750: "Kerberos",
    3268: "LDAP",
    3269: "LDAP",
}
CLOSED: Final = ADMINISTRATION | DATABASES | QUEUES | FILES | CONTROL | DIRECTORIES
