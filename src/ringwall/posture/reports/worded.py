"""What scopes are called in reports."""

from collections.abc import Iterable

from ringwall.posture.scope import CODE, ITSELF


def called(scope: str) -> str:
    """What people call a scope."""
    return "Ringwall itself" if scope == ITSELF else scope or "in none"


def counted(scopes: Iterable[str]) -> str:
    """Several scopes in words: ``2 accounts, code shop and Ringwall itself``."""
    several = sorted(scopes)
    accounts = [one for one in several if not one.startswith(CODE) and one != ITSELF]
    code = [one for one in several if one.startswith(CODE)]
    told = []
    if accounts or not several:
        told.append(f"{len(accounts):,} account{'' if len(accounts) == 1 else 's'}")
    if code:
        told.append(code[0] if len(code) == 1 else f"{len(code):,} code bases")
    if ITSELF in several:
        told.append(called(ITSELF))
    return " and ".join(filter(None, (", ".join(told[:-1]), told[-1])))
