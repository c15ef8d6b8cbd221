"""Variables that programs are given: what of them is known to be no secret, though not its value.

The ARN, id or address of another resource is none, whatever it will be.
"""

import re
from typing import Any, Final

from ringwall.posture.code.terraform.resources import Resources
from ringwall.posture.code.terraform.values import Existing, PartialText, Reference
from ringwall.posture.snapshot.partial import Assumed, OwnAccount, OwnRegion, Unknown

_PLAIN: Final = re.compile(
    r"(?:.*[._])?\w*(?:arn|id|name|url|uri|endpoint|address|port|region|bucket)"
)
_SECRET: Final = re.compile(r"secret_?(?!arn|id|name)|passw|token|credential|private|result|value")
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
