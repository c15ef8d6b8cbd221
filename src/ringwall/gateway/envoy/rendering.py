"""A whole Envoy configuration as xDS resources, and the same as one static file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import devnull
from typing import Any

from ringwall.gateway.envoy.resources import Json, discovery


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """All that one Envoy reads. ``tables`` are RDS and ``filters`` ECDS resources by name.

    ``folders`` stand beside its files, for what it writes by itself.
    ``alarmed`` are those of the tables that are others while an attack is under way; ``beside`` are
    files, by name, for who changes some of this until the next configuration.
    """

    bootstrap: Json
    clusters: tuple[Json, ...]
    listeners: tuple[Json, ...]
    tables: Mapping[str, Json] = field(default_factory=dict)
    alarmed: Mapping[str, Json] = field(default_factory=dict)
    filters: Mapping[str, Json] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    beside: Mapping[str, Json] = field(default_factory=dict)

    def files(self, version: str) -> dict[str, Json]:
        """The xDS files by name, make-before-break order: what is referred to comes first."""
        return {
            "cds.json": discovery(self.clusters, version),
            **{f"ecds-{n}.json": discovery([r], version) for n, r in sorted(self.filters.items())},
            **{f"rds-{n}.json": discovery([r], version) for n, r in sorted(self.tables.items())},
            "lds.json": discovery(self.listeners, version),
        }

    def variants(self, version: str) -> dict[str, Json]:
        """What Envoy is given by others in between, by the names of files.

        What a table of its own name is to be in peace and in alarm, and all of ``beside``.
        """
        tables = {
            f"{posture}-{name}.json": discovery([tables[name]], version)
            for name in sorted(self.alarmed)
            for posture, tables in (("peace", self.tables), ("alarm", self.alarmed))
        }
        return {**tables, **self.beside}

    def static(self) -> Json:
        """One bootstrap with everything inlined, for ``envoy --mode validate``.

        A route table stands where it is first asked for, and what else asks for it has an empty
        one: Envoy judges a table by itself, and by far the most of its time goes into them.
        """
        bootstrap = _untold({k: v for k, v in self.bootstrap.items() if k != "dynamic_resources"})
        own = self.bootstrap.get("static_resources", {"clusters": [], "listeners": []})
        inlining = _Inlining(self)
        return {
            **bootstrap,
            "static_resources": {
                "clusters": [*own["clusters"], *map(_untyped, self.clusters)],
                "listeners": [
                    *own["listeners"],
                    *(_untyped(inlining.of(one)) for one in self.listeners),
                ],
            },
        }


class _Inlining:
    """Puts tables and filters in place of their names."""

    def __init__(self, rendering: Rendering) -> None:
        self._rendering = rendering
        self._placed: set[str] = set()

    def of(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.of(one) for one in value]
        if not isinstance(value, dict):
            return value
        if "rds" in value:
            rest = {k: self.of(v) for k, v in value.items() if k != "rds"}
            return {**rest, "route_config": self._table(value["rds"]["route_config_name"])}
        if "config_discovery" in value:
            resource = self._rendering.filters[value["name"]]
            return {"name": value["name"], "typed_config": resource["typed_config"]}
        return {key: self.of(one) for key, one in value.items()}

    def _table(self, name: str) -> Json:
        if name in self._placed:
            return {"name": name}
        self._placed.add(name)
        return _untyped(self._rendering.tables[name])


def _untold(bootstrap: Json) -> Json:
    """Without what files tell a running Envoy, which are not there while it is judged."""
    found = dict(bootstrap)
    if "layered_runtime" in found:
        layers = found["layered_runtime"]["layers"]
        found["layered_runtime"] = {"layers": [one for one in layers if "rtds_layer" not in one]}
    if "overload_manager" in found:
        manager = found["overload_manager"]
        monitors = [_of_nothing(one) for one in manager["resource_monitors"]]
        found["overload_manager"] = {**manager, "resource_monitors": monitors}
    return found


def _of_nothing(monitor: Json) -> Json:
    config = monitor["typed_config"]
    if "filename" not in config:
        return monitor
    return {**monitor, "typed_config": {**config, "filename": devnull}}


def _untyped(resource: Json) -> Json:
    return {key: value for key, value in resource.items() if key != "@type"}
