"""What a verdict stands on: the values that were looked at, and no others."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.core.components import Found
from ringwall.core.findings import Severity
from ringwall.core.observations import Observation, State, UnknownError
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.cases import snapshot_of
from ringwall.posture.checking.check import Check, fails
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.checking.noting import Noting, Part, noted, stood_on
from ringwall.posture.judging import judge_one
from ringwall.posture.snapshot.partial import Unknown, guarded
from ringwall.posture.snapshot.snapshot import Snapshot

CHECK = own_checks(["aws-s3-bucket-versioning"])[0]
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


def group(*rules: tuple[int, str], **more: object) -> dict[str, Any]:
    told = [{"FromPort": port, "IpRanges": [{"CidrIp": one}]} for port, one in rules]
    return {"GroupId": "sg-1", "IpPermissions": told, **more}


def opens(it: Any, world: Any) -> Any:
    """Of the first port that is open to a network."""
    for rule in it.read("listed")["IpPermissions"]:
        for one in rule.get("IpRanges", ()):
            if rule["FromPort"] == 22 and one["CidrIp"].endswith("/8"):
                return fails("open")
    return fails("open")


def digest(value: Any, judge: Any = opens) -> str:
    snapshot = Snapshot()
    seen = snapshot.add(Found(kind="x", name="x", label="x", account="1"))
    seen.aspects["listed"] = Observation(State.KNOWN, value)
    check = Check(judges="x", severity=Severity.LOW, reads=("listed",))
    return stood_on(snapshot, replace(CHECK, check=check, judge=judge), seen, "open", {})


def test_another_value_under_the_same_words_is_another() -> None:
    assert digest(group((22, "10.0.0.0/8"))) != digest(group((22, "0.0.0.0/0")))


def test_what_nobody_looked_at_makes_no_difference() -> None:
    one, other = (22, "10.0.0.0/8"), (443, "10.1.0.0/16")
    assert digest(group(one, Description="a")) == digest(group(one, Description="b", Tags=[]))
    assert digest(group(one, other)) == digest(group(other, one)), "nor does the order of a list"


def test_what_came_to_stand_behind_what_decided_counts() -> None:
    one = (22, "10.0.0.0/8")
    assert digest(group(one)) != digest(group(one, (22, "0.0.0.0/0")))


def test_a_check_that_nobody_can_follow_stands_on_all_it_read() -> None:
    def blind(it: Any, world: Any) -> Any:
        it.read("listed")
        return fails("open")

    def broken(it: Any, world: Any) -> Any:
        it.read("listed")["GroupId"].nothing()
        return fails("open")

    for judge in (blind, broken):
        assert digest({"a": 1, "GroupId": ""}, judge) != digest({"a": 2, "GroupId": ""}, judge)
    assert digest({"a": "2026-01-01T00:00:00Z"}, blind) == digest({"a": "2026-02-01 00:00"}, blind)


def test_what_is_not_known_stays_so() -> None:
    value = noted(guarded({"a": Unknown("a variable"), "b": [Unknown("x"), 1]}), Part())
    for read in (lambda: value["a"], lambda: value.get("a"), lambda: list(value["b"])):
        with pytest.raises(UnknownError):
            read()


@given(_JSON, _JSON)
def test_a_noted_value_behaves_as_the_value_itself(value: Any, other: Any) -> None:
    mine = noted(value, Part())
    assert mine == value
    assert (mine == other) is (value == other)
    assert bool(mine) is bool(value)
    if isinstance(value, dict):
        assert {**mine} == dict(mine.items()) == value
        assert list(mine) == list(value)
        assert mine | {"a": 1} == value | {"a": 1}
        assert {"a": 1} | mine == {"a": 1} | value
        assert [mine.get(key) for key in "ab"] == [value.get(key) for key in "ab"]
    if isinstance(value, list):
        other_list = [other]
        assert [*mine] == list(mine) == value
        assert mine + other_list == value + other_list
        assert mine[:1] == value[:1]
        assert (other in mine) is (other in value)


@given(_JSON, _JSON)
def test_who_looks_at_all_stands_on_all(one: Any, other: Any) -> None:
    def goes_through(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: goes_through(each) for key, each in value.items()}
        return [goes_through(each) for each in value] if isinstance(value, list) else value

    def seen_of(value: Any) -> Any:
        part = Part()
        goes_through(noted(value, part))
        return part.taken(value)

    if not _is_alike(one, other):
        assert seen_of(one) != seen_of(other)
    assert seen_of(one) == seen_of(one)


def _is_alike(one: Any, other: Any) -> bool:
    """Whether both say the same; in lists what is said twice is said once."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return all(any(_is_alike(a, b) for b in other) for a in one) and all(
            any(_is_alike(a, b) for a in one) for b in other
        )
    return type(one) is type(other) and bool(one == other)


def test_every_check_can_be_followed() -> None:
    """Over its own cases, each check says of noted values what it says of the values themselves."""
    for known in own_checks():
        for case in known.cases:
            snapshot, seen = snapshot_of(known.check, case)
            judged = judge_one(snapshot, known, seen)
            if judged is None or judged.verdict.outcome is not Outcome.FAIL:
                continue
            world = Noting(snapshot, {})
            said = known.judge(world.subject(seen), world)
            assert said is not None
            assert (said.outcome, said.why) == (Outcome.FAIL, judged.verdict.why), known.id
