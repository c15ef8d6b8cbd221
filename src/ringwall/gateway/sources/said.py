"""What the configuration says of sources, in a file beside what the edge reads.

Whoever changes what is refused between two configurations, or follows the files of feeds, has it
from there: it is replaced in the moment in which the edge turns to another configuration.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ringwall.gateway.availability.config import Availability
from ringwall.gateway.envoy.resources import Json

SAID: Final = "sources.json"


@dataclass(frozen=True, slots=True)
class Said:
    """Sources and who is exempt; of all else ``availability`` has what is so without a word.

    ``by_header`` where proxies in front tell in a header who is asking.
    """

    availability: Availability
    by_header: bool


def said(availability: Availability, *, by_header: bool) -> Json:
    """The content of the file."""
    told = availability.model_dump(
        mode="json", include={"exempt": {"networks"}, "sources": True}, exclude_defaults=True
    )
    return {"availability": told, "by_header": by_header}


def read(path: Path) -> Said | None:
    """What it says; ``None`` where it is missing or cannot be read."""
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
        availability = Availability.model_validate_json(json.dumps(found["availability"]))
        return Said(availability, bool(found["by_header"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
