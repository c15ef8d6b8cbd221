"""The score grows with what makes a finding worse, and never passes 100."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ringwall.core.components import Classification, Criticality, Environment, Exposure
from ringwall.core.findings import Severity
from ringwall.findings.config import ByMail, Deadline, Findings, Occasion
from ringwall.findings.deadlines import deadline, is_told
from ringwall.findings.ranking import Exploit, Placed, explained, factors, score

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORSE: dict[str, list[Any]] = {
    "exposure": [Exposure.INTERNAL, Exposure.PARTNER, Exposure.INTERNET],
    "classification": list(Classification),
    "criticality": list(Criticality),
    "environment": [Environment.DEVELOPMENT, Environment.STAGING, Environment.PRODUCTION],
    "is_behind": [False, True],
}
PLACES = st.builds(Placed, **{name: st.sampled_from([None, *some]) for name, some in WORSE.items()})
EXPLOITS = st.builds(Exploit, st.booleans(), st.none() | st.floats(0, 1))
SEVERITIES = st.sampled_from(list(Severity))


def _index(name: str) -> st.SearchStrategy[int]:
    return st.integers(0, len(WORSE[name]) - 1)


@given(SEVERITIES, PLACES, EXPLOITS, st.data())
def test_whatever_is_worse_ranks_no_lower(
    severity: Severity, place: Placed, exploit: Exploit, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(WORSE)))
    less, more = sorted(data.draw(st.lists(_index(name), min_size=2, max_size=2)))
    low = replace(place, **{name: WORSE[name][less]})
    high = replace(place, **{name: WORSE[name][more]})
    assert 0 <= score(severity, low, exploit) <= score(severity, high, exploit) <= 100
    worse = [one for one in Severity if one.number >= severity.number]
    assert score(severity, low, exploit) <= score(data.draw(st.sampled_from(worse)), low, exploit)
    assert score(severity, low, exploit) <= score(severity, low, Exploit(is_known=True))


@given(SEVERITIES, PLACES, EXPLOITS)
def test_a_way_from_the_internet_counts_and_less_than_the_internet_itself(
    severity: Severity, place: Placed, exploit: Exploit
) -> None:
    behind = replace(place, is_behind=True)
    reached = replace(place, is_behind=False, exposure=Exposure.INTERNET)
    assert score(severity, behind, exploit) <= score(severity, reached, exploit)
    inside = replace(place, is_behind=False, exposure=Exposure.INTERNAL)
    said = set(explained(severity, replace(inside, is_behind=True), exploit))
    (line,) = said - set(explained(severity, inside, exploit))
    assert line.startswith("x 1.3: a way from the internet leads to it")


def test_what_is_not_known_counts_as_usual_and_is_said_to_be_unknown() -> None:
    usual = Placed(
        exposure=Exposure.INTERNAL,
        classification=Classification.CONFIDENTIAL,
        criticality=Criticality.MEDIUM,
        environment=Environment.PRODUCTION,
    )
    for severity in Severity:
        assert score(severity, Placed(), Exploit()) == score(severity, usual, Exploit())
    told = explained(Severity.HIGH, Placed(), Exploit(epss=0.5))
    assert sum("not known" in line for line in told) == 4
    assert "x 1.5: EPSS gives it 50.0% within 30 days" in told
    assert len(list(factors(Placed(), Exploit(is_known=True)))) == 5


def test_the_first_rule_that_fits_gives_the_deadline() -> None:
    rules = Findings().deadlines
    internet = Placed(exposure=Exposure.INTERNET)
    assert deadline(rules, Severity.CRITICAL, internet, NOON) == NOON + timedelta(days=3)
    assert deadline(rules, Severity.CRITICAL, Placed(), NOON) == NOON + timedelta(days=7)
    assert deadline(rules, Severity.INFORMATIONAL, internet, NOON) is None
    never = (
        Deadline(severity=Severity.LOW, environment=Environment.DEVELOPMENT, within=None),
        *rules,
    )
    there = Placed(environment=Environment.DEVELOPMENT)
    assert deadline(never, Severity.LOW, there, NOON) is None
    assert deadline(never, Severity.LOW, Placed(), NOON) is not None


def test_who_is_told_of_what() -> None:
    rule = ByMail(kind="mail", name="team", least=Severity.HIGH, exposure=Exposure.INTERNET)
    internet = Placed(exposure=Exposure.INTERNET)
    assert is_told(rule, Occasion.NEW, Severity.CRITICAL, internet)
    assert not is_told(rule, Occasion.FIXED, Severity.CRITICAL, internet)
    assert not is_told(rule, Occasion.NEW, Severity.MEDIUM, internet)
    assert not is_told(rule, Occasion.NEW, Severity.HIGH, Placed())
