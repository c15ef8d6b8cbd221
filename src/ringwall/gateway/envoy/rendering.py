"""A whole Envoy configuration as xDS resources, and the same as one static file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ringwall.gateway.envoy.resources import Json, discovery


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """All that one Envoy reads. ``tables`` are RDS and ``filters`` ECDS resources by name."""

    bootstrap: Json
    clusters: tuple[Json, ...]
    listeners: tuple[Json, ...]
    tables: Mapping[str, Json] = field(default_factory=dict)
    filters: Mapping[str, Json] = field(default_factory=dict)

    def files(self, version: str) -> dict[str, Json]:
        """The xDS files by name, make-before-break order: what is referred to comes first."""
        return {
            "cds.json": discovery(self.clusters, version),
            **{f"ecds-{n}.json": discovery([r], version) for n, r in sorted(self.filters.items())},
            **{f"rds-{n}.json": discovery([r], version) for n, r in sorted(self.tables.items())},
            "lds.json": discovery(self.listeners, version),
        }

    def static(self) -> Json:
        """One bootstrap with everything inlined, for ``envoy --mode validate``."""
        bootstrap = {k: v for k, v in self.bootstrap.items() if k != "dynamic_resources"}
        own = self.bootstrap.get("static_resources", {"clusters": [], "listeners": []})
        return {
            **bootstrap,
            "static_resources": {
                "clusters": [*own["clusters"], *map(_untyped, self.clusters)],
                "listeners": [
                    *own["listeners"],
                    *(_untyped(self._inlined(one)) for one in self.listeners),
                ],
            },
        }

    def _inlined(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._inlined(one) for one in value]
        if not isinstance(value, dict):
            return value
        if "rds" in value:
            rest = {k: self._inlined(v) for k, v in value.items() if k != "rds"}
            table = self.tables[value["rds"]["route_config_name"]]
            return {**rest, "route_config": _untyped(table)}
        if "config_discovery" in value:
            resource = self.filters[value["name"]]
            return {"name": value["name"], "typed_config": resource["typed_config"]}
        return {key: self._inlined(one) for key, one in value.items()}


def _untyped(resource: Json) -> Json:
    return {key: value for key, value in resource.items() if key != "@type"}
