"""What the identity processes know of the configuration in force: one small file.

The gateway writes it when a configuration comes into force; web, worker and commands read it. So
they all speak of what the edge really does, not of files that may have changed since.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from ringwall.access.config import Requests
from ringwall.access.kept_out import Asked, KeptOut
from ringwall.access.model import Holders, Kind
from ringwall.identity.config import Identity
from ringwall.runtime.private_files import private_folder, write_private

FILE: Final = "identity/facts.json"
CALLBACK: Final = "/.ringwall/"
"""Below this, every protected host belongs to Ringwall."""

_URL: Final = re.compile(
    r"https://([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]{1,5})?)(?:[/?][^\x00-\x20\x7f]*)?"
)
"""What every reader of URLs understands alike up to the path: a host name, perhaps a port, and no
``\\``, ``@`` or white space, with which readers disagree where the name ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The identity of one installation.

    ``port`` is the public one; ``hosts`` are the names the edge answers for, wildcards as ``*.x``.
    """

    settings: Identity = field(default_factory=Identity)
    port: int = 443
    hosts: tuple[str, ...] = ()
    certificate_hosts: tuple[str, ...] = ()
    """Hosts where programs may show certificates: the only audience of tokens bound to one."""
    dated_hosts: tuple[str, ...] = ()
    """Hosts with routes that ask how long ago somebody was proven."""
    roles: Mapping[str, Holders] = field(default_factory=dict)
    """The roles there are and whose members may have them; none while none is declared."""
    includes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What roles bring with them, over however many steps; only of those that bring something."""
    groups: tuple[str, ...] = ()
    """The groups that policies name."""
    kept_out: tuple[KeptOut, ...] = ()
    """Roles and the like for which policies keep out whoever has them."""
    requests: Requests = field(default_factory=Requests)
    """The roles that people ask for, and have for some time."""

    def roles_for(self, kind: str) -> frozenset[str] | None:
        """The roles that an organisation of this kind may give; ``None`` for any."""
        if not self.roles:
            return None
        return frozenset(
            name for name, holders in self.roles.items() if holders in {kind, Holders.ANYONE}
        )

    def included_in(self, roles: Iterable[str]) -> frozenset[str]:
        """What some roles bring with them, without themselves."""
        given = set(roles)
        return frozenset(one for role in given for one in self.includes.get(role, ())) - given

    @property
    def origin(self) -> str:
        """Where people sign in, and the issuer of all tokens: ``https://id.example``."""
        if self.settings.host is None:
            msg = "the configuration has no identity.host, so nobody can sign in"
            raise LookupError(msg)
        return self.origin_of(self.settings.host)

    @property
    def authority(self) -> str:
        """The same without the scheme."""
        return self.origin.removeprefix("https://")

    def origin_of(self, host: str) -> str:
        """The origin of a host of the edge; also what tokens for it have as audience."""
        return f"https://{host}" if self.port == 443 else f"https://{host}:{self.port}"

    def host_of(self, authority: str) -> str | None:
        """The host of ``edge.hosts`` that answers for an authority, ``None`` for strangers.

        A name of its own wins over a wildcard, which covers exactly one label.
        """
        name, _, port = authority.lower().partition(":")
        if port not in {"", str(self.port)} or (not port and self.port != 443):
            return None
        if name in self.hosts:
            return name
        label, _, rest = name.partition(".")
        wildcard = f"*.{rest}"
        return wildcard if label and wildcard in self.hosts else None

    def protects(self, url: str) -> bool:
        """Whether an absolute URL leads to a protected host: nothing else is redirected to."""
        found = _URL.fullmatch(url)
        host = None if found is None else self.host_of(found[1])
        return host is not None and host != self.settings.host

    def place_of(self, tenant: str | None) -> str | None:
        """The authority of an organisation's own host, where there is one for each."""
        wildcard = self.settings.tenant_hosts
        if tenant is None or wildcard is None:
            return None
        return self.origin_of(wildcard.replace("*", tenant, 1)).removeprefix("https://")

    @property
    def api_audience(self) -> str:
        """What access tokens and keys are for that name no resource (RFC 9068 section 3)."""
        return f"{self.origin}/api"

    def tenant_of(self, authority: str) -> str | None:
        """The organisation that a tenant host names by its first label, else ``None``."""
        wildcard = self.settings.tenant_hosts
        if wildcard is None or self.host_of(authority) != wildcard:
            return None
        return authority.lower().partition(".")[0]


def write(state: Path, facts: Facts) -> None:
    """Keep ``facts`` for the other processes."""
    path = state / FILE
    private_folder(path.parent)
    models = {"settings": facts.settings, "requests": facts.requests}
    told = {
        **asdict(facts),
        **{name: model.model_dump(mode="json") for name, model in models.items()},
    }
    content = json.dumps(told, sort_keys=True).encode()
    if not (path.exists() and path.read_bytes() == content):
        write_private(path, content)


def read(state: Path) -> Facts:
    """What was written last; facts without a host before the first configuration."""
    path = state / FILE
    try:
        stamp = path.stat().st_mtime_ns
    except FileNotFoundError:
        return Facts()
    return _parsed(path, stamp)


@lru_cache(maxsize=4)
def _parsed(path: Path, _stamp: int) -> Facts:
    found: dict[str, Any] = json.loads(path.read_bytes())
    return Facts(
        settings=Identity.model_validate_json(json.dumps(found["settings"])),
        port=found["port"],
        hosts=tuple(found["hosts"]),
        certificate_hosts=tuple(found.get("certificate_hosts", ())),
        dated_hosts=tuple(found.get("dated_hosts", ())),
        roles={name: Holders(holders) for name, holders in found.get("roles", {}).items()},
        includes={name: tuple(some) for name, some in found.get("includes", {}).items()},
        groups=tuple(found.get("groups", ())),
        kept_out=tuple(_kept_out(one) for one in found.get("kept_out", ())),
        requests=Requests.model_validate_json(json.dumps(found.get("requests", {}))),
    )


def _kept_out(one: dict[str, Any]) -> KeptOut:
    return KeptOut(
        asked=Asked(one["asked"]),
        policy=one["policy"],
        name=one["name"],
        by=tuple(one["by"]),
        only=None if one["only"] is None else Kind(one["only"]),
    )
