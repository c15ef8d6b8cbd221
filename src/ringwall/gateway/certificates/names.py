"""Names in certificates and on disk: hosts, SPIFFE ids, and the folders that stand for them."""

import hashlib
import ipaddress
import re
from typing import Final

_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DNS: Final = re.compile(rf"(\*\.)?({_LABEL}\.)*{_LABEL}")
_TRUST_DOMAIN: Final = re.compile(r"(?=.{1,255}\Z)[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_SEGMENT: Final = re.compile(r"[A-Za-z0-9._-]+")
_KEPT: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")
_SPIFFE_ID_BYTES: Final = 2048
_FOLDER_BYTES: Final = 255

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def read_host(text: str) -> str | IPAddress:
    """Read a host as the certificate will name it: a DNS name in lower case, or an IP address.

    ``ValueError`` says what is allowed.
    """
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        pass
    name = text.lower()
    if len(name) > 253 or not _DNS.fullmatch(name):
        msg = (
            f"{text!r} is no host name: write labels of letters, digits and hyphens "
            "(shop.example, *.shop.example) or an IP address"
        )
        raise ValueError(msg)
    return name


def covers(pattern: str, host: str) -> bool:
    """Whether a certificate's name serves ``host`` (RFC 9525 section 6.3).

    A wildcard stands for exactly one whole leftmost label; a wildcard host needs the same wildcard.
    """
    pattern, host = pattern.lower(), host.lower()
    if pattern == host:
        return True
    label, dot, rest = host.partition(".")
    return pattern.startswith("*.") and bool(label and dot) and label != "*" and pattern[2:] == rest


def service_id(name: str, *, trust_domain: str) -> str:
    """Return ``spiffe://<trust_domain>/service/<name>``.

    ``ValueError`` when the SPIFFE ID specification (sections 2.1 to 2.4) forbids it, or when the
    trust domain has an empty label: a leading dot would make a name constraint mean subdomains.
    """
    if not _TRUST_DOMAIN.fullmatch(trust_domain):
        msg = (
            f"{trust_domain!r} is no SPIFFE trust domain: write 1 to 255 lower-case letters, "
            "digits, hyphens and underscores, with single dots between them"
        )
        raise ValueError(msg)
    if not _SEGMENT.fullmatch(name) or name in {".", ".."}:
        msg = (
            f"{name!r} cannot end a SPIFFE id: write letters, digits, dots, hyphens and "
            "underscores, and not only one or two dots"
        )
        raise ValueError(msg)
    text = f"spiffe://{trust_domain}/service/{name}"
    if len(text.encode()) > _SPIFFE_ID_BYTES:
        msg = (
            f"the SPIFFE id of {name[:40]!r}... is over {_SPIFFE_ID_BYTES} bytes: shorten the name"
        )
        raise ValueError(msg)
    return text


def folder_name(name: str) -> str:
    """Return the folder that stands for ``name``: one safe path segment, different for each name.

    Lower-case letters, digits, hyphens and inner dots stay; ``*`` is ``_wildcard``; every other
    byte is ``_`` and two hex digits; what gets too long is named by its SHA-256.
    """
    parts = []
    for index, character in enumerate(name):
        if character == "*":
            parts.append("_wildcard")
        elif character in _KEPT and not (character == "." and index == 0):
            parts.append(character)
        else:
            parts.append("".join(f"_{byte:02x}" for byte in character.encode()))
    folder = "".join(parts) or "_empty"
    if len(folder) > _FOLDER_BYTES:
        return f"_sha256-{hashlib.sha256(name.encode()).hexdigest()}"
    return folder
