"""What the commands of access share: who asks, in which circumstances, where to."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ringwall.access.asking.askers import Asking
    from ringwall.core.principals import Principal
    from ringwall.gateway.destinations import Destination
    from ringwall.gateway.wanted import Wanted
    from ringwall.runtime.configuration import Configuration
    from ringwall.runtime.installation import Installation

GROUP: Final = "access"
PANEL: Final = "Access"
SOMEBODY: Final = "somebody"
"""The id of a principal of whom only options tell."""


class Strength(StrEnum):
    """How a person is proven, named as in policies."""

    SINGLE = "single"
    MFA = "mfa"
    PHR = "phr"
    KEY = "key"


class WhoKind(StrEnum):
    """What a principal of whom only options tell is."""

    USER = "user"
    CLIENT = "client"
    ANONYMOUS = "anonymous"


WHO: Final = (
    "A mail address, subject, client's id or name, key's id, or `anonymous`; "
    "left out where options tell of somebody."
)
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="ROLE", help="As if they had this role; may be repeated."),
]
Groups = Annotated[
    list[str] | None,
    typer.Option("--group", metavar="GROUP", help="As if in this group; may be repeated."),
]
Tenant = Annotated[
    str | None,
    typer.Option("--tenant", metavar="ORGANISATION", help="The organisation they act for."),
]
Scopes = Annotated[
    list[str] | None,
    typer.Option("--scope", metavar="SCOPE", help="As if their token had it; may be repeated."),
]
KindOf = Annotated[
    WhoKind | None, typer.Option("--kind", help="What they are, where only options tell of them.")
]
StrengthOf = Annotated[
    Strength, typer.Option("--strength", help="How a person is proven.", show_default=True)
]
Proven = Annotated[
    str,
    typer.Option("--proven", metavar="AGO", help="How long ago, such as 5m or 2h; or never."),
]
AddressOf = Annotated[
    str, typer.Option("--address", metavar="IP", help="Where the request comes from.")
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="When, such as 2026-11-26T22:00Z; else now."),
]
RouteName = Annotated[
    str | None, typer.Option("--route", metavar="NAME", help="A route by name, instead of a URL.")
]
Host = Annotated[
    str | None, typer.Option("--host", metavar="HOST", help="With --route: on which of its hosts.")
]
Parameters = Annotated[
    list[str] | None,
    typer.Option("--path", metavar="NAME=VALUE", help="With --route: what stands for {NAME}."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """What options say of a principal."""

    roles: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None
    tenant: str | None = None
    scopes: tuple[str, ...] | None = None
    kind: WhoKind | None = None

    @classmethod
    def of(
        cls,
        roles: list[str] | None,
        groups: list[str] | None,
        tenant: str | None,
        scopes: list[str] | None,
        kind: WhoKind | None,
    ) -> "Hypothesis":
        """Take them as typer gives them."""
        return cls(
            roles=tuple(roles) if roles else None,
            groups=tuple(groups) if groups else None,
            tenant=tenant,
            scopes=tuple(scopes) if scopes else None,
            kind=kind,
        )

    @property
    def is_empty(self) -> bool:
        """Whether they say nothing."""
        return self == Hypothesis()


def read_words(words: list[str], *, is_named: bool) -> tuple[str | None, str | None, str | None]:
    """Who, by which method and where to, out of arguments of which the first may be left out.

    With ``is_named`` the place is named by an option.
    """
    match words:
        case []:
            return None, None, None
        case [who] if is_named:
            return who, None, None
        case [method, url] if not is_named:
            return None, method, url
        case [who, method, url] if not is_named:
            return who, method, url
    msg = "name a principal" if is_named else "name a principal, a method and a URL"
    raise Refused(f"{msg}, and nothing else", hint="see --help", code=ExitCode.USAGE)


def configured(installation: "Installation") -> "tuple[Configuration, Wanted]":
    """What the files say; ``Refused`` where they name no policies."""
    from ringwall.gateway.wanted import Wanted

    configuration = installation.load()
    wanted = Wanted.of(configuration)
    if wanted.policies is None:
        msg = "the configuration has no policies: routes alone decide who comes through"
        hint = f"write *.cedar files in the folder {wanted.access.policies} beside ringwall.yaml"
        raise Refused(msg, hint=hint, code=ExitCode.CONFIGURATION)
    return configuration, wanted


def principals_of(
    installation: "Installation", text: str | None, hypothesis: Hypothesis, wanted: "Wanted"
) -> "tuple[Principal, ...]":
    """Those that are meant: whom identity knows, changed as options say, or whom options tell of.

    ``Refused`` where it is nobody.
    """
    from ringwall.core.principals import Principal, PrincipalKind

    _check_roles(hypothesis, wanted)
    if text == "anonymous" or (text is None and hypothesis.kind is WhoKind.ANONYMOUS):
        return (Principal(kind=PrincipalKind.ANONYMOUS, id="anonymous", name="anonymous"),)
    if text is not None:
        found, why = _known(installation, text)
        if hypothesis.tenant is not None and hypothesis.roles is None:
            found = [one for one in found if one.tenant == hypothesis.tenant] or found
        if found:
            return tuple(dict.fromkeys(_changed(one, hypothesis) for one in found))
        if hypothesis.is_empty:
            msg = f"nobody is called {text}" if why is None else f"nobody can be looked up: {why}"
            hint = "--role, --tenant and the like tell of somebody who is not there"
            raise Refused(msg, hint=hint)
    elif hypothesis.is_empty:
        msg = "whom? Name somebody, or tell of them by --role, --tenant, --kind"
        raise Refused(msg, code=ExitCode.USAGE)
    kind = PrincipalKind.CLIENT if hypothesis.kind is WhoKind.CLIENT else PrincipalKind.USER
    name = text or SOMEBODY
    email = name if "@" in name and kind is PrincipalKind.USER else None
    made = Principal(kind=kind, id=name, name=name, email=email)
    return (_changed(made, hypothesis),)


def one_of(found: "tuple[Principal, ...]", *, tenant: str | None) -> "Principal":
    """The only one, or who acts for the organisation that a host names; else ``Refused``."""
    if len(found) > 1:
        found = tuple(one for one in found if one.tenant == tenant) or found
    if len(found) > 1:
        named = sorted(one.tenant or "nobody" for one in found)
        msg = f"{found[0].email or found[0].name} acts for several: {', '.join(named)}"
        raise Refused(msg, hint="--tenant says for which")
    return found[0]


def _check_roles(hypothesis: Hypothesis, wanted: "Wanted") -> None:
    from ringwall.gateway.commands.naming import unknown

    roles = wanted.world.roles
    for role in hypothesis.roles or ():
        if role not in roles:
            raise unknown("role", role, roles)
    for group in hypothesis.groups or ():
        if group not in wanted.world.groups:
            raise unknown("group", group, wanted.world.groups)


def _known(installation: "Installation", text: str) -> "tuple[list[Principal], str | None]":
    """Whom identity knows by this name, and else why nobody can be asked."""
    try:
        modules = opened(installation)
    except Refused as error:
        return [], error.message
    return [one for module in modules for one in module.find(text)], None


def opened(installation: "Installation") -> "list[Any]":
    """The modules that know principals, their tables open; ``Refused`` where there are none."""
    from ringwall.runtime.discovery import modules
    from ringwall.runtime.opening import open_tables

    open_tables(installation, needs="identity")
    return list(modules("principals"))


def everyone(installation: "Installation") -> "Iterator[Principal]":
    """Everyone whom identity knows, one after the other."""
    for module in opened(installation):
        yield from module.everyone()


def _changed(principal: "Principal", hypothesis: Hypothesis) -> "Principal":
    return replace(
        principal,
        roles=principal.roles if hypothesis.roles is None else hypothesis.roles,
        groups=principal.groups if hypothesis.groups is None else hypothesis.groups,
        tenant=principal.tenant if hypothesis.tenant is None else hypothesis.tenant,
        scopes=principal.scopes if hypothesis.scopes is None else hypothesis.scopes,
    )


def application(
    installation: "Installation", name: str | None, scopes: list[str] | None
) -> "Principal | None":
    """The client that acts for somebody, by name or id; any, where options tell its scopes."""
    from ringwall.core.principals import Principal, PrincipalKind

    if name is None:
        return None
    found = [one for one in _known(installation, name)[0] if one.kind is PrincipalKind.CLIENT]
    known = next((one for one in found if one.key is None), None)
    if known is None and not scopes:
        msg = f"there is no client {name}"
        raise Refused(msg, hint="--scope tells of one that is not there")
    known = known or Principal(kind=PrincipalKind.CLIENT, id=name, name=name)
    return known if not scopes else replace(known, scopes=tuple(scopes))


def asking(
    principal: "Principal",
    *,
    strength: Strength = Strength.SINGLE,
    proven: str = "0s",
    address: str = "127.0.0.1",
    at: str | None = None,
    application: "Principal | None" = None,
) -> "Asking":
    """The principal in these circumstances; ``Refused`` for a time or address that is none."""
    from ipaddress import ip_address

    from ringwall.access.asking.askers import Asking

    try:
        source = ip_address(address)
    except ValueError:
        msg = f"{address} is no address"
        raise Refused(msg, hint="such as 192.0.2.7", code=ExitCode.USAGE) from None
    return Asking(
        principal=principal,
        strength=strength.value,
        proven_ago=None if proven == "never" else seconds_of(proven),
        application=application,
        address=source,
        now=_moment(at),
    )


def seconds_of(text: str) -> int:
    """A length of time as it is written."""
    from pydantic import TypeAdapter, ValidationError

    from ringwall.runtime.configuration import Duration

    try:
        return int(TypeAdapter(Duration).validate_python(text))
    except ValidationError:
        msg = f"{text} is no length of time"
        raise Refused(msg, hint="such as 30s, 5m or 2h", code=ExitCode.USAGE) from None


def _moment(text: str | None) -> int:
    if text is None:
        return int(datetime.now(UTC).timestamp())
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        msg = f"{text} is no time"
        hint = "such as 2026-11-26T22:00Z"
        raise Refused(msg, hint=hint, code=ExitCode.USAGE) from None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def destination(
    wanted: "Wanted",
    method: str | None,
    url: str | None,
    *,
    route: str | None,
    host: str | None = None,
    parameters: list[str] | None = None,
) -> "Destination":
    """Where a request goes, by URL or by a route's name; ``Refused`` where that is nowhere."""
    from ringwall.gateway.destinations import NowhereError, by_name, by_url

    named = dict(_pair(one) for one in parameters or ())
    try:
        if route is not None:
            return by_name(wanted, route, method, host=host, parameters=named)
        if method is None or url is None:
            msg = "what? Name a method and a URL, or a route by --route"
            raise Refused(msg, code=ExitCode.USAGE)
        return by_url(wanted, method.upper(), url)
    except NowhereError as error:
        raise Refused(str(error), hint=error.hint) from error


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        msg = f"{text} does not say what stands for a parameter"
        raise Refused(msg, hint="such as --path tenant=north", code=ExitCode.USAGE)
    return name, value


def of_whom(principal: "Principal") -> str:
    """``ada@north.example of north (role customer)``."""
    found = principal.email or principal.name or principal.id
    if principal.key is not None:
        found = f"the key {found}"
    if principal.tenant is not None:
        found += f" of {principal.tenant}"
    if principal.roles:
        found += f" ({', '.join(principal.roles)})"
    return found
