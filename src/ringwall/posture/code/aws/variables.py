"""Variables that programs are given: what of them is known to be no secret, though not its value.

The ARN, id or address of another resource is none, whatever it will be.
"""

import base64
import re
from typing import Any, Final

from ringwall.posture.code.terraform.resources import Resources
from ringwall.posture.code.terraform.values import (
    Existing,
    Given,
    Outside,
    PartialBase64,
    PartialText,
    Reference,
)
from ringwall.posture.snapshot.partial import Assumed, OwnAccount, OwnRegion, Torn, Unknown

_PLAIN: Final = re.compile(
    r"(?:.*[._])?\w*(?:arn|id|name|url|uri|endpoint|address|port|region|bucket|securitygroup)"
)
_SECRET: Final = re.compile(r"secret_?(?!arn|id|name)|passw|token|credential|private|result|value")
_HOLDING: Final = re.compile(
    r"(?i)secret|passw|pass(?:$|_)|passphrase|pwd|pw(?:$|_)|token|key|credential|private|auth|cert"
    r"|ur[il]|endpoint|address|conn|dsn|jdbc|database|db|mongo|redis|login|salt|hash|seed|pin(?:$|_)"
    r"|sign|jwt|config|settings|options|json|env(?!ironment$)|param|args|webhook|hook|license|otp"
)
"""Names of what is a secret, or may have one in it."""
_AROUND: Final = re.compile(r"[\w./-]*")
_PSEUDO: Final = ("AWS::Region is", "AWS::StackName is", "AWS::StackId is", "AWS::AccountId is")
"""What says why parameters of every template are not known: where it will be is no secret."""
_OF_AWS: Final = re.compile(r"aws_|AWS::(?!CloudFormation::)")


def legible(code: Resources, value: Any) -> Any:
    """A value with stand-ins for names of resources that are not known yet."""
    if isinstance(value, Reference | Existing) and is_plain(code, value):
        return Assumed(f"${{{value.address}.{value.attribute}}}")
    if _is_where(value):
        return Assumed(f"${{{value.why.partition(' ')[0]}}}")
    if isinstance(value, PartialText) and all(
        isinstance(one, str) or is_plain(code, one) for one in value.parts
    ):
        return Assumed("".join(one if isinstance(one, str) else "here" for one in value.parts))
    return value


def variable(code: Resources, name: Any, value: Any) -> Any:
    """The value of a variable: what comes from outside is none that is written here.

    As long as its name says nothing of a secret, nor of what may hold one, such as an address.
    """
    told = legible(code, value)
    if not isinstance(told, Unknown) or not isinstance(name, str) or _HOLDING.search(name):
        return told
    parts = told.parts if isinstance(told, PartialText) else (told,)
    if all(_is_around(one) if isinstance(one, str) else _is_open(code, one) for one in parts):
        return Assumed("".join(one if isinstance(one, str) else "given" for one in parts))
    return told


def variables_of(code: Resources, several: Any) -> Any:
    """Variables by their names, each as :func:`variable` tells it."""
    if not isinstance(several, dict):
        return several
    return {name: variable(code, name, one) for name, one in several.items()}


def _is_around(text: str) -> bool:
    """Whether a text holds no place for a secret, such as between a colon and an at sign."""
    return _AROUND.fullmatch(text) is not None


def _is_open(code: Resources, value: Unknown) -> bool:
    is_given = isinstance(value, Given) and not value.is_hidden
    return is_given or isinstance(value, Outside) or is_plain(code, value)


def userdata(code: Resources, text: Any, encoded: Any = None) -> Any:
    """What a machine runs first, in base64 as EC2 tells it; ``None`` where there is none.

    Of one that is not known whole it is the text itself, with what is known of it.
    """
    if isinstance(text, str):
        return _encoded(text)
    told = encoded if text is None else text
    whole = told.text if isinstance(told, PartialBase64) else told
    if not isinstance(whole, PartialText) or (told is whole and text is None):
        return told
    said = legible(code, whole)
    if isinstance(said, str):
        return Assumed(_encoded(said))
    gaps = (one if isinstance(one, str) else "${gap}" for one in whole.parts)
    return Torn("".join(gaps), whole.why)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _is_where(value: Any) -> bool:
    return type(value) in {Unknown, OwnAccount, OwnRegion} and value.why.startswith(_PSEUDO)


def is_plain(code: Resources, value: Unknown) -> bool:
    """Whether it is the name, ARN or address of a resource, or where that will be."""
    if _is_where(value):
        return True
    if isinstance(value, Existing):
        type_: str | None = value.type
    elif isinstance(value, Reference):
        it = code.at(value.address)
        type_ = None if it is None else it.type
    else:
        return False
    named = value.attribute.lower()
    is_name = _PLAIN.fullmatch(named) is not None and _SECRET.search(named) is None
    return is_name and type_ is not None and _OF_AWS.match(type_) is not None
