"""Policies that code writes, with what stands in them for what is not known before it has run."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ringwall.posture.code.aws.variables import is_plain
from ringwall.posture.code.terraform.computed import PROVIDER, is_untold
from ringwall.posture.code.terraform.resources import Resources
from ringwall.posture.code.terraform.values import (
    Existing,
    ExpressionError,
    PartialText,
    Reference,
    from_json,
)
from ringwall.posture.snapshot.partial import (
    IN_CODE,
    SOMEWHERE,
    Assumed,
    OwnAccount,
    OwnRegion,
    Unknown,
)

_TO_REGION: Final = re.compile(r"arn:[^:]*:[^:]+:")
"""What stands before a region; a pattern that is given for it is one of regions, too."""
_NO_NAME: Final = re.compile(r"[^\w.-]")
_PEOPLE: Final = {"aws_iam_role": "role", "aws_iam_user": "user"}
_IDENTITY: Final = ("aws_cloudfront_origin_access_identity", "iam_arn")
_ORIGIN: Final = "CloudFront Origin Access Identity "
_CANONICAL: Final = "s3canonicaluserid"
_EXACT: Final = frozenset({"stringequals", "stringequalsignorecase"})
"""Operators to which a star is a star."""
Stands = Callable[[Unknown, str], str | None]
"""What stands for something that is not known after what is written before it, if anything."""


def granting(code: Resources, value: Any) -> Any:
    """A policy of somebody: the resources that it names stand for those alone."""
    return _read(value, _of(lambda it, before: _named(code, it, before)), {})


def document(
    value: Any,
    code: Resources | None = None,
    *,
    of_itself: bool = False,
    by_any_name: bool = False,
    own: Mapping[str, str] | None = None,
) -> Any:
    """A policy of a resource, from JSON or as it is, with what is not known in it.

    The account that code is in stands for itself, and so does its region; so do, of this ``code``,
    whom it lets in and what its conditions ask for. ``of_itself`` is for policies of a resource
    that AWS takes for no other resource: one that is not known yet is that one; ``by_any_name``,
    so is each that is named where something is allowed, for its name is known only once it is
    there. ``own`` is by its address what the resource itself is called here.
    """
    parts: dict[str, Stands] = {}
    if own:
        itself = _of(lambda it, before: own.get(getattr(it, "address", "")) if before else None)
        parts |= {"Resource": itself, "NotResource": itself}
    if code is not None:
        asked = _of(lambda it, before: _named(code, it, before))
        who = _of(lambda it, before: _principal(code, it, before))
        parts |= {"Condition": asked, "Principal": who, "NotPrincipal": who}
        value = _with_identities(code, value)
    told = _with_ids(_read(value, _of(lambda _, __: None), parts))
    several = told.get("Statement") if of_itself and isinstance(told, dict) else None
    if several is None or isinstance(several, Unknown):
        return told
    listed = [several] if isinstance(several, dict) else several
    return told | {"Statement": [_of_itself(one, by_any_name=by_any_name) for one in listed]}


def _read(value: Any, stands: Stands, parts: Mapping[str, Stands]) -> Any:
    try:
        return _decided(from_json(value), stands, parts)
    except ExpressionError as error:
        return Unknown(f"the policy cannot be read: {error}")


def _decided(value: Any, stands: Stands, parts: Mapping[str, Stands]) -> Any:
    if isinstance(value, dict):
        return {
            _marked(key): _decided(one, parts.get(key, stands), parts) for key, one in value.items()
        }
    if isinstance(value, list):
        return [_decided(one, stands, parts) for one in value]
    if not isinstance(value, Unknown):
        return _marked(value)
    text = ""
    several = value.parts if isinstance(value, PartialText) else (value,)
    for at, one in enumerate(several):
        if isinstance(one, str):
            text += one
            continue
        is_region = _TO_REGION.fullmatch(text) and _is_ended(several[at + 1 :])
        standing = SOMEWHERE if is_region else stands(one, text)
        if standing is None:
            return value
        text += standing
    return Assumed(text)


def _marked(value: Any) -> Any:
    """As what will not stand there, where it only has the form of that."""
    return Assumed(value) if isinstance(value, str) and is_untold(value) else value


def _is_ended(after: Sequence[str | Unknown]) -> bool:
    return bool(after) and isinstance(after[0], str) and after[0].startswith(":")


def _of(others: Stands) -> Stands:
    """What stands for where code will be, and for what else is not known."""

    def stands(value: Unknown, before: str) -> str | None:
        if isinstance(value, OwnAccount):
            return IN_CODE
        return SOMEWHERE if isinstance(value, OwnRegion) else others(value, before)

    return stands


def _named(code: Resources, value: Unknown, before: str) -> str | None:
    """One resource that nobody else names: by an ARN, or by a name within one."""
    if not is_plain(code, value):
        return None
    name = _NO_NAME.sub("-", getattr(value, "address", "stack"))
    return name if before else f"arn:aws:code:{SOMEWHERE}:{IN_CODE}:{name}"


def _principal(code: Resources, value: Unknown, before: str) -> str | None:
    """Somebody of the account, or whom somebody trusts who is not known by an id yet."""
    if before.endswith(_ORIGIN) and isinstance(value, Reference) and value.attribute == "id":
        its = code.at(value.address)
        return _letters(value) if its is not None and its.type == _IDENTITY[0] else None
    if before or not isinstance(value, Reference | Existing):
        return None
    one = code.at(value.address)
    type_ = value.type if isinstance(value, Existing) else "" if one is None else one.type
    name = _NO_NAME.sub("-", value.address)
    if type_ in _PEOPLE and value.attribute == "arn":
        return f"arn:aws:iam::{IN_CODE}:{_PEOPLE[type_]}/{name}"
    if (type_, value.attribute) == _IDENTITY:
        return f"arn:aws:iam::cloudfront:user/{_ORIGIN}{_letters(value)}"
    url = one.get("url") if one is not None and type_ == PROVIDER else None
    if value.attribute in {"arn", "id"} and isinstance(url, str):
        return f"arn:aws:iam::{IN_CODE}:oidc-provider/{url.removeprefix('https://')}"
    return None


def _letters(value: Reference | Existing) -> str:
    return re.sub(r"[^A-Z0-9]", "", value.address.upper())


def _with_identities(code: Resources, value: Any) -> Any:
    """A policy that names identities of CloudFront by their ARNs, as by their canonical ids."""
    try:
        told = from_json(value)
    except ExpressionError:
        return value
    several = told.get("Statement") if isinstance(told, dict) else None
    listed = several if isinstance(several, list) else [several]
    made = [
        one | {"Principal": _by_arn(code, one["Principal"])}
        if isinstance(one, dict) and isinstance(one.get("Principal"), dict)
        else one
        for one in listed
    ]
    return told | {"Statement": made} if several is not None and made != listed else value


def _by_arn(code: Resources, principal: dict[str, Any]) -> dict[str, Any]:
    who = principal.get("CanonicalUser")
    if not isinstance(who, Reference) or "AWS" in principal:
        return principal
    its = code.at(who.address)
    is_its = who.attribute.lower().replace("_", "") == _CANONICAL
    if its is None or its.type != _IDENTITY[0] or not is_its:
        return principal
    left = {key: one for key, one in principal.items() if key != "CanonicalUser"}
    return left | {"AWS": Reference(who.why, who.address, _IDENTITY[1])}


def _with_ids(told: Any) -> Any:
    """With something in the place of an external id that is not known: it is asked for as it is."""
    several = told.get("Statement") if isinstance(told, dict) else None
    for one in several if isinstance(several, list) else [several]:
        asked = one.get("Condition") if isinstance(one, dict) else None
        for operator, keys in asked.items() if isinstance(asked, dict) else ():
            if str(operator).lower() not in _EXACT or not isinstance(keys, dict):
                continue
            for key, value in keys.items():
                if str(key).lower() == "sts:externalid":
                    keys[key] = _id(value)
    return told


def _id(value: Any) -> Any:
    if isinstance(value, list):
        return [_id(one) for one in value]
    return Assumed("external-id") if isinstance(value, Unknown) else value


def _of_itself(statement: Any, *, by_any_name: bool) -> Any:
    if not isinstance(statement, dict) or "Resource" not in statement:
        return statement
    allows = by_any_name and statement.get("Effect") == "Allow"
    return statement | {"Resource": Assumed("*") if allows else _itself(statement["Resource"])}


def _itself(value: Any) -> Any:
    """What a statement is about, of a policy that can be about one thing alone.

    An ARN that is written out names a region and an account, which are those that the code will be
    in: what stands for them here does.
    """
    if isinstance(value, list):
        return [_itself(one) for one in value]
    if isinstance(value, Unknown):
        return Assumed("*")
    parts = value.split(":", 5) if isinstance(value, str) else ()
    if len(parts) == 6 and parts[0] == "arn":
        parts[3:5] = [parts[3] and SOMEWHERE, parts[4] and IN_CODE]
        return Assumed(":".join(["arn", "aws", *parts[2:]]))
    return Assumed("*") if isinstance(value, Assumed) else value
