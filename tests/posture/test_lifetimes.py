"""Until when programs are mended: rules, held to the days that those who make them published."""

from datetime import date, timedelta

import pytest

from ringwall.posture.lifetimes import mended_until

PUBLISHED = [
    ("envoy", "1.21.0", date(2023, 1, 12)),
    ("envoy", "1.28.3", date(2024, 10, 19)),
    ("envoy", "1.33.0", date(2026, 1, 14)),
    ("envoy", "1.38.0", date(2027, 4, 23)),
    ("python", "3.9.18", date(2025, 10, 31)),
    ("python", "3.11.7", date(2027, 10, 31)),
    ("python", "3.14.0", date(2030, 10, 31)),
    ("postgresql", "13.1", date(2025, 11, 13)),
    ("postgresql", "14.20", date(2026, 11, 12)),
    ("postgresql", "16", date(2028, 11, 9)),
    ("postgresql", "18.1", date(2030, 11, 14)),
    ("django", "4.2.7", date(2026, 4, 30)),
    ("django", "5.0", date(2025, 4, 30)),
    ("django", "5.1.4", date(2025, 12, 31)),
    ("django", "5.2.19", date(2028, 4, 30)),
    ("django", "6.0", date(2027, 4, 30)),
]
LATE = timedelta(weeks=3)
"""So late Envoy's releases may be, by its own rules."""


@pytest.mark.parametrize(("program", "version", "published"), PUBLISHED)
def test_rules_come_to_what_was_published(program: str, version: str, published: date) -> None:
    found = mended_until(program, version)
    assert found is not None
    allowed = LATE if program == "envoy" else timedelta()
    assert abs(found - published) <= allowed


@pytest.mark.parametrize(
    ("program", "version"),
    [
        ("redis", "7.2"),
        ("envoy", "unknown"),
        ("envoy", ""),
        ("envoy", "2.0.0"),
        ("python", "2.7"),
        ("postgresql", "9.6"),
        ("python", "3.²"),
        ("envoy", "1.20.1"),
        ("python", "-3.12"),
        ("django", "1.11"),
        ("django", "5.3"),
    ],
)
def test_of_what_no_rule_tells_nothing_is_guessed(program: str, version: str) -> None:
    assert mended_until(program, version) is None
