"""Whether strangers may connect to the databases of an account, directly or from beside them."""

from collections.abc import Mapping
from typing import Any

from ringwall.posture.beside import Networks
from ringwall.posture.checking.reading import Subject, World


class Databases:
    """The databases of an account, in its networks. ``UnknownError`` where not all are known."""

    def __init__(self, world: World, account: str, networks: Networks) -> None:
        self._networks = networks
        self._members: dict[tuple[str, str], list[Subject]] = {}
        for one in world.all("aws-rds-instance", account=account):
            if cluster := one.read("listed").get("DBClusterIdentifier"):
                self._members.setdefault((one.region, str(cluster)), []).append(one)
        self._clusters = {
            (one.region, str(one.read("listed").get("DBClusterIdentifier"))): one
            for one in world.all("aws-rds-cluster", account=account)
        }

    def why(self, it: Subject) -> str:
        """Why strangers may connect to a database or cluster; empty where nobody does."""
        listed = it.read("listed")
        key = it.region, str(listed.get("DBClusterIdentifier") or "")
        if it.found.kind == "aws-rds-cluster":
            members = self._members.get(key, [])
            if not members:
                return "it has no instances that would say in which network it is"
            ends = (self._of_cluster(it, members[0]), *map(self._of_instance, members))
            return next((one for one in ends if one), "")
        if not key[1]:
            return self._of_instance(it)
        cluster = self._clusters.get(key)
        if cluster is None:
            return f"its cluster {key[1]} is not known"
        return self._of_cluster(cluster, it) or self._of_instance(it)

    def _of_cluster(self, cluster: Subject, member: Subject) -> str:
        listed = cluster.read("listed")
        if listed.get("PubliclyAccessible") or listed.get("InternetAccessGatewayEnabled"):
            return f"the cluster {cluster.label} has a public address"
        return self._networks.why_beside(_network(member), _groups_of(listed))

    def _of_instance(self, it: Subject) -> str:
        listed = it.read("listed")
        if listed.get("DBSecurityGroups"):
            return "it has security groups of a kind that is not read"
        is_private = listed.get("PubliclyAccessible") is False
        if not is_private or listed.get("NetworkType") == "DUAL":
            within = (listed.get("DBSubnetGroup") or {}).get("Subnets") or ()
            subnets = [str(one.get("SubnetIdentifier")) for one in within]
            why = self._networks.why_direct(_network(it), _groups_of(listed), subnets)
            if why:
                return why
        return self._networks.why_beside(_network(it), _groups_of(listed))


def _network(instance: Subject) -> str:
    return str((instance.read("listed").get("DBSubnetGroup") or {}).get("VpcId") or "")


def _groups_of(listed: Mapping[str, Any]) -> list[str]:
    return [str(one["VpcSecurityGroupId"]) for one in listed.get("VpcSecurityGroups") or ()]
