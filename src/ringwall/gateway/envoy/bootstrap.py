"""The bootstrap: what an Envoy knows before it reads the first xDS file."""

from typing import Final

from ringwall.gateway.envoy.resources import Folder, Json, from_file

_KEEPS: Final = 32 * 1024**2
"""Bytes that an Envoy holds, when it needs no more, for what comes next. What a flood took beyond
them is given back as the flood ends, by whoever frees it; it is no limit to what may be used. The
allocator's own thread for it holds workers up for a tenth of a second at a time."""


def bootstrap(
    *,
    node: str,
    folder: Folder,
    admin_socket: str,
    overload: Json,
    runtime: Json,
) -> Json:
    """A bootstrap that takes listeners and clusters from ``folder``.

    The admin interface is a unix socket that only its owner may open; there is no TCP port to it.
    It answers also when clients hold all the connections there may be.
    """
    return {
        "node": {"id": node, "cluster": "ringwall"},
        "admin": {
            "address": {"pipe": {"path": admin_socket, "mode": 0o600}},
            "ignore_global_conn_limit": True,
        },
        "dynamic_resources": {
            "lds_config": from_file(folder.file("lds.json")),
            "cds_config": from_file(folder.file("cds.json")),
        },
        "overload_manager": overload,
        "memory_allocator_manager": {"soft_memory_limit_bytes": _KEEPS},
        "layered_runtime": runtime,
        "stats_config": {"use_all_default_tags": True},
    }
