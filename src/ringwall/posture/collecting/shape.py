"""How collectors are written: which call tells what."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ringwall.posture.snapshot.snapshot import Seen


class Within(StrEnum):
    """Where a listing is made: once for an account, or in each of its regions."""

    ACCOUNT = "account"
    REGION = "region"


@dataclass(frozen=True, slots=True)
class Where:
    """Where a call is made. ``partition`` is ``aws``, ``aws-us-gov`` or ``aws-cn``.

    ``asked`` are the arguments of the call that was answered: some answers do not repeat them.
    """

    account: str
    region: str
    partition: str = "aws"
    asked: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def arn(self, resource: str) -> str:
        """The ARN of ``<service>:<resource>`` here."""
        service, _, rest = resource.partition(":")
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{rest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One component that a listing tells of, with the aspects it tells of it.

    ``region`` is ``None`` where it is that of the call, ``""`` where it is in none.
    """

    kind: str
    name: str
    label: str
    region: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    aspects: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A call that finds components. ``call`` is ``service:Operation``, as boto3 names the two.

    ``kinds`` are those it tells all of; ``told`` are aspects of others (``kind.aspect``) that come
    with it. ``read`` gives the items of one page. ``action`` is the permission the call needs,
    where that is not the call's own name. ``needs`` are kinds that must be listed before, where
    ``read`` is not enough: then ``each`` gives the arguments of a call for each of those.
    """

    kinds: tuple[str, ...]
    call: str
    read: Callable[[Mapping[str, Any], Where], Iterable[Item]]
    within: Within = Within.REGION
    told: tuple[str, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)
    action: str = ""
    also: tuple[str, ...] = ()
    """More permissions that the same call needs."""
    absent: frozenset[str] = frozenset()
    """Codes of errors that mean that there are none."""
    batches: "Batches | None" = None
    region: str | None = None
    """Where it is made, if not at home: what is of a whole account is told in one region alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batches:
    """A listing that is made for components of ``kind`` found before, so many at a time.

    Those of which ``apart`` tells different things are not asked for together.
    """

    kind: str
    most: int
    arguments: Callable[[list[Seen]], Mapping[str, Any]]
    apart: Callable[[Seen], str] = lambda _: ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """A call that tells one aspect of one component.

    ``arguments`` gives what it is called with, ``None`` where the aspect needs no call for this
    component (``otherwise`` is what is known of it then, absent where that is ``None``). ``pick``
    takes the value out of the pages. ``absent`` are codes of errors that mean that there is none.
    """

    kind: str
    aspect: str
    call: str
    arguments: Callable[[Seen], Mapping[str, Any] | None]
    pick: Callable[[list[Mapping[str, Any]]], Any]
    absent: frozenset[str] = frozenset()
    otherwise: Any = None
    action: str = ""
    also: tuple[str, ...] = ()
    region: str | None = None
    """Where it is asked, if not in the component's own region."""
    ready: "Ready | None" = None
    job: "Job | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What is called before, again and again until ``is_done`` says of its answer that it is.

    ``ready_s`` bounds how long that is waited for.
    """

    call: str
    is_done: Callable[[Mapping[str, Any]], bool]
    ready_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What begins for a component what a detail's own call tells the result of.

    The detail's ``arguments`` are those of ``call`` here; ``hands`` makes of its answer those of
    the detail's, ``None`` where there is nothing to ask for: then the aspect is absent. The
    detail's call is made again and again until ``is_done`` says of its answer that it is, for
    ``ready_s`` at most. All jobs of a reading are begun before the first is waited for.
    """

    call: str
    hands: Callable[[list[Mapping[str, Any]]], Mapping[str, Any] | None]
    is_done: Callable[[Mapping[str, Any]], bool]
    ready_s: float = 120.0


def tags_of(value: Any, *, key: str = "Key", to: str = "Value") -> dict[str, str]:
    """AWS's list of tags, or its mapping of them, as a mapping."""
    if isinstance(value, Mapping):
        return {str(name): str(text) for name, text in value.items()}
    return {str(one.get(key, "")): str(one.get(to, "")) for one in value or ()}


def first(name: str) -> Callable[[list[Mapping[str, Any]]], Any]:
    """A ``pick``: the member of the first page with this name, ``None`` where it has none."""
    return lambda pages: pages[0].get(name) if pages else None


def whole(pages: list[Mapping[str, Any]]) -> Any:
    """A ``pick``: the first page."""
    return {key: value for key, value in pages[0].items() if key != "ResponseMetadata"}


def joined(name: str) -> Callable[[list[Mapping[str, Any]]], Any]:
    """A ``pick``: the lists with this name of all pages, one after another."""
    return lambda pages: [one for page in pages for one in page.get(name) or ()]


def described(
    kind: str,
    call: str,
    member: str,
    name: str,
    label: str,
    *,
    keep: Callable[[Mapping[str, Any]], bool] = lambda _: True,
    tags: str = "Tags",
    **more: Any,
) -> Listing:
    """A listing whose pages have a list ``member``: each of it is a component and is told whole.

    ``name`` and ``label`` are members of each; ``ec2:volume/{VolumeId}`` makes an ARN of one.
    ``member`` may name a list in a list: ``Reservations.Instances``. ``keep`` leaves some out.
    """

    def read(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
        outer, _, inner = member.partition(".")
        several = page.get(outer) or ()
        for one in several if not inner else [one for some in several for one in some[inner]]:
            if keep(one):
                named = where.arn(name.format_map(one)) if "{" in name else one[name]
                told = {"listed": one}
                got = tags_of(one.get(tags))
                shown = str(one.get(label) or named)
                yield Item(kind=kind, name=named, label=shown, tags=got, aspects=told)

    return Listing(kinds=(kind,), call=call, read=read, **more)
