"""Forms that programs post, read strictly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.utils import timezone

from ringwall.identity.installed import current_facts
from ringwall.identity.provider import certificates, presented
from ringwall.identity.provider.validator import Validator

LARGEST: Final = 64 * 1024
"""Bytes of a form."""

_TYPE: Final = "application/x-www-form-urlencoded"


class BadFormError(ValueError):
    """The form cannot be read; the text says why, ``status`` is that of HTTP."""

    def __init__(self, text: str, *, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Form:
    """A posted form. Each parameter but ``resource`` stands in it once."""

    fields: Mapping[str, str]
    resources: Sequence[str]

    @property
    def items(self) -> Sequence[tuple[str, str]]:
        """The parameters that stand once."""
        return tuple(self.fields.items())


def read(request: HttpRequest) -> Form:
    """Read the form of a request; :class:`BadFormError` when it is not one that is taken."""
    if request.content_type != _TYPE:
        raise BadFormError(f"The body is not {_TYPE}.", status=415)
    if _length(request) > LARGEST:
        raise BadFormError(f"The body is larger than {LARGEST} bytes.", status=413)
    if request.META.get("QUERY_STRING"):
        # RFC 6749 section 2.3.1: addresses are logged, so credentials must not stand in them.
        raise BadFormError("Parameters belong in the body, not in the address.")
    return sorted_out((name, list(map(str, values))) for name, values in request.POST.lists())


def sorted_out(lists: Iterable[tuple[str, Sequence[str]]]) -> Form:
    """Tell apart what may stand once and what may stand often (RFC 8707 section 2)."""
    fields: dict[str, str] = {}
    resources: list[str] = []
    for name, values in lists:
        if any("\x00" in value for value in values):
            raise BadFormError(f"The parameter {name[:50]!r} has a NUL character.")
        if name == "resource":
            resources = list(values)
        elif len(values) > 1:
            raise BadFormError(f"The parameter {name[:50]!r} is given more than once.")
        else:
            fields[name] = values[0]
    return Form(fields, resources)


def validator_of(request: HttpRequest, form: Form) -> Validator:
    """What answers oauthlib for a request."""
    shown = presented.read(
        form.fields,
        authorization=request.headers.get("Authorization", ""),
        certificate=request.headers.get(certificates.HEADER, ""),
    )
    return Validator(
        facts=current_facts(), now=timezone.now(), presented=shown, resources=form.resources
    )


def _length(request: HttpRequest) -> int:
    declared = request.headers.get("Content-Length", "")
    return int(declared) if declared.isascii() and declared.isdigit() else 0
