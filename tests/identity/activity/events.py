"""What was recorded, each event held against the published schema of OCSF 1.8.0."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from ocsf_json_schema import (
    OcsfJsonSchema,
    OcsfJsonSchemaEmbedded,
    get_ocsf_schema,
)

from ringwall.runtime.recording import spool_of
from ringwall.runtime.spool.segments import lines, opened


@cache
def _published() -> Any:
    return get_ocsf_schema("1.8.0")


@cache
def _validator(class_uid: int, profiles: tuple[str, ...]) -> Any:
    schema = OcsfJsonSchema(_published())
    name = schema.lookup_class_name_from_uid(class_uid)
    return Draft202012Validator(
        OcsfJsonSchemaEmbedded(schema).get_class_schema(name, list(profiles))
    )


def require_valid(event: Mapping[str, Any]) -> None:
    """Fail unless the event is as the schema says, names and numbers of what it is alike."""
    wrong = [
        f"{'/'.join(map(str, error.path))}: {error.message[:200]}"
        for error in _validator(
            event["class_uid"], tuple(event["metadata"].get("profiles", ()))
        ).iter_errors(event)
    ]
    assert wrong == [], (event.get("message"), wrong)
    schema = OcsfJsonSchema(_published())
    found = _published()["classes"][schema.lookup_class_name_from_uid(event["class_uid"])]
    activity = found["attributes"]["activity_id"]["enum"][str(event["activity_id"])]["caption"]
    assert event["activity_name"] == activity
    assert event["class_name"] == found["caption"]
    assert event["category_name"] == found["category_name"]
    assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
    assert event["metadata"]["version"] == "1.8.0"
    assert event["metadata"]["uid"]
    assert event["metadata"]["logged_time"]


def patched(event: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """A merge patch laid over an event (RFC 7396)."""
    made = dict(event)
    for name, value in patch.items():
        if value is None:
            made.pop(name, None)
        elif isinstance(value, Mapping):
            before = made.get(name)
            made[name] = patched(before if isinstance(before, Mapping) else {}, value)
        else:
            made[name] = value
    return made


class Found:
    """One event that was recorded: ``raw`` without what is personal, ``whole`` with it."""

    def __init__(self, line: bytes) -> None:
        told = json.loads(line)
        assert sorted(told) == ["event", "personal"], line
        self.raw: dict[str, Any] = told["event"]
        self.personal: dict[str, dict[str, Any]] = told["personal"]
        self.whole = self.raw
        for patch in self.personal.values():
            self.whole = patched(self.whole, patch)
        require_valid(self.raw)
        require_valid(self.whole)

    def __repr__(self) -> str:
        return f"<{self.raw['class_name']}: {self.raw['message']}>"

    @property
    def own(self) -> dict[str, Any]:
        """What OCSF has no word for."""
        found: dict[str, Any] = self.whole["unmapped"]["ringwall"]
        return found

    @property
    def by(self) -> dict[str, Any]:
        """Who acted."""
        found: dict[str, Any] = self.whole.get("actor", {})
        return found

    @property
    def before(self) -> dict[str, Any]:
        """What was there, of an entity."""
        found: dict[str, Any] = self.whole["entity"].get("data", {})
        return found

    @property
    def after(self) -> dict[str, Any]:
        """What is there now."""
        found: dict[str, Any] = self.whole["entity_result"]["data"]
        return found


def raw_lines(state: Path) -> list[bytes]:
    """Every line of the spool."""
    return [line for one in opened(spool_of(state)) for line in lines(one)]


def recorded(state: Path) -> list[Found]:
    """Every event of the spool, all of them as the schema wants them, no two of one id."""
    found = [Found(line) for line in raw_lines(state)]
    uids = [one.raw["metadata"]["uid"] for one in found]
    assert len(uids) == len(set(uids))
    return found


class Record:
    """What is recorded from now on."""

    def __init__(self, state: Path) -> None:
        self.state, self._seen = state, len(raw_lines(state))

    def new(self) -> list[Found]:
        """What was recorded since the last time, each checked."""
        found = raw_lines(self.state)
        before, self._seen = self._seen, len(found)
        return [Found(line) for line in found[before:]]

    def one(self, *, message: str, **more: Any) -> Found:
        """The only new event with this message; see :func:`chosen`."""
        return only(self.new(), message=message, **more)


def chosen(found: Iterable[Found], **wanted: Any) -> list[Found]:
    """Those with these members; a value may be a function that judges it."""

    def fits(one: Found) -> bool:
        for name, value in wanted.items():
            has = one.whole.get(name)
            if not (value(has) if callable(value) else has == value):
                return False
        return True

    return [one for one in found if fits(one)]


def only(found: list[Found], **wanted: Any) -> Found:
    """The only one of those."""
    some = chosen(found, **wanted)
    assert len(some) == 1, (wanted, found)
    return some[0]


def of_type(found: Iterable[Found], kind: str) -> list[Found]:
    """Changes of one sort of thing: ``Membership``."""
    return [one for one in found if one.own.get("type") == kind]


def require_nowhere(state: Path, *secrets: str) -> None:
    """Fail if any line of the spool holds any of these."""
    text = b"\n".join(raw_lines(state)).decode()
    for one in secrets:
        assert len(one) >= 6, f"{one!r} is too short to be looked for"
        assert one not in text, f"a secret was recorded: {one[:8]}..."
