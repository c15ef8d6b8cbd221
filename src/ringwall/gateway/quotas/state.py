"""What the process tells of Redis, in a file beside its socket."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SharedState:
    """Where shared limits are counted: in ``redis``, or by this edge because of ``trouble``.

    ``since`` is when that began (ISO 8601, UTC).
    """

    redis: str
    trouble: str
    since: str


def state_file(socket: Path) -> Path:
    """Where the process that listens at ``socket`` tells it."""
    return socket.with_suffix(".json")


def keep_state(path: Path, redis: str, trouble: str) -> None:
    """Tell it from now on."""
    state = SharedState(redis, trouble, datetime.now(UTC).isoformat(timespec="seconds"))
    new = path.with_suffix(".new")
    new.write_text(json.dumps(asdict(state)))
    new.replace(path)


def read_state(path: Path) -> SharedState | None:
    """What was told last; ``None`` where nothing was, or nothing that can be read."""
    try:
        found = json.loads(path.read_bytes())
        datetime.fromisoformat(found["since"])
        return SharedState(str(found["redis"]), str(found["trouble"]), found["since"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
