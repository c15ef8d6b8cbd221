"""The addresses of this machine, and the one that whoever types a command comes from."""

import os
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final

_FOURTH: Final = Path("/proc/net/fib_trie")
_SIXTH: Final = Path("/proc/net/if_inet6")
_FROM: Final = ("SSH_CONNECTION", "SSH_CLIENT")
"""What sshd(8) tells: the client's address comes first."""


def of_this_machine() -> frozenset[IPv4Address | IPv6Address]:
    """Every address of its interfaces, as far as Linux tells."""
    return frozenset((*_fourth(), *_sixth()))


def of_the_caller() -> IPv4Address | IPv6Address | None:
    """Where the terminal is from which a command comes; ``None`` where that is this machine."""
    for name in _FROM:
        text = os.environ.get(name, "").split(" ")[0].partition("%")[0]
        try:
            return ip_address(text)
        except ValueError:
            continue
    return None


def _fourth() -> Iterator[IPv4Address]:
    """Leaves of the kernel's table of routes: an address, and below it that it is local."""
    address = ""
    for line in _lines(_FOURTH):
        words = line.split()
        if line.lstrip().startswith("|-- "):
            address = words[-1]
        elif words[:3] == ["/32", "host", "LOCAL"]:
            yield IPv4Address(address)


def _sixth() -> Iterator[IPv6Address]:
    for line in _lines(_SIXTH):
        yield IPv6Address(int(line.split()[0], 16))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").splitlines()
    except OSError:
        return []
