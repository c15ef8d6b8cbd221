"""Somebody with what they bring to a request: how they are proven, through what, from where."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from ringwall.access.compiler.facts import GROUP_MARK, KEY, Parameter, Several, Text, Word
from ringwall.access.compiler.requests import Address, Request
from ringwall.access.model import Kind
from ringwall.core.principals import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One principal as a request shows them, the way tokens do.

    ``strength`` is how a person is proven, ``proven_ago`` how many seconds ago; a key proves
    nobody. ``application`` is one that acts for them by an access token. ``now`` is in seconds
    since 1970.
    """

    principal: Principal
    strength: str = "single"
    proven_ago: int | None = 0
    application: Principal | None = None
    address: Address = ip_address("127.0.0.1")  # noqa: RUF009 - immutable
    now: int = 0

    @property
    def has_proof(self) -> bool:
        """Whether a person is there who was proven at all."""
        principal = self.principal
        return (
            principal.kind is Kind.USER and principal.key is None and self.strength not in {KEY, ""}
        )

    def request(
        self, *, parameters: Mapping[str, str] | None = None, host_tenant: str | None = None
    ) -> Request:
        """The facts of a request to a place with these path parameters."""
        who = self.principal
        words: dict[Word, str] = {Parameter(n): v for n, v in (parameters or {}).items()}
        if host_tenant is not None:
            words[Text.HOST_TENANT] = host_tenant
        sets: dict[Several, frozenset[str]] = {}
        if who.kind is not Kind.ANONYMOUS:
            words[Text.USER] = who.id
            if who.tenant is not None:
                words[Text.TENANT] = who.tenant
            if who.email is not None and who.kind is Kind.USER:
                words[Text.EMAIL] = who.email
            held = {*who.roles, *(GROUP_MARK + group for group in who.groups)}
            if held:
                sets[Several.ROLES] = frozenset(held)
            if who.scopes is not None:
                sets[Several.SCOPES] = frozenset(who.scopes)
        if who.kind is Kind.CLIENT:
            words[Text.CLIENT] = who.id
        if self.application is not None:
            words[Text.CLIENT] = self.application.id
            sets[Several.SCOPES] = frozenset(self.application.scopes or ())
        if self.has_proof:
            words[Text.STRENGTH] = self.strength
        proven = None if not self.has_proof or self.proven_ago is None else self.proven_ago
        return Request(
            words=words,
            sets=sets,
            now=self.now,
            proven=None if proven is None else self.now - proven,
            address=self.address,
        )
