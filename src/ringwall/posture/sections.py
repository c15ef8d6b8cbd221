"""Posture's section of the configuration, with the judgment over it."""

from collections.abc import Iterator
from typing import Final

from ringwall.posture.config import POSTURE, Posture
from ringwall.runtime.configuration import Configuration, Problem, Section


def check_accounts(configuration: Configuration) -> Iterator[Problem]:
    """Each account is named once, and an id that a role asks for goes with a role."""
    seen: dict[str, str] = {}
    for name, one in configuration.one(Posture, POSTURE).accounts.items():
        path = (POSTURE, "accounts", name)
        if one.external_id is not None and one.role is None:
            yield Problem(
                path=(*path, "external_id"),
                message="there is no role that would ask for an external id",
                allowed="an external id beside a `role`, or none",
            )
        whose = one.role.split(":")[4] if one.role else f"profile {one.profile or 'of the system'}"
        if whose in seen:
            yield Problem(
                path=path,
                message=f'account {whose} is named already, as "{seen[whose]}"',
                allowed="one entry for each account",
            )
        seen.setdefault(whose, name)


SECTIONS: Final = (Section(key=POSTURE, model=Posture, check=check_accounts),)
"""The ``posture`` section: which accounts are read and judged."""
