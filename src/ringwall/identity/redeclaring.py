"""When other roles are declared: tokens with roles that have no effect any more are called back.

They would run out by themselves within minutes. In these minutes a role that customers could call
as they liked, and that is the company's own from now on, would open what policies open to it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from django.db import transaction

from ringwall.access.model import Holders
from ringwall.identity import lent, membership
from ringwall.identity.facts import Facts
from ringwall.identity.models import Membership
from ringwall.runtime.private_files import private_folder, write_private

_FOLLOWED: Final = "identity/roles.json"
_AT_A_TIME: Final = 1000


def follow(state: Path, facts: Facts) -> int:
    """Call back what was made when other roles were declared; of how many members.

    What was followed last is kept in the state folder: nothing is asked while it is the same.
    """
    path = state / _FOLLOWED
    before = _read(path)
    if before == facts.roles:
        return 0
    count = 0
    # All are found before anything is written, as the two hinder each other in SQLite.
    for member in list(_losing(replace(facts, roles=before), facts)):
        with transaction.atomic():
            membership.recall(member, reason="other roles are declared")
        count += 1
    private_folder(path.parent)
    write_private(path, json.dumps(dict(facts.roles), sort_keys=True).encode())
    return count


def _losing(before: Facts, after: Facts) -> Iterator[Membership]:
    """Members with a role that had effect before and has none after."""
    members = Membership.objects.select_related("user", "organisation")
    for member in members.filter(active=True, user__is_active=True).iterator(_AT_A_TIME):
        could = before.roles_for(member.organisation.kind)
        can = after.roles_for(member.organisation.kind)
        if any(
            (could is None or role in could) and not (can is None or role in can)
            for role in lent.held(member)
        ):
            yield member


def _read(path: Path) -> Mapping[str, Holders]:
    if not path.exists():
        return {}
    return {name: Holders(holders) for name, holders in json.loads(path.read_bytes()).items()}
