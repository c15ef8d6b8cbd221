"""From a policy as AWS or a file has it to statements.

IAM User Guide, "Grammar of the IAM JSON policy language". What is broken is said with its place,
and is never taken for a policy that says nothing: its statements match "perhaps".
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from ringwall.core.observations import UnknownError
from ringwall.posture.permissions.least import least
from ringwall.posture.permissions.operators import OPERATORS
from ringwall.posture.permissions.statements import (
    Condition,
    Document,
    Effect,
    Kind,
    Principals,
    Statement,
    unread,
)

LARGEST: Final = 1_000_000
"""Characters. AWS itself takes 20,480 for a bucket and 32,768 for a key, the largest there are."""
MOST_STATEMENTS: Final = 20_000
_ACCOUNT: Final = re.compile(r"\d{12}")
_ROOT: Final = re.compile(r"arn:[\w-]+:iam::(\d{12}):root")
_PRINCIPAL_ARN: Final = re.compile(r"arn:[\w-]+:(?:iam|sts)::(?:\d{12})?:[\w+=,.@/-]+")
_ORIGIN: Final = re.compile(
    r"arn:[\w-]+:iam::cloudfront:user/CloudFront Origin Access Identity [A-Z0-9]+"
)
"""An identity of CloudFront's, which policies name so or by its canonical id."""
_UNIQUE: Final = re.compile(r"A(?:IDA|ROA|GPA|KIA|SIA)[A-Z0-9]+")
_OPERATOR: Final = re.compile(r"(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?", re.IGNORECASE)
_WITHOUT_RESOURCE: Final = {Kind.TRUST, Kind.RESOURCE}
_WITH_PRINCIPAL: Final = {Kind.TRUST, Kind.RESOURCE}
_KNOWN: Final = frozenset(
    [
        "Sid",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "NotPrincipal",
        "Condition",
    ]
)


class _FaultError(ValueError):
    """Something in a statement cannot be understood."""


def read(source: object, *, name: str, kind: Kind) -> Document:
    """The policy in ``source``: JSON text (URL-encoded or not), bytes, or what it stands for.

    Never raises for what is in it: what cannot be understood, or is not known yet, is in
    ``faults``.
    """
    try:
        return _read(source, name, kind)
    except UnknownError as error:
        return unread(name, kind, error.why)


def _read(source: object, name: str, kind: Kind) -> Document:
    if isinstance(source, str | bytes):
        try:
            source = _parsed(source, name)
        except _FaultError as error:
            return unread(name, kind, str(error))
    if not isinstance(source, Mapping):
        return unread(name, kind, f"a policy is an object, this is {_said(source)}")
    variables = source.get("Version", "2008-10-17") == "2012-10-17"
    raw = source.get("Statement")
    if isinstance(raw, Mapping):
        raw = [raw]
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes):
        return unread(name, kind, f'"Statement" is a list of statements, this is {_said(raw)}')
    if len(raw) > MOST_STATEMENTS:
        return unread(name, kind, f"it has {len(raw):,} statements; {MOST_STATEMENTS:,} are read")
    statements: list[Statement] = []
    faults: list[str] = []
    for number in range(len(raw)):
        place, one = f"statement {number + 1}", None
        try:
            one = raw[number]
            place += _sid(one)
            statements.append(_statement(one, place, name, kind, variables=variables))
        except (_FaultError, UnknownError) as error:
            faults.append(f"{place} of {name}: {error}")
            sure = least(one) if isinstance(error, UnknownError) else None
            with suppress(_FaultError):
                if sure is not None:
                    statements.append(_statement(sure, place, name, kind, variables=variables))
            statements += _perhaps(one, place, name, faults[-1])
    return Document(name, kind, tuple(statements), tuple(faults))


