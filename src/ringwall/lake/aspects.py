"""What posture reads of the log: how it is set up, and how it fares. Found by discovery."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from ringwall.core.components import Found
from ringwall.core.observations import Collected, Observation, State
from ringwall.lake.config import LOG, Log
from ringwall.lake.faring import faring
from ringwall.lake.places import Places
from ringwall.runtime.installation import Installation

KINDS: Final = ("ringwall-log",)


def aspects(installation: Installation) -> Iterator[Collected]:
    """The one log of an installation."""
    now = datetime.now(UTC)
    declared = installation.load().one(Log, LOG).model_dump(mode="json")
    places = Places(installation.state, installation.run)
    state = Observation(State.ERROR, None, "run", now, "the collector does not run")
    fares = faring(places)
    if fares.told is not None and fares.is_fresh:
        told = {"alarms": [*fares.alarms(), *fares.troubles_outside()]}
        state = Observation(State.KNOWN, told, "run", now)
    yield Collected(
        found=Found(kind="ringwall-log", name="log", label="log"),
        aspects={
            "declared": Observation(State.KNOWN, declared, "configuration", now),
            "state": state,
        },
    )
