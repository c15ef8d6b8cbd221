"""The parts of a distribution's configuration."""

import re
from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.checking import Subject, UnknownError

_BUCKET: Final = re.compile(
    r"^(?P<name>.+?)\.s3(?:[.-](?:dualstack\.)?(?:website[.-])?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$"
)


def behaviors(it: Subject) -> list[Mapping[str, Any]]:
    """The default one and those of paths."""
    told = it.read("config")
    several = (told.get("CacheBehaviors") or {}).get("Items") or ()
    return [told.get("DefaultCacheBehavior") or {}, *several]


def origins(it: Subject) -> list[Mapping[str, Any]]:
    """What it fetches from."""
    return list((it.read("config").get("Origins") or {}).get("Items") or ())


def called(origin: Mapping[str, Any]) -> str:
    """What an origin is called: its name, or its id where that is not known yet."""
    try:
        return str(origin.get("DomainName"))
    except UnknownError:
        return str(origin.get("Id"))


def bucket_of(domain: str) -> str:
    """The bucket that a name in S3's domains stands for, ``""`` where it is none."""
    found = _BUCKET.match(domain)
    return found["name"] if found else ""
