"""What decided a verdict: of all that was read, those values without which it would say otherwise.

Of a policy that is the statement that lets strangers in, of a group the rule, of settings those
that the check looked at. None of it is kept: it is worked out from the snapshot when it is shown.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ringwall.core.observations import Observation, State, UnknownError
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.checking.noting import Noting, Part
from ringwall.posture.checking.reading import World
from ringwall.posture.checks.secrets import in_user_data, is_secret
from ringwall.posture.snapshot.partial import Unknown, guarded
from ringwall.posture.snapshot.snapshot import Seen, Snapshot

LOOK_FOR_SECRETS: Final = frozenset(
    {
        "aws-apigateway-rest-stage-secrets",
        "aws-apigateway-stage-secrets",
        "aws-autoscaling-launch-configuration-secrets",
        "aws-cloudformation-outputs-secrets",
        "aws-cloudformation-parameters-secrets",
        "aws-ec2-instance-user-data-secrets",
        "aws-ec2-launch-template-user-data-secrets",
        "aws-ecs-task-secrets",
        "aws-lambda-secrets",
        "aws-secretsmanager-written",
        "aws-ssm-document-secrets",
        "k8s-config-map-secrets",
        "k8s-container-secret-written",
        "k8s-secret-written",
        "terraform-provider-keys",
    }
)
"""Checks for which the deciding value is a secret: theirs are never shown."""
_WITHHELD: Final = frozenset(
    {
        *("userdata", "user_data", "environment", "env", "variables", "environmentvariables"),
        *("stagevariables", "command", "args", "entrypoint", "data", "stringdata", "binarydata"),
        *("written", "content", "secretstring", "secretbinary", "secrets", "options"),
        *("headervalue", "customheaders", "httpheaders", "httpheaderconfig", "querystringconfig"),
        *("authparameters", "presharedkey", "customergatewayconfiguration"),
    }
)
"""Aspects and keys, in small letters, below which anything may stand, secrets too."""
_MOST: Final = 6
"""Reads whose values are shown of one verdict: its own come first."""
_TRIES: Final = 200
_LONGEST: Final = 400
"""Characters that are shown of one value."""
_LOOKED_THROUGH: Final = 20_000
"""Characters of a text in which secrets are looked for: what is longer is not shown at all."""
_PARTS: Final = 1_000
"""Parts of a value that are looked through; what stands behind them would be cut off anyway."""
_PLAIN: Final = re.compile(
    r"no_information|not_supported|N/A|\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d)?"
)
"""No secrets, whatever they are called: what a report on credentials says, and times."""
HIDDEN: Final = "(not shown: it may hold secrets)"
_NAMES: Final = ("Name", "name", "Key", "key")
"""Keys beside ``Value`` that say what it is the value of."""
SECONDS: Final = 2.0
"""For how long it is tried which values a verdict needs; then all that was looked at is told."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """A value that a verdict stands on, as text that may be shown."""

    component: str
    aspect: str
    text: str


def decided_by(
    snapshot: Snapshot,
    known: KnownCheck,
    seen: Seen,
    why: str,
    *,
    indexes: dict[Any, Any] | None = None,
    seconds: float = SECONDS,
) -> tuple[Deciding, ...] | None:
    """The values that decided; ``None`` where the check does not say ``why`` of it any more.

    What looks like a secret, or may hold one, is withheld, and what is long is cut, each with a
    word. ``indexes`` is shared by those over one snapshot.
    """
    world = Noting(snapshot, {} if indexes is None else indexes)
    outcome = _said(known, seen, why, world)
    if outcome is None:
        return None
    judge = partial(_said, known, seen, why)
    least = _Least(judge, snapshot, time.monotonic() + seconds)
    found = []
    keys = sorted(world.facts, key=lambda key: key[0] != seen.found.id)
    for component, aspect in keys:
        read = snapshot.get(component)
        told = None if read is None else read.aspects.get(aspect)
        if told is None or told.state is not State.KNOWN:
            continue
        if known.id in LOOK_FOR_SECRETS or aspect.lower() in _WITHHELD:
            text = HIDDEN
        else:
            part = world.noted.get(id(told), Part())
            value = told.value
            if outcome is Outcome.FAIL:
                value = least.of(told)
            text = _text(part.shown(value))
        found.append(Deciding(component, aspect, text))
        if len(found) == _MOST:
            break
    return tuple(found)


def _said(known: KnownCheck, seen: Seen, why: str, world: World) -> Outcome | None:
    """What came out, where the check says this; else ``None``."""
    try:
        said = known.judge(world.subject(seen), world)
    except UnknownError as error:
        return Outcome.UNKNOWN if error.why == why else None
    except Exception:  # noqa: BLE001 - a check that fails by itself has said nothing
        return None
    return said.outcome if said is not None and said.why == why else None


class _Instead(World):
    """A world in which one answer was another."""

    def __init__(self, snapshot: Snapshot, told: Observation, value: Any) -> None:
        super().__init__(snapshot)
        self._told, self._value = told, value

    def value(self, told: Observation) -> Any:
        return guarded(self._value) if told is self._told else super().value(told)


class _Least:
    """Takes out of a value those items of lists without which a check says the same."""

    def __init__(
        self, judge: Callable[[World], Outcome | None], snapshot: Snapshot, until: float
    ) -> None:
        self._judge, self._snapshot, self._until = judge, snapshot, until
        self._tries = 0

    def of(self, told: Observation) -> Any:
        """The least of what was answered."""
        self._told = told
        return self._part(told.value, lambda new: new)

    def _is_enough(self, value: Any) -> bool:
        """Whether the check fails with the same words where this was answered."""
        self._tries += 1
        return self._judge(_Instead(self._snapshot, self._told, value)) is Outcome.FAIL

    def _may_try(self, times: int) -> bool:
        return self._tries + times <= _TRIES and time.monotonic() < self._until

    def _part(self, value: Any, whole: Callable[[Any], Any]) -> Any:
        """The least of a part; ``whole`` is all of the value with this part as it is given."""
        if isinstance(value, Mapping):
            made = dict(value)
            for key, one in value.items():
                if isinstance(one, Mapping | list):
                    made[key] = self._part(one, _with(made, key, whole))
            return made
        if isinstance(value, list) and value and self._may_try(len(value) + 1):
            return self._items(value, whole)
        return value

    def _items(self, value: list[Any], whole: Callable[[Any], Any]) -> list[Any]:
        if self._is_enough(whole([])):
            return value  # it is no item that decides, but that none is there, or something else
        alone = value
        if len(value) > 1:
            alone = [one for one in value if self._is_enough(whole([one]))]
        if alone:
            return [self._part(one, lambda new: whole([new])) for one in alone]
        kept = list(value)
        for one in value:
            rest = [each for each in kept if each is not one]
            if self._may_try(1) and self._is_enough(whole(rest)):
                kept = rest
        for at, one in enumerate(kept):
            kept[at] = self._part(one, _with(kept, at, whole))
        return kept


def _with(container: Any, key: Any, whole: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Gives all of a value with what stands in ``container`` under ``key`` as it is given."""

    def put(new: Any) -> Any:
        made = container.copy()
        made[key] = new
        return whole(made)

    return put


