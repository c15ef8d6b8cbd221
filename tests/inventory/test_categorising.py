"""Which rule gives a component which category, and what is wrong with rules."""

from typing import Any

import pytest
from tests.inventory.scene import bucket

from ringwall.inventory.categorising import Rules
from ringwall.inventory.rules import CATEGORY_NAMES, Rule
from ringwall.runtime.configuration import ConfigurationError, load_text
from ringwall.runtime.current import all_sections

FOUND = bucket("invoices", tags={"team": "billing"}).found


def given(*rules: dict[str, Any], declared: dict[str, str] | None = None) -> dict[str, str]:
    """By category: its value, and who gave it."""
    made = Rules(Rule.model_validate(one) for one in rules)
    found = made.categorise(FOUND, declared=declared or {}, source="aws")
    assert set(found) == set(CATEGORY_NAMES)
    return {name: f"{one.value} by {one.by}" for name, one in found.items()}


def rule(name: str, match: dict[str, Any] | None = None, **gives: str) -> dict[str, Any]:
    return {"name": name, "match": match or {"kind": "*"}, **gives}


def test_what_nobody_says_is_what_is_safe_and_an_owner_is_never_guessed() -> None:
    assert given() == {
        "owner": " by nobody",
        "exposure": " by nobody",
        "classification": "confidential by usual",
        "environment": "production by usual",
        "criticality": "medium by usual",
        "layer": "database by usual",
        "service_model": "paas by usual",
    }


def test_the_first_rule_that_fits_and_gives_a_category_counts_for_it() -> None:
    told = given(
        rule("none", {"account": "9*"}, owner="no"),
        rule("team", {"tags": {"team": ["billing", "pay*"]}}, owner="billing@example.com"),
        rule("all", owner="ops@example.com", classification="restricted"),
    )
    assert told["owner"] == "billing@example.com by team"
    assert told["classification"] == "restricted by all"


def test_what_a_component_declares_counts_before_rules() -> None:
    told = given(
        rule("all", owner="ops", classification="public"),
        declared={"owner": "us", "classification": "secret", "color": "red"},
    )
    assert told["owner"] == "us by declared"
    assert told["classification"] == "public by all", "what is no classification is not taken"


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({"kind": "aws-s3-*"}, True),
        ({"kind": ["aws-rds-*", "aws-s3-bucket"]}, True),
        ({"name": "inv*"}, True),
        ({"name": "voice"}, False),
        ({"region": "eu-*", "source": "aws"}, True),
        ({"region": "us-*"}, False),
        ({"tags": {"team": "*"}}, True),
        ({"tags": {"team": "billing", "env": "*"}}, False),
    ],
)
def test_all_that_a_rule_asks_has_to_be_so(match: dict[str, Any], fits: bool) -> None:
    assert (given(rule("one", match, owner="x"))["owner"] == "x by one") is fits


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load_text(f"version: 1\ninventory:\n  rules:\n{text}", all_sections())
    return [str(one).partition(": error: ")[0] + " " + one.message for one in caught.value.problems]


def test_every_mistake_is_told_with_its_line() -> None:
    told = mistakes(
        "    - {name: a, match: {}, owner: x}\n"
        "    - {name: b, match: {kind: aws-*}}\n"
        "    - {name: c, match: {kind: aws-*}, classification: secret}\n"
        "    - {name: d, match: {knd: aws-*}, owner: x}\n"
    )
    assert [one.split(":")[1] for one in told] == ["4", "5", "6", "7"]
    assert "it says nothing" in told[0]
    assert "the rule b gives no category" in told[1]


def test_a_rule_that_can_never_count_is_a_mistake() -> None:
    told = mistakes(
        "    - {name: a, match: {kind: '*'}, owner: x}\n"
        "    - {name: b, match: {kind: aws-*}, owner: y}\n"
        "    - {name: c, match: {kind: aws-*}, owner: y, layer: database}\n"
        "    - {name: c, match: {tags: {team: '*'}}, exposure: internal}\n"
        "    - {name: d, match: {tags: {team: a, env: b}}, exposure: internal}\n"
    )
    assert [one.partition(" ")[2].partition(",")[0] for one in told] == [
        "b never counts: a",
        "there are two rules c",
        "d never counts: c",
    ]
