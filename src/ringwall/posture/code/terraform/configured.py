"""Providers, as components: what Terraform is told to work with."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import component, known
from ringwall.posture.code.terraform.resources import Resources
from ringwall.posture.code.terraform.values import PartialText
from ringwall.posture.snapshot.partial import Unknown

KINDS: Final = ("terraform-provider",)


def components(code: Resources) -> Iterator[Collected]:
    """Each provider with what is written into it; what comes from outside is not in the code."""
    for one in code.of("provider"):
        written = {key: _written(value) for key, value in one.values.items()}
        told = {key: value for key, value in written.items() if value not in (None, "", [])}
        aspects = {"arguments": known(told, one)}
        yield component("terraform-provider", one, one.written, aspects, tags={})


def _written(value: Any) -> Any:
    if isinstance(value, PartialText):
        return "".join(one for one in value.parts if isinstance(one, str))
    if isinstance(value, Unknown):
        return None
    if isinstance(value, list):
        return [_written(one) for one in value]
    if isinstance(value, dict):
        return {key: _written(one) for key, one in value.items()}
    return value
