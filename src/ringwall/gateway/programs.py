"""The programs that an installation is made of, with their versions, and Ringwall's libraries."""

import platform
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from typing import Final

from ringwall import __version__
from ringwall.core.components import Found
from ringwall.core.observations import Collected, Observation, State
from ringwall.gateway.binary import envoy_version
from ringwall.runtime.config import DATABASE, Database
from ringwall.runtime.installation import Installation

KIND: Final = "ringwall-program"
PACKAGE: Final = "ringwall-package"
_NEED: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^]]*\])?\s*([^;]*)")


def programs(installation: Installation) -> Iterator[Collected]:
    """Envoy, Python, and the database where that is a program of its own."""
    yield _made("envoy", _envoy())
    yield _made("python", _version("python", platform.python_version()))
    yield _made("django", _django())
    if installation.load().one(Database, DATABASE).url is not None:
        yield _made("postgresql", _postgresql(installation))


def package() -> Collected:
    """Ringwall itself: its version, and the libraries that it asks for beside those there are."""
    found = Found(kind=PACKAGE, name="ringwall", label=f"Ringwall {__version__}")
    now = datetime.now(UTC)
    try:
        needs = [_need(one) for one in metadata.requires("ringwall") or () if ";" not in one]
        told = {"runs": __version__, "installed": metadata.version("ringwall"), "needs": needs}
        seen = Observation(State.KNOWN, told, "package", now)
    except metadata.PackageNotFoundError:
        seen = Observation(State.ERROR, None, "package", now, "Ringwall is not installed here")
    return Collected(found=found, aspects={"libraries": seen})


def _need(written: str) -> dict[str, str | None]:
    told = _NEED.match(written)
    name, wanted = (told[1], told[2].strip()) if told else (written, "")
    try:
        installed: str | None = metadata.version(name)
    except metadata.PackageNotFoundError:
        installed = None
    return {"name": name, "wanted": wanted, "installed": installed}


def _django() -> Observation:
    try:
        return _version("django", metadata.version("django"))
    except metadata.PackageNotFoundError as error:
        return _unknown("django", str(error))


def _envoy() -> Observation:
    try:
        return _version("envoy", envoy_version())
    except (OSError, subprocess.SubprocessError) as error:
        return _unknown("envoy", str(error))


def _postgresql(installation: Installation) -> Observation:
    from ringwall.runtime.opening import open_tables  # noqa: PLC0415 - before any table
    from ringwall.runtime.refusals import Refused  # noqa: PLC0415 - as above

    try:
        open_tables(installation)
    except Refused as error:
        return _unknown("postgresql", error.message)
    from django.db import DatabaseError, connection  # noqa: PLC0415 - as above

    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            row = cursor.fetchone()
    except DatabaseError as error:
        return _unknown("postgresql", str(error))
    return _version("postgresql", str(row[0]).split()[0])


def _version(program: str, version: str) -> Observation:
    now = datetime.now(UTC)
    told = {"program": program, "version": version, "day": now.date().isoformat()}
    return Observation(State.KNOWN, told, program, now)


def _unknown(program: str, why: str) -> Observation:
    return Observation(State.ERROR, None, program, datetime.now(UTC), why)


def _made(program: str, version: Observation) -> Collected:
    found = Found(kind=KIND, name=program, label=program)
    return Collected(found=found, aspects={"version": version})