def _parsed(source: str | bytes, name: str) -> object:
    if len(source) > LARGEST:
        raise _FaultError(
            f"it is {len(source):,} characters long, and {LARGEST:,} are read;"
            f" AWS takes no policy over 32,768: look at what wrote {name}"
        )
    try:
        written = source.decode() if isinstance(source, bytes) else source
        if written[:3].upper() in {"%7B", "%0A", "%20"}:
            written = _decoded(written)
        return json.loads(written, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise _FaultError(
            f"line {error.lineno}, column {error.colno} is no JSON: {error.msg}"
        ) from None
    except UnicodeDecodeError as error:
        raise _FaultError(f"byte {error.start} is no UTF-8") from None
    except RecursionError:
        raise _FaultError("it is nested too deeply") from None
    except _FaultError:
        raise
    except ValueError as error:  # such as numbers of thousands of digits
        raise _FaultError(f"it cannot be read: {error}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _FaultError(f'"{twice[:80]}" stands twice in one object: AWS refuses that')
    return found


def _decoded(source: str) -> str:
    """RFC 3986, section 2.1: policies come so from the API itself, where no SDK has undone it."""
    return re.sub(
        rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), source.encode()
    ).decode()


def _sid(one: object) -> str:
    try:
        sid = one.get("Sid") if isinstance(one, Mapping) else None
    except UnknownError:
        return ""
    return f" ({sid})" if isinstance(sid, str) and sid else ""


def _perhaps(one: object, place: str, name: str, fault: str) -> Iterable[Statement]:
    """What a broken statement may do: both, unless it says which, with all, unless with what."""
    effects, actions, but_actions = list(Effect), tuple[str, ...](), False
    if isinstance(one, Mapping):
        with suppress(UnknownError):
            said = one.get("Effect")
            effects = [Effect(said)] if said in ("Allow", "Deny") else effects
        with suppress(UnknownError, _FaultError):
            actions, but_actions = _actions(one)
    return [
        Statement(
            effect,
            place,
            actions,
            but_actions=but_actions,
            principals=Principals(),
            fault=fault,
            document=name,
        )
        for effect in effects
    ]


def _actions(one: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    """What a statement is about in lower case, and whether it is about all but that."""
    actions, but_actions = _one_of(one, "Action", "NotAction")
    for action in actions or ():
        if ":" not in action and action.strip("*"):
            raise _FaultError(f'"{action[:80]}" is no action: they are written service:Name')
    return tuple(action.lower() for action in actions or ()), but_actions


def _statement(one: object, place: str, name: str, kind: Kind, *, variables: bool) -> Statement:
    if not isinstance(one, Mapping):
        raise _FaultError(f"a statement is an object, this is {_said(one)}")
    if strange := sorted(str(key)[:40] for key in one if key not in _KNOWN):
        raise _FaultError(f'"{strange[0]}" is no element of a statement')
    if one.get("Effect") not in ("Allow", "Deny"):
        raise _FaultError(f'"Effect" is "Allow" or "Deny", this is {_said(one.get("Effect"))}')
    actions, but_actions = _actions(one)
    resources, but_resources = _one_of(
        one, "Resource", "NotResource", optional=kind in _WITHOUT_RESOURCE
    )
    principals, but_principals = _principals(one, kind)
    return Statement(
        effect=Effect(one["Effect"]),
        place=place,
        actions=actions,
        but_actions=but_actions,
        resources=resources,
        but_resources=but_resources,
        principals=principals,
        but_principals=but_principals,
        conditions=tuple(_conditions(one.get("Condition", {}))),
        variables=variables,
        document=name,
    )


def _one_of(
    one: Mapping[str, Any], plain: str, but: str, *, optional: bool = False
) -> tuple[tuple[str, ...] | None, bool]:
    if plain in one and but in one:
        raise _FaultError(f'"{plain}" and "{but}" stand together')
    for element in (plain, but):
        if element in one:
            values = _texts(one[element], element)
            if not values:
                raise _FaultError(f'"{element}" is empty')
            return values, element == but
    if optional:
        return None, False
    raise _FaultError(f'neither "{plain}" nor "{but}" is there')


def _texts(value: object, element: str) -> tuple[str, ...]:
    """A text or a list of them; numbers and booleans count as they are written in JSON."""
    several = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    found = []
    for one in several:
        if isinstance(one, bool):
            found.append("true" if one else "false")
        elif isinstance(one, str | int | float):
            found.append(str(one))
        else:
            raise _FaultError(f'"{element}" has texts, this is {_said(one)}')
    return tuple(found)


def _principals(one: Mapping[str, Any], kind: Kind) -> tuple[Principals | None, bool]:
    but = "NotPrincipal" in one
    if kind is Kind.ENDPOINT and not but and "Principal" not in one:
        return None, False
    if kind not in _WITH_PRINCIPAL and kind is not Kind.ENDPOINT:
        if but or ("Principal" in one and one["Principal"] != "*"):
            raise _FaultError(f'a {kind} has no "Principal"')
        return None, False
    if but and "Principal" in one:
        raise _FaultError('"Principal" and "NotPrincipal" stand together')
    element = "NotPrincipal" if but else "Principal"
    if element not in one:
        raise _FaultError(f'a {kind} has a "Principal"')
    said = one[element]
    if said == "*":
        return Principals(everyone=True), but
    if not isinstance(said, Mapping):
        raise _FaultError(f'"{element}" is "*" or an object, this is {_said(said)}')
    named = {str(key).lower(): _texts(value, f"{element}.{key}") for key, value in said.items()}
    if strange := sorted(set(named) - {"aws", "service", "federated", "canonicaluser"}):
        raise _FaultError(f'"{element}.{strange[0][:40]}" is no kind of principal')
    origins = [one for one in named.get("aws", ()) if _ORIGIN.fullmatch(one)]
    others = [one for one in named.get("aws", ()) if one not in origins]
    everyone, accounts, arns = _of_aws(others, element)
    return Principals(
        everyone=everyone,
        accounts=accounts,
        arns=arns,
        services=frozenset(text.lower() for text in named.get("service", ())),
        federated=frozenset(named.get("federated", ())),
        canonical=frozenset((*named.get("canonicaluser", ()), *origins)),
    ), but


def _of_aws(values: Sequence[str], element: str) -> tuple[bool, frozenset[str], frozenset[str]]:
    everyone, accounts, arns = False, set(), set()
    for value in values:
        if value == "*":
            everyone = True
        elif _ACCOUNT.fullmatch(value):
            accounts.add(value)
        elif root := _ROOT.fullmatch(value):
            accounts.add(root[1])
        elif _PRINCIPAL_ARN.fullmatch(value) or _UNIQUE.fullmatch(value):
            arns.add(value)
        else:
            raise _FaultError(
                f'"{value[:120]}" in "{element}.AWS" is neither "*", an account, nor the ARN of a'
                " principal; wildcards within are not allowed"
            )
    return everyone, frozenset(accounts), frozenset(arns)


def _conditions(block: object) -> Iterable[Condition]:
    if not isinstance(block, Mapping):
        raise _FaultError(f'"Condition" is an object, this is {_said(block)}')
    for written, keys in block.items():
        found = _OPERATOR.fullmatch(str(written))
        operator = OPERATORS.get(found[2].lower()) if found else None
        if found is None or operator is None:
            raise _FaultError(f'"{str(written)[:80]}" is no operator of conditions')
        if not isinstance(keys, Mapping):
            raise _FaultError(f'"Condition.{written}" is an object, this is {_said(keys)}')
        quantifier = {"foranyvalue": "any", "forallvalues": "all"}.get((found[1] or "").lower(), "")
        for key, values in keys.items():
            yield Condition(
                operator=operator.name,
                key=str(key).lower(),
                values=_texts(values, f"Condition.{written}.{key}"),
                quantifier=quantifier,
                if_exists=found[3] is not None,
            )


def _said(value: object) -> str:
    if value is None:
        return "not there"
    written = str(value) if isinstance(value, str | int | float) else type(value).__name__
    return f'"{written[:60]}"'
