"""What other modules know that the queue needs: categories of components, names of rules.

Found by name, as the queue may import none of them: ``categories.categories(installation)`` gives a
:class:`~ringwall.findings.ranking.Categories`, ``rule_names.rule_names()`` a mapping from
``<tool>:<rule>`` to (id, title, fix, kind) of our check, and
``finding_values.finding_values(installation, finding, scopes)`` the values that a finding stands
on, by component and aspect, and why there are none. ``labels.labels(components)`` is what people
call components, by id, and ``labels.called(text)`` asks for those that are called so.
"""

from collections.abc import Collection, Mapping, Sequence

from ringwall.core.components import Component, Found
from ringwall.core.findings import Finding
from ringwall.findings.formats.reading import KnownRule
from ringwall.findings.ranking import ByRules, Categories
from ringwall.runtime.discovery import modules
from ringwall.runtime.installation import Installation

Values = tuple[Mapping[tuple[str, str], str], str]
"""Values by component and aspect, and why there are none."""


class Several:
    """What the first knows who knows a component."""

    def __init__(self, *some: Categories) -> None:
        self._some = some

    def of(self, components: Collection[str], /) -> Mapping[str, Component]:
        """See :class:`~ringwall.findings.ranking.Categories`."""
        found: dict[str, Component] = {}
        for one in self._some:
            found |= one.of([uid for uid in components if uid not in found])
        return found

    def ruled(self, found: Found, source: str, /) -> Mapping[str, str]:
        """See :class:`~ringwall.findings.ranking.ByRules`."""
        given: dict[str, str] = {}
        for one in self._some:
            if isinstance(one, ByRules):
                given = {**one.ruled(found, source), **given}
        return given


def known_categories(installation: Installation) -> Categories:
    """Categories as every module tells them that knows components."""
    return Several(*(one.categories(installation) for one in modules("categories")))


def known_rules() -> Mapping[str, KnownRule]:
    """What rules of other tools are called here."""
    return {
        name: KnownRule(*told)
        for module in modules("rule_names")
        for name, told in module.rule_names().items()
    }


def known_values(installation: Installation, finding: Finding, scopes: Sequence[str]) -> Values:
    """The values that a finding stands on, which may be shown, and why there are none."""
    for module in modules("finding_values"):
        found: Values | None = module.finding_values(installation, finding, scopes)
        if found is not None:
            return found
    return {}, ""


def known_labels(components: Collection[str]) -> dict[str, str]:
    """What people call components, by id; of those of which anybody knows."""
    return {
        uid: label
        for module in modules("labels")
        for uid, label in module.labels(components).items()
    }
