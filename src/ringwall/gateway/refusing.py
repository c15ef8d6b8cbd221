"""What may go wrong when a configuration is applied, and how that is told."""

from collections.abc import Iterable
from typing import Any, Final

from ringwall.gateway.binary import EnvoyRefusedError
from ringwall.gateway.certificates.credential import CredentialError
from ringwall.gateway.quotas.address import RedisUrlError
from ringwall.gateway.versions import DamagedVersionError
from ringwall.gateway.xds import NotAcceptedError
from ringwall.runtime.configuration import ConfigurationError, Problem
from ringwall.runtime.configuration.rendering import plain, to_json
from ringwall.runtime.database import DatabaseUrlError
from ringwall.runtime.processes.spec import SpecError
from ringwall.runtime.refusals import Refused

REFUSALS: Final = (
    ConfigurationError,
    CredentialError,
    DamagedVersionError,
    DatabaseUrlError,
    EnvoyRefusedError,
    NotAcceptedError,
    LookupError,
    OSError,
    RedisUrlError,
    Refused,
    SpecError,
)
"""What may go wrong when a configuration is applied; the running one then stays.

``OSError`` covers ports that are taken and disks that are full.
"""


def refusal(error: Exception) -> dict[str, Any]:
    """What ``status`` and ``reload`` tell of a configuration that was not applied."""
    problems = error.problems if isinstance(error, ConfigurationError) else ()
    return {"reason": str(error), "problems": problems_told(problems)}


def problems_told(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems, or warnings, as the supervisor answers with them: ``text`` is for people."""
    return [{**to_json(one), "text": plain(one)} for one in problems]
