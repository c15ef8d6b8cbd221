"""Hand xDS files to a running Envoy: atomically, in order, and wait until it has taken them."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ringwall.gateway.admin import Admin, AdminUnreachableError
from ringwall.gateway.certificates.private_files import private_folder, write_private
from ringwall.gateway.envoy.rendering import Rendering
from ringwall.gateway.envoy.resources import Json, discovery

_POLL: Final = 0.02
_PATIENCE: Final = 20.0


class NotAcceptedError(RuntimeError):
    """A running Envoy did not take a file; the one it had stays in force."""


def write_json(path: Path, value: Json) -> bool:
    """Replace a file whole, unless it says the same already; whether it was written."""
    content = json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
    if path.exists() and path.read_bytes() == content:
        return False
    private_folder(path.parent)
    write_private(path, content)
    return True


def write_secret(path: Path, resource: Json) -> bool:
    """Write one SDS file; whether it changed."""
    return write_json(path, {"resources": [resource]})


def write_files(folder: Path, rendering: Rendering, *, version: str) -> None:
    """Write everything for an Envoy that is not running."""
    write_json(folder / "bootstrap.json", rendering.bootstrap)
    for name, value in rendering.files(version).items():
        _write_resources(folder / name, value)


def hand_over(
    folder: Path,
    rendering: Rendering,
    *,
    version: str,
    admin: Admin,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Give a running Envoy a new rendering without losing a request.

    Make before break: the clusters of both the old and the new tables first, then filters, route
    tables and listeners, and only then are clusters that nothing refers to any more taken away.
    Raises :class:`NotAcceptedError` when Envoy refuses a file or does not answer in time.
    """
    files = rendering.files(version)
    clusters = files.pop("cds.json")
    listeners = files.pop("lds.json")
    previous = _resources(folder / "cds.json")
    names = {cluster["name"] for cluster in rendering.clusters}
    leaving = [cluster for cluster in previous if cluster["name"] not in names]
    write_json(folder / "bootstrap.json", rendering.bootstrap)
    if leaving:
        both = discovery([*rendering.clusters, *leaving], f"{version}+")
        _give(folder / "cds.json", both, _CLUSTERS, admin, wait)
    else:
        _give(folder / "cds.json", clusters, _CLUSTERS, admin, wait)
    for name, value in files.items():
        # A table or filter that no listener asks for yet is read when the listener comes.
        _give(folder / name, value, _stat_of(name), admin, wait, optional=True)
    _give(folder / "lds.json", listeners, _LISTENERS, admin, wait)
    if leaving:
        _give(folder / "cds.json", clusters, _CLUSTERS, admin, wait)


_CLUSTERS: Final = r"^cluster_manager\.cds\."
_LISTENERS: Final = r"^listener_manager\.lds\."


def _stat_of(file: str) -> str:
    name = file.removesuffix(".json")
    if name.startswith("rds-"):
        table = name.removeprefix("rds-").replace(".", r"\.")
        return rf"^http\..*\.rds\.{table}\."
    return rf"extension_config_discovery\.http_filter\.{name.removeprefix('ecds-')}\."


def _give(
    path: Path,
    value: Json,
    stats: str,
    admin: Admin,
    wait: Callable[[float], None],
    *,
    optional: bool = False,
) -> None:
    before = _counters(admin, stats)
    if not _write_resources(path, value) or (optional and not before):
        return
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        now = _counters(admin, stats)
        if _rose("update_rejected", before, now) or _rose("config_fail", before, now):
            msg = f"the running Envoy refused {path.name}; its log says why"
            raise NotAcceptedError(msg)
        if _rose("update_success", before, now) or _rose("config_reload", before, now):
            return
        wait(_POLL)
    msg = f"the running Envoy has not taken {path.name} within {_PATIENCE:.0f} s"
    raise NotAcceptedError(msg)


def _counters(admin: Admin, stats: str) -> dict[str, int]:
    try:
        found = admin.stats(stats)
    except AdminUnreachableError as error:
        msg = f"the new configuration is not in force yet: {error}"
        raise NotAcceptedError(msg) from error
    return {name: int(value) for name, value in found.items() if value.isdigit()}


def _rose(suffix: str, before: dict[str, int], now: dict[str, int]) -> bool:
    changed = {n: v for n, v in now.items() if n.endswith(f".{suffix}")}
    return any(value > before.get(name, 0) for name, value in changed.items())


def _write_resources(path: Path, value: Json) -> bool:
    """Write a discovery file unless it has the very same resources, whatever its version says."""
    if path.exists() and _resources(path) == json.loads(json.dumps(value["resources"])):
        return False
    return write_json(path, value)


def _resources(path: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(path.read_bytes())["resources"]
    except (FileNotFoundError, ValueError, KeyError):
        return []
    return found if isinstance(found, list) else []
