"""What the management account of an organisation tells of its members, lent to their readings.

The control policies that bind an account are told by another account alone. They stand in a
member's snapshot as an aspect of the account, as if they had been read there, each time it is read
or taken from where it is kept. What was read too long ago is left out, and it is said that it is: a
policy that was detached since would hide what is open.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from ringwall.core.observations import Observation, State
from ringwall.posture.permissions.controls import Controls, controls_of
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.statements import Document, Kind, unread
from ringwall.posture.snapshot.snapshot import CONTROLS, Snapshot
from ringwall.posture.snapshot.writing import encoded

KINDS: Final = {
    "aws-organizations-policy": Kind.SCP,
    "aws-organizations-resource-control-policy": Kind.RCP,
}
FRESH: Final = timedelta(days=2)
"""How long what a management account told of its policies is taken to be so."""
Told = Mapping[str, Any]


def told_by(snapshot: Snapshot, account: str, read_at: datetime) -> Told | None:
    """What an account tells of its organisation's policies; ``None`` where it may not.

    The management account may, and one that it lets (a delegated administrator), which counts if it
    could list all. Plain values, to be kept as JSON. What could not be read is among ``Untold``,
    with why.
    """
    organisation = _value(snapshot, account, "organization") or {}
    management = str(organisation.get("MasterAccountId") or "")
    if not management or (management != account and not _may_tell(snapshot, account)):
        return None
    untold: list[str] = []
    left: list[str] = []
    policies: list[dict[str, Any]] = []
    for name, kind in KINDS.items():
        listings = [told for scope, told in snapshot.listings(name) if scope.account == account]
        gap = next((one.why for one in listings if not one.is_told), "")
        if not listings:
            left.append(f"{_several(kind)} were not read: scan {account} with all checks")
            continue
        if gap:
            untold.append(f"{_several(kind)}: {gap}")
            policies.append({"Kind": kind.value, "Name": _several(kind), "Why": gap})
            continue
        policies += [
            _policy(seen.found.label, kind, seen.aspects, untold)
            for seen in snapshot.of_kind(name)
            if seen.found.account == account
        ]
    members = _value(snapshot, account, "organization_accounts")
    return {
        "Management": management,
        "By": account,
        "Organization": str(organisation.get("Id") or ""),
        "Read": read_at.astimezone(UTC).isoformat(),
        "Accounts": None if members is None else {str(one["Id"]): _path(one) for one in members},
        "Policies": policies,
        "Untold": untold,
        "LeftOut": "; ".join(left),
    }


def _may_tell(snapshot: Snapshot, account: str) -> bool:
    """Whether an account that manages nothing could list all policies of both kinds, and did."""
    for name in KINDS:
        listings = [told for scope, told in snapshot.listings(name) if scope.account == account]
        if not listings or any(one.state is not State.KNOWN for one in listings):
            return False
    return any(seen.found.account == account for one in KINDS for seen in snapshot.of_kind(one))


def _several(kind: Kind) -> str:
    return f"{kind.value.removesuffix('y')}ies"


def _policy(
    name: str, kind: Kind, aspects: Mapping[str, Observation], untold: list[str]
) -> dict[str, Any]:
    made: dict[str, Any] = {"Kind": kind.value, "Name": name}
    for member, aspect in (("Targets", "targets"), ("Content", "content")):
        told = aspects.get(aspect)
        if told is not None and told.state is State.KNOWN:
            made[member] = told.value
        elif told is not None and told.state is State.ABSENT:
            made[member] = [] if aspect == "targets" else None
        else:
            made["Why"] = told.why if told is not None else "it was never read"
            what = "what it binds" if aspect == "targets" else "what it denies"
            untold.append(f"{what} of {name}: {made['Why']}")
    return made


def _path(one: Mapping[str, Any]) -> list[str] | None:
    """The units that an account is in, from the top; ``None`` where AWS did not tell."""
    paths = list(one.get("Paths") or [])
    if len(paths) != 1:
        return None
    return [part for part in str(paths[0]).split("/") if part.startswith("ou-")]


def lend(snapshot: Snapshot, account: str, several: Iterable[Told], *, now: datetime) -> bool:
    """Have an account's snapshot say what binds it by these; whether that is otherwise now."""
    seen = snapshot.get(f"aws-account/{account}")
    if seen is None:
        return False
    before = seen.aspects.pop(CONTROLS, None)
    told = _of(snapshot, account, several)
    if told is not None:
        at = datetime.fromisoformat(told["Read"])
        value = _said(told, account, is_fresh=now - at <= FRESH)
        seen.aspects[CONTROLS] = Observation(
            State.KNOWN, value, "organizations:ListPolicies", at=at
        )
    after = seen.aspects.get(CONTROLS)
    return (before.value if before else None) != (after.value if after else None)


