"""What a service is told by its environment; nothing else configures it.

``SHOP_LISTEN``    ``unix:<path>`` or ``127.0.0.1:<port>``: where to listen.
``SHOP_DATA``      the folder of the database file, created for this user alone.
``SHOP_OUTBOUND``  the sidecar's outbound listener, reached for every other service.
``SHOP_ORDERS_URL``, ``SHOP_BILLING_URL``  direct addresses where there is no sidecar.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

LONGEST_SOCKET_PATH = 107
"""Bytes in ``sun_path`` without its final NUL (unix(7))."""


@dataclass(frozen=True, slots=True)
class Address:
    """A unix socket (``path``) or a TCP address (``host`` and ``port``)."""

    path: str = ""
    host: str = ""
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``unix:<path>``, ``host:port`` or ``http://host:port``; ``ValueError`` otherwise."""
        if text.startswith("unix:"):
            path = text.removeprefix("unix:")
            if not path or len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
                raise ValueError(f"a socket path has 1 to {LONGEST_SOCKET_PATH} bytes: {text!r}")
            return cls(path=path)
        match = re.fullmatch(r"(?:http://)?([A-Za-z0-9.-]+):(\d{1,5})/?", text)
        if match is None or not 0 < int(match[2]) < 65536:
            raise ValueError(f"write unix:<path> or host:port, not {text!r}")
        return cls(host=match[1], port=int(match[2]))


def _setting(name: str, example: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise SystemExit(f"{name} is not set; for example {name}={example}")
    return value


def _address(name: str, text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError as error:
        raise SystemExit(f"{name}: {error}") from error


def listen_address() -> Address:
    """Return where to listen; a service that speaks plain HTTP keeps to this machine."""
    address = _address("SHOP_LISTEN", _setting("SHOP_LISTEN", "unix:run/orders.sock"))
    if not address.path and not address.host.startswith("127."):
        raise SystemExit(f"SHOP_LISTEN: plain HTTP stays on 127.0.0.1, not {address.host}")
    return address


def data_folder() -> Path:
    """Return the folder for the database, created with mode 0700 where it is missing."""
    folder = Path(_setting("SHOP_DATA", "data"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def route_to(service: str) -> Address:
    """Return the next hop towards ``service``: the sidecar, or without one its own address."""
    if sidecar := os.environ.get("SHOP_OUTBOUND"):
        return _address("SHOP_OUTBOUND", sidecar)
    name = f"SHOP_{service.upper()}_URL"
    return _address(name, _setting(name, f"unix:run/{service}.sock (or set SHOP_OUTBOUND)"))
