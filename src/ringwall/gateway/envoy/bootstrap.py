"""The bootstrap: what an Envoy knows before it reads the first xDS file."""

from ringwall.gateway.envoy.resources import Folder, Json, from_file


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
        "layered_runtime": runtime,
        "stats_config": {"use_all_default_tags": True},
    }
