"""Policies of REST APIs, of the form in which their listing tells them."""

import json
from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.checking import Subject
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.exposure import Exposed, exposed
from ringwall.posture.permissions.statements import Document, Kind
from ringwall.posture.permissions.strangers import Stranger

_SHORT: Final = "execute-api:/"


def called(one: Subject, path: str) -> str:
    """How what is called of an API is named: by a stage, a method and a path."""
    partition, api = "aws", "any-0"
    if one.name.startswith("arn:"):
        partition, api = one.name.split(":")[1], one.name.rpartition("/")[2]
    account = one.number
    return f"arn:{partition}:execute-api:{one.region or 'us-east-1'}:{account}:{api}/{path}"


def document_of(one: Subject, policy: Any) -> Document:
    """An API's policy, told with quotes escaped once too often, of resources in the short form."""
    told = policy
    if isinstance(told, str):
        try:
            told = json.loads(told.replace('\\"', '"'))
        except (ValueError, RecursionError):
            told = policy
    return read(_in_full(one, told), name=f"policy of {one.label}", kind=Kind.RESOURCE)


def anybody(one: Subject, policy: Any) -> list[Exposed]:
    """What a policy lets those without an account call, from much of the internet."""
    account = one.number
    found = exposed(document_of(one, policy), (called(one, "*"),), account=account)
    return [each for each in found if each.is_wide and each.stranger is Stranger.ANYBODY]


def _in_full(one: Subject, told: Any) -> Any:
    if isinstance(told, Mapping):  # asked for one by one: what is not known says so
        return {key: _in_full(one, told.get(key)) for key in told}
    if isinstance(told, list):
        return [_in_full(one, each) for each in told]
    if isinstance(told, str) and told.startswith(_SHORT):
        return called(one, told.removeprefix(_SHORT))
    return told
