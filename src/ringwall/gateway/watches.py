"""Whether the system lets the Envoys watch as many files as they have to.

Envoy opens one inotify instance for each file it watches and ends itself when it gets none, so a
configuration that needs more than the user may have is refused before it is tried.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ringwall.gateway.envoy.rendering import Rendering

LIMIT: Final = Path("/proc/sys/fs/inotify/max_user_instances")
_CERTIFICATES: Final = "tls_certificate_sds_secret_configs"
_DATABASES, _DATABASE = "common_provider_config", "_db_path"
"""What has this looks up addresses in files, which it watches."""


class TooManyWatchesError(ValueError):
    """The configuration needs more inotify instances than the user has left."""


def instances(rendering: Rendering) -> int:
    """The inotify instances that one Envoy opens.

    One for each file it takes configuration or a pressure from, and one more for each that names a
    certificate and its key, which it watches as well; and one for each database that addresses are
    looked up in. Measured on Envoy 1.40.
    """
    parts = (rendering.bootstrap, rendering.clusters, rendering.listeners)
    found = {entry for part in parts for entry in _sources(part, names_files=False)}
    monitors = rendering.bootstrap.get("overload_manager", {}).get("resource_monitors", ())
    told = sum("filename" in one.get("typed_config", {}) for one in monitors)
    files = len({path for path, _ in found}) + sum(names for _, names in found) + told
    return files + len({one for part in parts for one in _databases(part)})


def require_room(renderings: Mapping[str, Rendering], *, state: Path) -> None:
    """Raise :class:`TooManyWatchesError` unless every Envoy of ``renderings`` can be started.

    Instances of the Envoys that run from ``state`` now do not count: the new ones follow them.
    Where the system does not tell its limit, nothing is judged.
    """
    try:
        limit = int(LIMIT.read_text())
    except (OSError, ValueError):
        return
    needed = sum(instances(one) for one in renderings.values())
    taken = _instances_of_others(str(state / "xds").encode())
    if needed + taken <= limit:
        return
    wanted = 1 << (needed + taken).bit_length()
    msg = (
        f"{len(renderings)} Envoys need {needed} inotify instances to watch their files; this user "
        f"may have {limit}, and other programs hold {taken}. As root, run "
        f"`sysctl -w fs.inotify.max_user_instances={max(512, wanted)}`"
    )
    raise TooManyWatchesError(msg)


def _sources(value: Any, *, names_files: bool) -> Iterator[tuple[str, bool]]:
    if isinstance(value, Mapping):
        source = value.get("path_config_source")
        if isinstance(source, Mapping):
            yield str(source["path"]), names_files
        for key, one in value.items():
            yield from _sources(one, names_files=names_files or key == _CERTIFICATES)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _sources(one, names_files=names_files)


def _databases(value: Any) -> Iterator[str]:
    """The files that addresses are looked up in, and all that is said of how: each is watched."""
    if isinstance(value, Mapping):
        if _DATABASES in value:
            how = json.dumps(value, sort_keys=True)
            yield from (f"{key} {how}" for key in value if key.endswith(_DATABASE))
        for one in value.values():
            yield from _databases(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _databases(one)


def _instances_of_others(ours: bytes) -> int:
    """Count the inotify instances of this user's processes that do not name ``ours``."""
    count = 0
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            other = process.stat().st_uid != os.geteuid()
            if other or ours in (process / "cmdline").read_bytes():
                continue
            for descriptor in (process / "fd").iterdir():
                count += str(descriptor.readlink()) == "anon_inode:inotify"
        except OSError:
            continue  # it has ended, or is not ours to look into
    return count
