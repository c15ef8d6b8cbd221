"""Coverage by scope, and by whose a component is."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from ringwall.core.components import Found
from ringwall.core.verdicts import Outcome
from ringwall.posture.frameworks.catalogue import Framework, supporters
from ringwall.posture.frameworks.coverage import Coverage, counted, coverage_of

NOBODY: Final = "(nobody is named)"
_OWNERS: Final = ("owner", "team")


def owner_of(found: Found) -> str:
    """Whose it is by its own tags, ``owner`` before ``team``, however they are capitalised."""
    tags = {name.lower(): value.strip() for name, value in found.tags}
    return next((tags[name] for name in _OWNERS if tags.get(name)), NOBODY)


def coverage_by(
    framework: Framework,
    checks: Iterable[tuple[str, Iterable[str]]],
    verdicts: Iterable[tuple[str, Outcome, Found]],
    of: Callable[[Found], str],
    *,
    everywhere: Iterable[str] = (),
) -> Mapping[str, Coverage]:
    """How a framework stands for each group that there are verdicts of, by its name in order.

    ``everywhere`` are checks that could not look: of each group something may be there.
    """
    supported = supporters(framework, checks)
    unread = [(check, Outcome.UNKNOWN) for check in everywhere]
    groups: dict[str, list[tuple[str, Outcome]]] = {}
    for check, outcome, found in verdicts:
        groups.setdefault(of(found), []).append((check, outcome))
    return {
        name: coverage_of(framework, supported, counted(groups[name] + unread))
        for name in sorted(groups)
    }
