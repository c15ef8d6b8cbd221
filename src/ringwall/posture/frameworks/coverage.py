"""How a framework stands: each control by the verdicts of the checks that support it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ringwall.core.verdicts import Outcome
from ringwall.posture.frameworks.catalogue import Framework, Strength, supporters

_STRENGTHS: Final = list(Strength)
Supported = Mapping[str, Sequence[tuple[str, Strength]]]
"""By control: the checks that support it, and how strongly."""
Counts = Mapping[str, Counter[Outcome]]
"""By check: how many of its verdicts came out how."""


class Standing(StrEnum):
    """How a control stands, as far as anybody looked."""

    FAILING = "failing"
    UNKNOWN = "unknown"
    """Nothing fails, but not all that was to be judged could be."""
    PASSING = "passing"
    """All that was judged passes. How much of the control that is, its strength says."""
    NOT_JUDGED = "not judged"
    """Checks support it, and found nothing to judge."""
    NOT_CHECKED = "not checked"
    """No check looks at it: people have to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlStanding:
    """One control. ``strength`` is that of the strongest check; counts are of verdicts.

    ``of_checks`` is how each of its ``checks`` stands, by all that it judged.
    """

    control: str
    title: str
    standing: Standing
    strength: Strength | None
    checks: tuple[str, ...]
    failed: int
    unknown: int
    passed: int
    of_checks: Mapping[str, Standing] = field(default_factory=dict)

    @property
    def passing_checks(self) -> tuple[str, ...]:
        """Those of its checks of which all that was judged passes."""
        return tuple(name for name in self.checks if self.of_checks.get(name) is Standing.PASSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """A framework as it stands, control by control, in its order."""

    framework: Framework
    controls: tuple[ControlStanding, ...]

    @property
    def counts(self) -> Mapping[Standing, int]:
        """How many controls stand how; together they are all there are."""
        found = Counter(one.standing for one in self.controls)
        return {standing: found[standing] for standing in Standing}

    @property
    def checked(self) -> int:
        """Controls of which any check looks at anything."""
        return sum(one.standing is not Standing.NOT_CHECKED for one in self.controls)

    @property
    def score(self) -> float | None:
        """The part of verdicts that pass, of controls that are checked; ``None`` without any.

        What is unknown counts as not passing.
        """
        passed = sum(one.passed for one in self.controls)
        judged = passed + sum(one.failed + one.unknown for one in self.controls)
        return passed / judged if judged else None

    @property
    def of_checks(self) -> Mapping[Standing, int]:
        """How many checks stand how: each once, whatever it supports and however much it judged."""
        each: dict[str, Standing] = {}
        for one in self.controls:
            each.update(one.of_checks)
        found = Counter(each.values())
        looked = (one for one in Standing if one is not Standing.NOT_CHECKED)
        return {standing: found[standing] for standing in looked}

    @property
    def share_of_checks(self) -> float | None:
        """The part of checks that pass, of those that judged anything; ``None`` without any.

        One passes where all that it judged does: a kind of which there is very much weighs no more
        than another.
        """
        counts = self.of_checks
        judged = sum(counts.values()) - counts[Standing.NOT_JUDGED]
        return counts[Standing.PASSING] / judged if judged else None


def coverage(
    framework: Framework,
    checks: Iterable[tuple[str, Iterable[str]]],
    verdicts: Iterable[tuple[str, Outcome]],
) -> Coverage:
    """How it stands by verdicts: pairs of a check's id and an outcome."""
    return coverage_of(framework, supporters(framework, checks), counted(verdicts))


def counted(verdicts: Iterable[tuple[str, Outcome]]) -> Counts:
    """How many verdicts of each check came out how."""
    counts: dict[str, Counter[Outcome]] = {}
    for check, outcome in verdicts:
        counts.setdefault(check, Counter())[outcome] += 1
    return counts


def coverage_of(framework: Framework, supported: Supported, counts: Counts) -> Coverage:
    """The same where it is known already which checks support which control."""
    found = []
    for control, several in supported.items():
        if not several:
            found.append(_unchecked(control, framework.controls[control]))
            continue
        names = [name for name, _ in several]
        total: Counter[Outcome] = sum((counts.get(name, Counter()) for name in names), Counter())
        strengths = [strength for _, strength in several]
        found.append(
            ControlStanding(
                control=control,
                title=framework.controls[control],
                standing=_standing(total),
                strength=min(strengths, key=_STRENGTHS.index),
                checks=tuple(names),
                failed=total[Outcome.FAIL],
                unknown=total[Outcome.UNKNOWN],
                passed=total[Outcome.PASS],
                of_checks={name: _standing(counts.get(name, Counter())) for name in names},
            )
        )
    return Coverage(framework=framework, controls=tuple(found))


def _unchecked(control: str, title: str) -> ControlStanding:
    return ControlStanding(
        control=control,
        title=title,
        standing=Standing.NOT_CHECKED,
        strength=None,
        checks=(),
        failed=0,
        unknown=0,
        passed=0,
    )


def _standing(total: Counter[Outcome]) -> Standing:
    if total[Outcome.FAIL]:
        return Standing.FAILING
    if total[Outcome.UNKNOWN]:
        return Standing.UNKNOWN
    return Standing.PASSING if total[Outcome.PASS] else Standing.NOT_JUDGED
