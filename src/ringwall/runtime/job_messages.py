"""What stands in the queue of jobs: a name and when it is due, as JSON.

huey would write pickles, and whoever can write a pickle into the queue runs code in the worker: the
web process, which asks for jobs, is kept from files that the worker reads.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final

from huey.registry import Message
from huey.serializer import Serializer

_KNOWN: Final = frozenset({"id", "name", "eta", "priority"})


class JsonMessages(Serializer):  # type: ignore[misc]
    """Messages of jobs that take no arguments. ``ValueError`` for anything else."""

    def _serialize(self, data: Any) -> bytes:
        if not isinstance(data, Message) or data.args or data.kwargs:
            msg = f"{data!r} is no job without arguments"
            raise ValueError(msg)
        said = {"id": data.id, "name": data.name, "priority": data.priority}
        if data.eta is not None:
            said["eta"] = data.eta.isoformat()
        return json.dumps(said).encode()

    def _deserialize(self, data: bytes) -> Message:
        try:
            said = json.loads(data)
            told = said.get("eta")
            eta = None if told is None else datetime.fromisoformat(told)
            priority = said.get("priority")
            if (
                not said.keys() <= _KNOWN
                or not isinstance(said["id"], str)
                or not isinstance(said["name"], str)
                or not (priority is None or isinstance(priority, int | float))
            ):
                msg = "its fields are others"
                raise ValueError(msg)  # noqa: TRY301 - told as all others
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            msg = f"what stands in the queue is no job: {error}"
            raise ValueError(msg) from error
        if eta is not None and eta.tzinfo is not None:
            eta = eta.astimezone(UTC).replace(tzinfo=None)  # huey's are UTC without saying so
        return Message(id=said["id"], name=said["name"], eta=eta, priority=priority)
