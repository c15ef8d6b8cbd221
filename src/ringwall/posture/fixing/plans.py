"""What a plan is, and its form on the disk."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from ringwall.core.observations import State


class Stage(StrEnum):
    """How far a plan has come."""

    MADE = "made"
    APPROVED = "approved"
    BEGUN = "begun"
    """Being applied, or whoever applied it was killed: then it is taken back first."""
    APPLIED = "applied"
    """And judged anew: the check passes."""
    TAKEN_BACK = "taken-back"
    STUCK = "stuck"
    """It could be neither applied nor taken back whole: somebody has to look."""
    STALE = "stale"
    """What it stands on has changed: make another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of AWS: ``service:Operation``, what it is called with, and what it does in words.

    ``later`` are arguments that nobody knows before what is taken back was made: by each the aspect
    of the plan's component that tells it then, as the only one.
    """

    call: str
    arguments: Mapping[str, Any]
    words: str
    region: str = ""
    later: Mapping[str, str] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """As it would be typed for the AWS command line, near enough to be read."""
        later = {name: f"<the only one of {aspect}>" for name, aspect in self.later.items()}
        return f"{self.call} {json.dumps({**self.arguments, **later}, sort_keys=True)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A call, and the calls that take it back, last first. Without them it cannot be taken back.

    ``makes`` tells by aspect what the plan stands on there once the call was made, where the call
    does not say that itself: by it whoever was killed is told from others who were there. It is
    kept with the plan.
    """

    do: Call
    undo: tuple[Call, ...] = ()
    makes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What was read of an aspect when the plan was made; it must be the same when it is applied.

    Of ``keys``, where there are any, alone: the rest of it may change meanwhile.
    """

    component: str
    aspect: str
    state: State
    value: Any = None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a remedy gives: the rest of the plan is the same for all."""

    changes: tuple[str, ...]
    """The difference in words, a line each: what is so now, what will be."""
    steps: tuple[Step, ...]
    warning: str = ""
    """What may stop working."""
    terraform: str = ""
    """The same in Terraform's language, to be put into the code that declares the component."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By aspect: the members that the plan stands on, where that is not all of it."""
    settles_s: float = 0.0
    """How long AWS says that it takes, where that is longer than usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A draft for one component, what it stands on, and what has become of it.

    ``done`` counts the steps that were begun, ``history`` has a line for all that was done to it,
    ``after`` is what was read of its basis last: before the step that was begun, once it was
    applied, or where it could not be taken back whole. ``by`` is who made it, and
    ``by_uid`` by what the machine knows them: two may have one name. Plans of before have none.
    """

    id: str
    check: str
    component: str
    account: str
    region: str
    draft: Draft
    basis: tuple[Basis, ...]
    made: datetime
    by: str
    stage: Stage = Stage.MADE
    done: int = 0
    history: tuple[str, ...] = field(default=())
    after: tuple[Basis, ...] = ()
    approved_by: str = ""
    by_uid: str = ""
    approved_by_uid: str = ""

    @property
    def digest(self) -> str:
        """Of what would be done, so that what was approved is what is applied."""
        told = asdict(self)
        for name in ("stage", "done", "history", "after", "approved_by", "approved_by_uid"):
            del told[name]
        if not self.by_uid:  # what was approved before there was one stays what it was
            del told["by_uid"]
        for step in told["draft"]["steps"]:
            del step["makes"]  # it changes nothing of what is done
        return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()

    def on(self, stage: Stage, said: str, *, now: datetime, done: int | None = None) -> "Plan":
        """The plan, further on; ``said`` goes into its history."""
        line = f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z {said}"
        steps = self.done if done is None else done
        return replace(self, stage=stage, done=steps, history=(*self.history, line))


def plan_id(check: str, component: str, basis: tuple[Basis, ...]) -> str:
    """The same for the same mend of the same state."""
    told = json.dumps([check, component, [asdict(one) for one in basis]], default=str)
    return sha256(told.encode()).hexdigest()[:12]


def encoded(plan: Plan) -> bytes:
    """As JSON."""
    return json.dumps(asdict(plan), default=_plain, indent=1, sort_keys=True).encode()


def decoded(content: bytes) -> Plan:
    """A plan from the disk; ``ValueError`` where it is none."""
    try:
        told = json.loads(content)
        draft = told.pop("draft")
        return Plan(
            **{
                **told,
                "draft": Draft(
                    changes=tuple(draft["changes"]),
                    steps=tuple(_step(one) for one in draft["steps"]),
                    warning=draft["warning"],
                    terraform=draft["terraform"],
                    keys={name: tuple(keys) for name, keys in draft["keys"].items()},
                    settles_s=draft.get("settles_s", 0.0),
                ),
                "basis": tuple(map(_basis, told["basis"])),
                "after": tuple(map(_basis, told.get("after", ()))),
                "made": datetime.fromisoformat(told["made"]),
                "stage": Stage(told["stage"]),
                "history": tuple(told["history"]),
            }
        )
    except (KeyError, TypeError, AttributeError) as error:
        msg = f"it is no plan: {error}"
        raise ValueError(msg) from error


def _basis(told: Mapping[str, Any]) -> Basis:
    return Basis(**{**told, "state": State(told["state"]), "keys": tuple(told["keys"])})


def _step(told: Mapping[str, Any]) -> Step:
    undo = tuple(Call(**one) for one in told["undo"])
    return Step(do=Call(**told["do"]), undo=undo, makes=told.get("makes", {}))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def narrowed(value: Any, keys: tuple[str, ...]) -> Any:
    """Of a value what ``keys`` name (``MetadataOptions.HttpTokens``), to be compared.

    Of a list of such values it is what they name of each. It is as it is once it was written and
    read; in which order a list is told does not count, and of a policy that is told as text only
    what it says.
    """
    if isinstance(value, str) and value[:1] == "{":
        with suppress(ValueError, RecursionError):
            value = json.loads(value)
    if keys and isinstance(value, Mapping):
        value = {key: _member(value, key) for key in keys}
    elif keys and isinstance(value, Sequence) and not isinstance(value, str):
        value = [
            {key: _member(one, key) for key in keys} if isinstance(one, Mapping) else one
            for one in value
        ]
    return _sorted(json.loads(json.dumps(value, default=_plain, sort_keys=True)))


def _member(value: Any, key: str) -> Any:
    if isinstance(value, Mapping) and key in value:  # attributes of balancers have points in them
        return value[key]
    for name in key.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(one) for name, one in value.items()}
    if isinstance(value, list):
        several = [_sorted(one) for one in value]
        return sorted(several, key=lambda one: json.dumps(one, sort_keys=True))
    return value
