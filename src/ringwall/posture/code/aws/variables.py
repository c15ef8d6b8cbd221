"""Variables that programs are given: what of them is known to be no secret, though not its value.

The ARN, id or address of another resource is none, whatever it will be.
"""

import re
from typing import Any, Final

from ringwall.posture.code.terraform.resources import Resources
from ringwall.posture.code.terraform.values import PartialText, Reference
from ringwall.posture.snapshot.partial import Assumed, OwnAccount, Unknown

_PLAIN: Final = re.compile(
    r"(?:.*[._])?\w*(?:arn|id|name|url|uri|endpoint|address|port|region|bucket)"
)
_SECRET: Final = re.compile(r"secret_?(?!arn|id|name)|passw|token|credential|private|result|value")
_PSEUDO: Final = ("AWS::Region is", "AWS::StackName is", "AWS::StackId is", "AWS::AccountId is")
"""What says why parameters of every template are not known: where it will be is no secret."""
_OF_AWS: Final = re.compile(r"aws_|AWS::(?!CloudFormation::)")


def legible(code: Resources, value: Any) -> Any:
    """A value with stand-ins for names of resources that are not known yet."""
    if isinstance(value, Reference) and _is_plain(code, value):
        return Assumed(f"${{{value.address}.{value.attribute}}}")
    if _is_where(value):
        return Assumed(f"${{{value.why.partition(' ')[0]}}}")
    if isinstance(value, PartialText) and all(
        isinstance(one, str) or _is_plain(code, one) for one in value.parts
    ):
        return Assumed("".join(one if isinstance(one, str) else "here" for one in value.parts))
    return value


def _is_where(value: Any) -> bool:
    return type(value) in {Unknown, OwnAccount} and value.why.startswith(_PSEUDO)


def _is_plain(code: Resources, value: Unknown) -> bool:
    if _is_where(value):
        return True
    if not isinstance(value, Reference):
        return False
    it = code.at(value.address)
    named = value.attribute.lower()
    is_name = _PLAIN.fullmatch(named) is not None and _SECRET.search(named) is None
    return is_name and it is not None and _OF_AWS.match(it.type) is not None
