"""Posture's section of the configuration, with the judgment over it."""

from collections.abc import Iterator
from typing import Final

from ringwall.posture.config import POSTURE, Posture
from ringwall.posture.scope import is_taken
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


def check_code(configuration: Configuration) -> Iterator[Problem]:
    """What is called by a word is an account, or code, or Ringwall: never two of them."""
    posture = configuration.one(Posture, POSTURE)
    for name in posture.code:
        if name in posture.accounts or is_taken(name):
            whose = "an account" if name in posture.accounts else "something else that is judged"
            yield Problem(
                path=(POSTURE, "code", name),
                message=f'"{name}" is the name of {whose}',
                allowed="a name of its own for each code base",
            )


def check_posture(configuration: Configuration) -> Iterator[Problem]:
    """All judgments over the section."""
    yield from check_accounts(configuration)
    yield from check_code(configuration)


SECTIONS: Final = (Section(key=POSTURE, model=Posture, check=check_posture),)
"""The ``posture`` section: which accounts are read and judged."""
