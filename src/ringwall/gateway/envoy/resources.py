"""The few shapes that every xDS resource shares."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from ringwall.runtime.configuration import Address

Json = dict[str, Any]

UNKNOWN_HOST: Final = "ringwall-unknown"
"""Name of the certificate shown to clients that ask for no host the edge knows."""
_TYPES: Final = "type.googleapis.com/"


@dataclass(frozen=True, slots=True)
class Folder:
    """Where one Envoy's xDS files live, as Envoy is to name them."""

    path: str

    def file(self, name: str) -> str:
        """The path of the file ``name`` in this folder."""
        return f"{self.path}/{name}"


def typed(type_name: str, **fields: object) -> Json:
    """A protobuf ``Any`` in JSON form."""
    return {"@type": _TYPES + type_name, **fields}


def extension(name: str, type_name: str, **fields: object) -> Json:
    """A named extension with its typed configuration."""
    return {"name": name, "typed_config": typed(type_name, **fields)}


def seconds(value: float) -> str:
    """A protobuf duration: at most nanoseconds, no exponent."""
    return f"{value:.9f}".rstrip("0").rstrip(".") + "s"


def discovery(resources: Iterable[Json], version: str) -> Json:
    """A ``DiscoveryResponse`` as a file: Envoy reports ``version`` once it has accepted it."""
    return {"version_info": version, "resources": list(resources)}


def from_file(path: str) -> Json:
    """A ``ConfigSource`` that watches a file for being renamed over."""
    return {"path_config_source": {"path": path}, "resource_api_version": "V3"}


def socket_address(address: Address) -> Json:
    """Envoy's ``Address`` for a TCP or unix socket."""
    if address.is_unix:
        return {"pipe": {"path": address.path, "mode": 0o600}}
    return {"socket_address": {"address": address.host, "port_value": address.port}}
