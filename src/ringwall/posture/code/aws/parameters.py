"""Groups of parameters that databases run with: what is set, over what AWS sets by itself.

Whoever names no group runs with the one of its engine and version; a group that sets nothing is as
that one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import component, known
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.snapshot.partial import Unknown

INSTANCE: Final = "aws-rds-parameter-group"
CLUSTER: Final = "aws-rds-cluster-parameter-group"
WAREHOUSE: Final = "aws-redshift-parameter-group"
KINDS: Final = (INSTANCE, CLUSTER, WAREHOUSE)
_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "aws_db_parameter_group": (INSTANCE, "DBParameterGroupName"),
    "aws_neptune_parameter_group": (INSTANCE, "DBParameterGroupName"),
    "aws_rds_cluster_parameter_group": (CLUSTER, "DBClusterParameterGroupName"),
    "aws_docdb_cluster_parameter_group": (CLUSTER, "DBClusterParameterGroupName"),
    "aws_neptune_cluster_parameter_group": (CLUSTER, "DBClusterParameterGroupName"),
    "aws_redshift_parameter_group": (WAREHOUSE, "ParameterGroupName"),
}
_FAMILY: Final = re.compile(r"(?P<engine>[a-z-]+?)-?(?P<version>\d+(?:\.\d+)?)?")
_NEVER: Final = 99.0
_OWN: Final[Mapping[str, tuple[str, str, float, str]]] = {
    "postgres": ("rds.force_ssl", "0", 15, "1"),
    "aurora-postgresql": ("rds.force_ssl", "0", 17, "1"),
    "aurora-mysql": ("require_secure_transport", "OFF", 8.4, ""),
    "aurora": ("require_secure_transport", "OFF", 8.4, ""),
    "mysql": ("require_secure_transport", "0", 8.4, ""),
    "mariadb": ("require_secure_transport", "0", 11.8, ""),
    "sqlserver": ("rds.force_ssl", "0", _NEVER, ""),
    "docdb": ("tls", "enabled", _NEVER, ""),
    "neptune": ("neptune_enforce_ssl", "1", _NEVER, ""),
    "redshift": ("require_ssl", "false", 2, "true"),
}
"""By engine: a parameter, what it is, from which version on it is something else, and what."""


def components(code: Resources) -> Iterator[Collected]:
    """Every group that is written."""
    for one in code.of(*_TYPES):
        kind, name = _TYPES[one.type]
        aspects = {
            "listed": known({name: one.address}, one),
            "parameters": known(_parameters(one), one, "parameter"),
        }
        yield component(kind, one, one.get("name"), aspects)


def group_of(code: Resources, named: Any, kind: str) -> Any:
    """The address of the group that is named by reference or by its name; else what is named."""
    wanted = getattr(named, "address", named)
    for type_, (one_kind, _) in _TYPES.items():
        for one in code.of(type_) if one_kind == kind else ():
            if wanted in {one.address, one.get("name", "")}:
                return one.address
    return wanted


def usual(one: Instance, kind: str, engine: str, version: Any) -> tuple[str, Collected]:
    """The group that a database of this engine has which names none, and what that is called."""
    address = f"{one.address}.usual_parameters"
    name = next(name for each, name in _TYPES.values() if each == kind)
    aspects = {
        "listed": known({name: address}, one),
        "parameters": known(_by_itself(engine, str(version or "")), one),
    }
    return address, component(kind, replace(one, address=address), None, aspects, tags={})


def _parameters(one: Instance) -> Any:
    blocks = one.blocks("parameter")
    why = Unknown("which parameters are set is not known")
    if isinstance(blocks, Unknown) or any(isinstance(each, Unknown) for each in blocks):
        return why
    if not all(isinstance(each.get("name"), str) for each in blocks):
        return why
    family = one.get("family")
    matched = _FAMILY.fullmatch(family) if isinstance(family, str) else None
    made = _by_itself(matched["engine"], matched["version"] or "") if matched else {}
    return made | {each["name"]: each.get("value") for each in blocks}


def _by_itself(engine: str, version: str) -> dict[str, Any]:
    """What AWS sets, as far as it bears on safety."""
    known_as = next((name for name in sorted(_OWN, reverse=True) if engine.startswith(name)), "")
    if not known_as:
        return {}
    parameter, before, begins, after = _OWN[known_as]
    numbers = re.match(r"\d+(?:\.\d+)?", version)
    why = Unknown(f"{parameter} depends on the version of {engine}, and is not written")
    if begins == _NEVER:
        return {parameter: before}
    if numbers is None:
        return {parameter: why}
    is_later = float(numbers[0]) >= begins
    return {parameter: (after or why) if is_later else before}
