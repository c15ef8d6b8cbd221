"""Networks that members of an organisation may come from."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

MOST: Final = 100
"""Networks of one organisation."""


def parse_networks(texts: Iterable[str]) -> list[str]:
    """Networks in their usual form, sorted, each once; a single address is a network of its own.

    ``ValueError`` names the text that is none, or says that there are too many.
    """
    found: set[IPv4Network | IPv6Network] = set()
    for text in texts:
        try:
            found.add(ip_network(text.strip(), strict=True))
        except ValueError as error:
            msg = f'"{text.strip()}" is not a network: {_reason(text.strip())}'
            raise ValueError(msg) from error
    if len(found) > MOST:
        msg = f"{len(found)} networks are too many: {MOST} at most, larger ones cover more"
        raise ValueError(msg)
    return [str(one) for one in sorted(found, key=lambda one: (one.version, one))]


def is_within(address: str | None, networks: Iterable[str]) -> bool:
    """Whether an address may come in; without networks any may, an unknown one only then.

    IPv4 inside IPv6 (``::ffff:10.0.0.1``) counts as IPv4.
    """
    allowed = list(networks)
    if not allowed:
        return True
    try:
        found = ip_address(address or "")
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in ip_network(one) for one in allowed)


def _reason(text: str) -> str:
    try:
        wider = ip_network(text, strict=False)
    except ValueError:
        return "write it as 10.0.0.0/8 or 2001:db8::/32"
    return f"{wider} is"
