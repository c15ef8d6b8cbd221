"""What is judged again after a change comes out as if all were judged anew."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.posture.test_itself import SHOP

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.gateway import aspects
from ringwall.posture.checking import Check, Severity, fails, passes
from ringwall.posture.checking.finding import KnownCheck, own_checks
from ringwall.posture.itself import read_itself
from ringwall.posture.judging import judge_all
from ringwall.posture.rejudging import Changes, Standing
from ringwall.posture.snapshot.snapshot import Scope, Snapshot
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import find

A, B = "aws-a-thing", "aws-b-thing"
WORDS = ("one", "two", "three")
OBSERVED = st.one_of(
    st.sampled_from(WORDS).map(lambda word: Observation(State.KNOWN, word, "x")),
    st.sampled_from([State.ABSENT, State.DENIED, State.ERROR]).map(
        lambda state: Observation(state, None, "x", None, "so")
    ),
)


def known(name: str, judges: str, reads: tuple[str, ...], judge: Any) -> KnownCheck:
    check = Check(judges=judges, severity=Severity.LOW, reads=reads)
    return KnownCheck(
        id=name, title=name, about="", why="w", fix="f", path=Path(name), check=check,
        judge=judge, cases=(),
    )  # fmt: skip


def _own(it: Any, world: Any) -> Any:
    value = it.read("x", "none")
    return None if value == "three" else passes("it is") if value == "one" else fails(value)


def _listed(it: Any, world: Any) -> Any:
    several = sorted(one.label for one in world.all(B, account="1", region="r"))
    return passes("none") if not several else fails(" ".join(several))


def _found(it: Any, world: Any) -> Any:
    other = world.find(f"{B}/{it.read('x', 'two')}")
    return passes("gone") if other is None else fails(f"{other.label} {other.read('x', 'no')}")


def _keys(one: Any) -> list[str]:
    return [one.read("x", "none")]


def _indexed(it: Any, world: Any) -> Any:
    return passes("none") if not world.where(B, _keys, it.label) else fails("some")


def _either(it: Any, world: Any) -> Any:
    if world.any_true(lambda: it.read("x") == "one", lambda: it.read("y") == "one"):
        return passes("either")
    return fails(f"tags {dict(it.tags)}")


def _everything(it: Any, world: Any) -> Any:
    told = [f"{one.label}:{one.read('x', 'none')}" for one in world.all(A)]
    return fails(" ".join(sorted(told)))


CHECKS = [
    known("own", A, ("x",), _own),
    known("own-of-b", B, ("x",), _own),
    known("listed", A, (f"{B}.listed",), _listed),
    known("found", A, ("x", f"{B}.x"), _found),
    known("indexed", A, (f"{B}.x",), _indexed),
    known("either", A, ("x", "y"), _either),
    known("everything", A, ("x",), _everything),
]
KINDS, NAMES = st.sampled_from([A, B]), st.sampled_from(WORDS)
STEP = st.one_of(
    st.tuples(st.just("set"), KINDS, NAMES, st.sampled_from("xy"), OBSERVED),
    st.tuples(st.just("add"), KINDS, NAMES, OBSERVED),
    st.tuples(st.just("remove"), KINDS, NAMES),
    st.tuples(st.just("tag"), KINDS, NAMES, NAMES),
    st.tuples(st.just("listing"), KINDS, st.sampled_from(list(State))),
)


def outcomes(judged: Any) -> dict[tuple[str, str], tuple[str, str]]:
    """What came out, without the times at which it was read."""
    return {
        (one.check, one.component): (one.verdict.outcome.value, one.verdict.why) for one in judged
    }


def made(kind: str, name: str, **tags: str) -> Found:
    return Found(
        kind=kind, name=name, label=name, account="1", region="r", tags=tuple(tags.items())
    )


def change(snapshot: Snapshot, step: tuple[Any, ...], changes: Changes) -> None:
    """Do one thing to a snapshot, and note it."""
    what, kind, *rest = step
    name = f"{kind}/{rest[0]}"
    if what == "listing":
        scope = Scope(kind, "1", "r")
        snapshot.forget_listing(scope)
        snapshot.note_listing(scope, Observation(rest[0], why="so"))
        changes.listings.add(scope)
        return
    seen = snapshot.get(name)
    if what == "add" and seen is None:
        snapshot.add(made(kind, rest[0])).aspects["x"] = rest[1]
        changes.added.add(name)
        changes.removed.discard(name)
    elif what == "remove" and seen is not None:
        snapshot.remove(name)
        changes.removed.add(name)
    elif what == "set" and seen is not None:
        seen.aspects[rest[1]] = rest[2]
        changes.aspects.add((name, rest[1]))
    elif what == "tag" and seen is not None:
        seen.found = made(kind, rest[0], tag=rest[1])
        changes.named.add(name)


@given(st.lists(st.lists(STEP, min_size=1, max_size=4), max_size=12))
@settings(max_examples=150, deadline=None)
def test_it_is_as_if_all_were_judged_anew(rounds: list[list[tuple[Any, ...]]]) -> None:
    snapshot = Snapshot()
    for kind in (A, B):
        snapshot.note_listing(Scope(kind, "1", "r"), Observation(State.KNOWN))
        snapshot.add(made(kind, "one")).aspects["x"] = Observation(State.KNOWN, "one", "x")
    standing = Standing(snapshot, CHECKS)
    for steps in rounds:
        changes, before = Changes(), outcomes(standing.judged.values())
        for step in steps:
            change(snapshot, step, changes)
        told = standing.again(changes)
        anew = outcomes(judge_all(snapshot, CHECKS))
        assert outcomes(standing.judged.values()) == anew
        otherwise = {key for key in {*before, *anew} if before.get(key) != anew.get(key)}
        pairs = [old or new for old, new in told]
        assert {(one.check, one.component) for one in pairs if one is not None} == otherwise


def test_only_what_read_it_is_judged_again() -> None:
    snapshot = Snapshot()
    snapshot.note_listing(Scope(A, "1", "r"), Observation(State.KNOWN))
    for number in range(1000):
        snapshot.add(made(A, str(number))).aspects["x"] = Observation(State.KNOWN, "one", "x")
    counted: list[str] = []

    def counting(it: Any, world: Any) -> Any:
        counted.append(it.label)
        return _own(it, world)

    standing = Standing(snapshot, [known("own", A, ("x",), counting)])
    counted.clear()
    seen = snapshot.get(f"{A}/7")
    assert seen is not None
    seen.aspects["x"] = Observation(State.KNOWN, "two", "x")
    ((old, new),) = standing.again(Changes(aspects={(f"{A}/7", "x")}))
    assert counted == ["7"]
    assert old is not None
    assert new is not None
    assert (old.verdict.outcome.value, new.verdict.outcome.value) == ("pass", "fail")


def test_what_fails_as_before_is_told_apart_where_what_it_stands_on_was_read_anew() -> None:
    snapshot = Snapshot()
    snapshot.note_listing(Scope(A, "1", "r"), Observation(State.KNOWN))
    seen = snapshot.add(made(A, "7"))
    seen.aspects["x"] = Observation(State.KNOWN, ["10.0.0.0/8"], "x")

    def judge(it: Any, world: Any) -> Any:
        return fails("it is open to somebody") if it.read("x") else passes("it is not")

    standing = Standing(snapshot, [known("open", A, ("x",), judge)])
    seen.aspects["x"] = Observation(State.KNOWN, ["0.0.0.0/0"], "x")
    assert standing.again(Changes(aspects={(f"{A}/7", "x")})) == []
    assert [one.component for one in standing.still] == [f"{A}/7"]
    assert standing.again(Changes(aspects={(f"{A}/8", "x")})) == []
    assert standing.still == []


@pytest.mark.parametrize("take", [("sign_in", "none"), ("sign_in", "required")])
def test_ringwalls_own_checks_are_judged_again_alike(tmp_path: Any, take: tuple[str, str]) -> None:
    (tmp_path / "ringwall.yaml").write_text(SHOP)
    snapshot = read_itself(find(all_sections, config=tmp_path / "ringwall.yaml"), [aspects])
    checks = [one for one in own_checks() if one.id.startswith("ringwall-")]
    standing = Standing(snapshot, checks)
    aspect, value = take
    changes = Changes()
    for seen in snapshot.of_kind("ringwall-route"):
        seen.aspects[aspect] = Observation(State.KNOWN, value, "configuration")
        changes.aspects.add((seen.found.id, aspect))
    standing.again(changes)
    assert outcomes(standing.judged.values()) == outcomes(judge_all(snapshot, checks))