def mark_of(account: str, several: Iterable[Told], *, now: datetime) -> str:
    """What is another where what binds an account may be otherwise; empty where nobody tells it.

    Whether it was read again does not count, but that it was too long ago.
    """
    said = [
        {**one, "Read": now - datetime.fromisoformat(one["Read"]) <= FRESH}
        for one in several
        if one["Management"] != account and account in (one["Accounts"] or {account: None})
    ]
    return f".{sha256(encoded(said)).hexdigest()[:16]}" if said else ""


def lent_to(snapshot: Snapshot, account: str, several: Iterable[Told]) -> Told | None:
    """What is lent to an account by others that are read with it, however old that is."""
    told = _of(snapshot, account, several)
    return None if told is None else _said(told, account, is_fresh=True)


def _of(snapshot: Snapshot, account: str, several: Iterable[Told]) -> Told | None:
    """What is told of the organisation that an account is in, by its own word or the other's."""
    seen = snapshot.get(f"aws-account/{account}")
    own = seen.aspects.get("organization") if seen is not None else None
    if own is not None and own.state is State.ABSENT:
        return None
    if own is not None and own.state is State.KNOWN:
        mine = own.value or {}
        wanted = str(mine.get("MasterAccountId")), str(mine.get("Id") or "")
        found = [one for one in several if (one["Management"], one["Organization"]) == wanted]
    else:
        found = [one for one in several if account in (one["Accounts"] or {})]
    if len({(one["Management"], one["Organization"]) for one in found}) != 1:
        return None
    best = max(found, key=lambda one: (not one["Untold"], one["Read"]))
    members = best["Accounts"]
    if best["Management"] == account or (members is not None and account not in members):
        return None
    return best


def _said(told: Told, account: str, *, is_fresh: bool) -> dict[str, Any]:
    common = {"Management": told["Management"], "Organization": told["Organization"]}
    if not is_fresh:
        old = f"account {told['By']}, which tells them, was read more than 2 days ago"
        return {**common, "Policies": [], "Within": None, "LeftOut": old}
    within = (told["Accounts"] or {}).get(account)
    binding = (_binding(one, account, within) for one in told["Policies"])
    return {
        **common,
        "Policies": [one for one in binding if one is not None],
        "Within": within,
        "LeftOut": told["LeftOut"],
        "Untold": list(told["Untold"]),
    }


def _binding(one: Told, account: str, within: Sequence[str] | None) -> Told | None:
    """A policy with those of its targets that the account may be in; ``None`` without any."""
    targets = one.get("Targets")
    if targets is None:
        return one

    def is_over(target: Mapping[str, Any]) -> bool:
        name, kind = target.get("TargetId"), target.get("Type")
        is_unit = kind == "ORGANIZATIONAL_UNIT"
        return kind == "ROOT" or name == account or (is_unit and (within is None or name in within))

    over = [target for target in targets if is_over(target)]
    return {**one, "Targets": over} if over else None


def controls_from(told: Told, account: str) -> Controls:
    """What binds an account, of what its snapshot says."""
    policies = [(_document(one), one.get("Targets")) for one in told["Policies"]]
    return controls_of(policies, account, management=told["Management"], within=told.get("Within"))


def _document(one: Mapping[str, Any]) -> Document:
    name, kind = str(one["Name"]), Kind(one["Kind"])
    if "Content" not in one or one["Content"] is None:
        return unread(name, kind, str(one.get("Why") or "AWS told nothing of it"))
    return read(one["Content"], name=name, kind=kind)


def left_out(snapshot: Snapshot, account: str) -> str:
    """Why control policies of its organisation do not count for an account; empty if they do.

    It is empty, too, where it is in no organisation, manages it, or nobody asked.
    """
    seen = snapshot.get(f"aws-account/{account}")
    if seen is None:
        return ""
    lent = seen.aspects.get(CONTROLS)
    if lent is not None and lent.state is State.KNOWN:
        return str(lent.value["LeftOut"])
    own = seen.aspects.get("organization")
    if own is None or own.state is State.ABSENT:
        return ""
    if own.state is not State.KNOWN:
        return f"which organisation account {account} is in is not known: {own.why}"
    management = str((own.value or {}).get("MasterAccountId") or "")
    if management in {"", account}:
        return ""
    return f"account {management}, which tells them, was not read"


def _value(snapshot: Snapshot, account: str, aspect: str) -> Any:
    seen = snapshot.get(f"aws-account/{account}")
    told = seen.aspects.get(aspect) if seen is not None else None
    return told.value if told is not None and told.state is State.KNOWN else None
