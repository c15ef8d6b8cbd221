"""Who did something, by what, from where."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ringwall.core.events.shape import STRANGERS, Parts


class Kind(StrEnum):
    """What sort of actor there is."""

    PERSON = "person"
    MACHINE = "machine"
    """A user of the machine, who types commands there."""
    DIRECTORY = "directory"
    PROGRAM = "program"
    SYSTEM = "system"
    """Ringwall by itself: a job, the supervisor."""
    NOBODY = "nobody"


_TYPES: Final = {
    Kind.PERSON: (1, "User"),
    Kind.MACHINE: (2, "Admin"),
    Kind.DIRECTORY: (4, "Service"),
    Kind.PROGRAM: (4, "Service"),
    Kind.SYSTEM: (3, "System"),
    Kind.NOBODY: (0, "Unknown"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody, or something, that acts. What of it is personal is told apart.

    ``channel`` is how it comes: ``console``, ``scim``, ``provider``, ``cli``, ``job``, ``process``.
    An application that acts for a person has both ``uid`` and ``app``; a key has its id as
    ``credential``, its owner as ``uid``. ``lent`` are the roles that they have only for some time.
    """

    channel: str
    kind: Kind
    uid: str = ""
    name: str = ""
    email: str = ""
    session: str = ""
    credential: str = ""
    app: str = ""
    app_name: str = ""
    idp: str = ""
    """The organisation's own identity provider that they came by."""
    tenant: str = ""
    lent: tuple[str, ...] = ()
    invoked_by: str = ""
    """The command, without its arguments, or the job."""
    host: str = ""
    """The machine's name, for what is done on it."""
    address: str = ""
    user_agent: str = ""
    request: str = ""
    """The same for all that one request, command or run of a job does."""
    method: str = ""
    route: str = ""
    """The pattern of the path: a path may hold the secret of a link."""

    @property
    def subject(self) -> str:
        """Whose the personal part is."""
        known = self.kind in {Kind.PERSON, Kind.MACHINE} and self.uid
        return self.uid if known else STRANGERS

    def described(self) -> Parts:
        """OCSF's ``actor``."""
        type_id, called = _TYPES[self.kind]
        made: Parts = {}
        if self.uid:
            user: Parts = {"uid": self.uid, "type_id": type_id, "type": called}
            if self.credential:
                user["credential_uid"] = self.credential
            made["user"] = user
        if self.session:
            made["session"] = {"uid": self.session}
        if self.app:
            made["app_uid"] = self.app
        if self.app_name:
            made["app_name"] = self.app_name
        if self.idp:
            made["idp"] = {"uid": self.idp}
        if self.invoked_by:
            made["invoked_by"] = self.invoked_by
        return made or {"app_name": self.channel}

    def origin(self) -> Parts:
        """OCSF's ``src_endpoint``."""
        made: Parts = {"name": self.channel}
        if self.host:
            made["hostname"] = self.host
        return made

    def parts(self) -> Parts:
        """All that an event of this actor has of it."""
        made: Parts = {"actor": self.described(), "src_endpoint": self.origin()}
        if self.method:
            made["http_request"] = {"http_method": self.method, "uid": self.request}
            if self.route:
                made["http_request"]["url"] = {"path": self.route}
        return made

    def personal(self) -> tuple[str, Parts]:
        """Whose it is, and a patch over :meth:`parts`."""
        user = {"name": self.name, "email_addr": self.email} if self.uid else {}
        return self.subject, {
            "actor": {"user": user},
            "src_endpoint": {"ip": self.address},
            "http_request": {"user_agent": self.user_agent} if self.method else {},
        }

    def metadata(self) -> dict[str, Any]:
        """What the event's ``metadata`` has of it."""
        made = {"correlation_uid": self.request, "tenant_uid": self.tenant}
        return {name: value for name, value in made.items() if value}

    def own_words(self) -> Parts:
        """What OCSF has no word for, for ``unmapped.ringwall``."""
        made: Parts = {"actor_kind": str(self.kind)}
        if self.lent:
            made["lent_roles"] = list(self.lent)
        return made


NOBODY: Final = Actor(channel="process", kind=Kind.NOBODY, app_name="ringwall")
"""When nobody has said who acts."""