def _text(value: Any) -> str:
    text = json.dumps(_Safe().of("", value), default=str, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… (cut: it is longer)"


class _Safe:
    """Takes out of a value what looks like a secret, or stands where one may be."""

    def __init__(self) -> None:
        self._left = _PARTS

    def of(self, name: str, value: Any) -> Any:
        """The same value, to be shown; ``name`` is the key that it has."""
        self._left -= 1
        if self._left < 0:
            return "…"
        if isinstance(value, Unknown):
            return f"(not known: {value.why})"
        if value and name.lower() in _WITHHELD:
            return HIDDEN
        if isinstance(value, Mapping):
            named = next((value[key] for key in _NAMES if isinstance(value.get(key), str)), "")
            return {
                str(key): self.of(named if str(key).lower() == "value" else str(key), one)
                for key, one in list(value.items())[: self._left + 1]
            }
        if isinstance(value, list | tuple):
            return [self.of(name, one) for one in value[: self._left + 1]]
        if isinstance(value, bytes):
            return "(not shown: it is no text)"
        if isinstance(value, str) and len(value) > _LOOKED_THROUGH:
            return f"(not shown: {len(value):,} characters)"
        if isinstance(value, str) and (what := _secret_in(name, value)):
            return f"(not shown: it looks like {what})"
        return value


def _secret_in(name: str, text: str) -> str:
    """What kind of secret a text has, also where it is encoded as user data are."""
    if _PLAIN.fullmatch(text):
        return ""
    if what := is_secret(name, text):
        return what
    try:
        return next((one.what for one in in_user_data(text)), "")
    except UnknownError:
        return "what nobody can read"
