"""Files that Envoy reads: replaced whole, given in order, and waited for until they are taken."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ringwall.gateway.admin import Admin, AdminUnreachableError
from ringwall.runtime.private_files import private_folder, write_private

if TYPE_CHECKING:  # who only gives Envoy a file needs nothing of how configurations are read
    from ringwall.gateway.envoy.resources import Json

_POLL: Final = 0.01
_PATIENCE: Final = 20.0
_WARM_WITHIN: Final = 5.0

CLUSTERS: Final = r"^cluster_manager\.cds\."
LISTENERS: Final = r"^listener_manager\.lds\."
_WARMING: Final = r"^(cluster_manager\.warming_clusters|listener_manager\.total_listeners_warming)$"
_REFUSED: Final = (".update_rejected", ".config_fail", ".key_rotation_failed")
_TAKEN: Final = (".update_success", ".config_reload")


class NotAcceptedError(RuntimeError):
    """A running Envoy did not take a file; the one it had stays in force."""


def encoded(value: "Json") -> bytes:
    """The bytes of a file; the same value is always the same bytes."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def write_json(path: Path, value: "Json") -> bool:
    """Replace a file whole, unless it says the same already; whether it was written."""
    content = encoded(value)
    if path.exists() and path.read_bytes() == content:
        return False
    private_folder(path.parent)
    write_private(path, content)
    return True


def replace_filter(path: Path, resource: "Json") -> bool:
    """Give a filter other contents between two changes of configuration; whether they differ.

    A file that is not there yet is left to the change that brings the filter. Many revocations make
    a large file, and each is to be known soon: it is encoded once and never parsed.
    """
    if not path.exists():
        return False
    body = encoded(resource)
    same = b'{"resources":[' + body + b'],"version_info":"'
    if path.read_bytes().startswith(same):
        return False
    private_folder(path.parent)
    write_private(path, same + hashlib.sha256(body).hexdigest()[:16].encode() + b'"}')
    return True


def write_secret(path: Path, resource: "Json") -> bool:
    """Write one SDS file; whether it changed."""
    return write_json(path, {"resources": [resource]})


def resources(path: Path) -> list[dict[str, Any]]:
    """The resources in a discovery file; none when it is missing or cannot be read."""
    try:
        found = json.loads(path.read_bytes())["resources"]
    except (FileNotFoundError, ValueError, KeyError):
        return []
    return found if isinstance(found, list) else []


def says_the_same(first: Path, second: Path) -> bool:
    """Whether two files have the same resources, whatever version they say; or the same bytes."""
    if not first.exists():
        return False
    one, other = first.read_bytes(), second.read_bytes()
    if one == other:
        return True
    found = resources(second)
    return bool(found) and resources(first) == found


def statistics_of(file: str) -> str:
    """A regular expression for Envoy's counters about one discovery file, by its name."""
    name = file.removesuffix(".json")
    if name.startswith("rds-"):
        return rf"^http\..*\.rds\.{_literal(name.removeprefix('rds-'))}\."
    if name.startswith("ecds-"):
        filter_ = _literal(name.removeprefix("ecds-"))
        return rf"^extension_config_discovery\.(http|network)_filter\.{filter_}\."
    return {"cds": CLUSTERS, "lds": LISTENERS}[name]


def statistics_of_secret(name: str) -> str:
    """The same for an SDS file, by the name of its secret."""
    return rf"^sds\.{re.escape(name.replace(':', '_'))}\."


def replace(
    path: Path,
    staged: Path,
    *,
    statistics: str,
    admin: Admin,
    wait: Callable[[float], None] = time.sleep,
    moment: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> None:
    """Put ``staged`` in the place of ``path`` and wait until the running Envoy has taken it.

    ``moment`` is held while it is renamed. A file nobody has asked for yet is not waited for: it is
    read with what asks for it. Raises :class:`NotAcceptedError` when Envoy refuses the file or does
    not answer in time.
    """
    before = counters(admin, statistics)
    with moment():
        staged.replace(path)
    if not before:
        return
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        now = counters(admin, statistics)
        if _rose(_REFUSED, before, now):
            msg = f"the running Envoy refused {path.name}; its log says why"
            raise NotAcceptedError(msg)
        if _rose(_TAKEN, before, now) or _anew(before, now):
            return
        wait(_POLL)
    msg = f"the running Envoy has not taken {path.name} within {_PATIENCE:.0f} s"
    raise NotAcceptedError(msg)


def await_warm(admin: Admin, *, wait: Callable[[float], None] = time.sleep) -> bool:
    """Wait until new clusters and listeners do their work: secrets read, first health known.

    Says whether they do: an upstream that never answers its first health check holds nobody up.
    """
    deadline = time.monotonic() + _WARM_WITHIN
    while any(counters(admin, _WARMING).values()):
        if time.monotonic() > deadline:
            return False
        wait(_POLL)
    return True


def counters(admin: Admin, statistics: str) -> dict[str, int]:
    """The counters whose names match; none when no Envoy answers, it reads the files later."""
    try:
        found = admin.stats(statistics)
    except AdminUnreachableError:
        return {}
    return {name: int(value) for name, value in found.items() if value.isdigit()}


def _rose(ends: tuple[str, ...], before: Mapping[str, int], now: Mapping[str, int]) -> bool:
    return any(n.endswith(ends) and value > before.get(n, 0) for n, value in now.items())


def _anew(before: Mapping[str, int], now: Mapping[str, int]) -> bool:
    """Whether another Envoy answers, or none: it reads the files as it starts."""
    return any(now.get(n, 0) < value for n, value in before.items() if n.endswith(_TAKEN))


def _literal(text: str) -> str:
    return re.escape(text)
