"""People who ask for access: North with an administrator and buyers, the Shop with its people."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from tests.identity import tenants

from ringwall.access.config import Requestable, Requests
from ringwall.identity import facts as facts_file
from ringwall.identity.facts import Facts
from ringwall.runtime.current import current_installation

HOUR: Final = timedelta(hours=1)
OFFERED: Final = Requests(
    answered_within=86400.0,
    roles={
        "approver": Requestable(requestable_by=("buyer",), longest=8 * 3600.0),
        "refunder": Requestable(approvals=2, longest=2 * 3600.0),
        "treasurer": Requestable(proof_within=900.0),
        "administrator": Requestable(),
        "operator": Requestable(requestable_by=("developer",), longest=4 * 3600.0),
        "auditor": Requestable(),
        "security-administrator": Requestable(),
        "owner": Requestable(longest=3600.0),
    },
)


def offer(facts: Facts, requests: Requests = OFFERED) -> Facts:
    """Let these roles be asked for from now on."""
    found = replace(facts, requests=requests)
    facts_file.write(current_installation().state, found)
    return found


def people() -> dict[str, Any]:
    """Everybody by the name before the @, with who they are lastingly."""
    tenants.organisation("shop", kind="provider")
    for slug in ("north", "south"):
        tenants.organisation(slug)
    given: dict[str, dict[str, Any]] = {
        "ada": {"north": ["buyer"]},
        "bob": {"north": ["buyer"]},
        "boss": {"north": ["administrator"]},
        "chief": {"north": ["administrator"]},
        "rival": {"south": ["administrator"]},
        "olga": {"shop": ["owner"]},
        "owen": {"shop": ["owner"]},
        "sam": {"shop": ["security-administrator"]},
        "dave": {"shop": ["developer", "member"]},
        "judy": {"shop": ["auditor"]},
        "gus": {"shop": ["guest"]},
    }
    return {name: tenants.person(f"{name}@example.com", **roles) for name, roles in given.items()}


def ask(
    user: Any, slug: str, *roles: str, lasts: timedelta = HOUR, by: Any = None, **more: Any
) -> Any:
    """Somebody asks for roles, for an hour unless said otherwise."""
    from ringwall.identity.models import Organisation
    from ringwall.identity.requesting import moves

    place = Organisation.objects.get(slug=slug)
    told = {"reason": "month end", **more}
    return moves.make(place, user, roles, lasts=lasts, by=by or user, **told)


def held(user: Any, slug: str) -> set[str]:
    """All roles that somebody has now, however long."""
    from ringwall.identity import lent

    return set(lent.held(tenants.member(user, slug)))


def mails() -> list[tuple[str, str]]:
    """To whom mail went, and its subject, the oldest first."""
    from ringwall.identity.models import OutgoingMail

    return [(one.to, one.subject) for one in OutgoingMail.objects.order_by("pk")]
