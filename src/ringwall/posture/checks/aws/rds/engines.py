"""What databases of RDS have in common, whichever engine they run."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.checking import Judgment, Subject, UnknownError, World, fails, passes

_TLS: Final = {
    "aurora-mysql": "require_secure_transport",
    "aurora-postgresql": "rds.force_ssl",
    "docdb": "tls",
    "mariadb": "require_secure_transport",
    "mysql": "require_secure_transport",
    "neptune": "neptune_enforce_ssl",
    "postgres": "rds.force_ssl",
    "sqlserver": "rds.force_ssl",
}
_PORTS: Final = {
    "aurora-mysql": 3306,
    "aurora-postgresql": 5432,
    "aurora": 3306,
    "db2": 50000,
    "docdb": 27017,
    "mariadb": 3306,
    "mysql": 3306,
    "neptune": 8182,
    "oracle": 1521,
    "postgres": 5432,
    "sqlserver": 1433,
}
_AFTER_A_RESTART: Final = ("sqlserver", "docdb", "neptune")
"""Engines that take this parameter when they start, others at once."""
_PENDING: Final = "pending-reboot"
_ON: Final = {
    *("1", "on", "true", "enabled", "yes"),
    *("fips-140-3", "tls1.2+", "tls1.3+"),  # DocumentDB's, which ask for more
}
_GUESSED: Final = {"admin", "administrator", "master", "postgres", "root", "sa", "user", "awsuser"}


def is_member(listed: Mapping[str, Any]) -> bool:
    """Whether a database belongs to a cluster, which has what is judged of it."""
    return bool(listed.get("DBClusterIdentifier"))


def is_replica(listed: Mapping[str, Any]) -> bool:
    """Whether it is a copy of another one."""
    return bool(
        listed.get("ReadReplicaSourceDBInstanceIdentifier")
        or listed.get("ReadReplicaSourceDBClusterIdentifier")
    )


def tls_parameter(engine: str) -> str:
    """The parameter by which an engine refuses plain connections, ``""`` where there is none."""
    return next((name for known, name in _TLS.items() if engine.startswith(known)), "")


def is_on(value: object) -> bool:
    """Whether a parameter is on, however the engine writes that."""
    return str(value).lower() in _ON


def is_guessed(user: str) -> bool:
    """Whether a name of an administrator is one that everybody tries first."""
    return user.lower() in _GUESSED


def usual_port(engine: str) -> int:
    """The port that an engine has where nobody chose one, 0 where that is not known."""
    return next((port for known, port in _PORTS.items() if engine.startswith(known)), 0)


def judge_port(it: Subject, port: int | None) -> Judgment | None:
    """Whether it answers at another port than its engine's; no ``port`` is that one."""
    usual = usual_port(str(it.read("listed").get("Engine", "")))
    if not usual:
        return None
    if (port or usual) == usual:
        return fails(f"{it.label} answers at {usual}, where everybody looks for it first")
    return passes(f"it answers at {port}")


def _names(group: Subject) -> list[Any]:
    listed = group.read("listed")
    return [listed.get("DBParameterGroupName") or listed.get("DBClusterParameterGroupName")]


def parameters(world: World, it: Subject, kind: str, name: str) -> Mapping[str, Any]:
    """The parameters of the group of this name beside a database."""
    for one in world.where(kind, _names, name):
        if (one.account, one.region) == (it.account, it.region):
            found: Mapping[str, Any] = one.read("parameters", {})
            return found
    raise UnknownError(f"the parameters {name} are not known")


def judge_transport(it: Subject, world: World, kind: str, names: list[str]) -> Judgment | None:
    """Whether it refuses plain connections by the parameters of all groups of these names.

    ``None`` where its engine has no such parameter.
    """
    parameter = tls_parameter(str(it.read("listed").get("Engine", "")))
    if not parameter:
        return None
    values = [parameters(world, it, kind, name).get(parameter) for name in names]
    if values and all(map(is_on, values)):
        listed = it.read("listed")
        if str(listed.get("Engine")).startswith(_AFTER_A_RESTART) and _PENDING in _states(listed):
            raise UnknownError(f"{parameter} of {it.label} is in force once it was started again")
        return passes(f"{parameter} is on")
    return fails(f"{parameter} of {it.label} is off")


def _states(listed: Mapping[str, Any]) -> set[Any]:
    """Whether its groups are in force, or those of its members."""
    own = {one.get("ParameterApplyStatus") for one in listed.get("DBParameterGroups") or ()}
    members = listed.get("DBClusterMembers") or ()
    return own | {one.get("DBClusterParameterGroupStatus") for one in members}


def missing_logs(listed: Mapping[str, Any]) -> list[str]:
    """Kinds of logs that tell of sign-ins and statements and are not exported, by the engine."""
    engine = str(listed.get("Engine", ""))
    wanted = {
        "aurora-mysql": {"audit"},
        "aurora-postgresql": {"postgresql"},
        "aurora": {"audit"},
        "docdb": {"audit"},
        "mariadb": {"audit", "error"},
        "mysql": {"audit", "error"},
        "neptune": {"audit"},
        "oracle": {"alert", "audit"},
        "postgres": {"postgresql"},
        "sqlserver": {"error"},
    }
    for known, names in wanted.items():
        if engine.startswith(known):
            return sorted(names - set(listed.get("EnabledCloudwatchLogsExports") or ()))
    return []
