"""Specifications that make no sense are refused with a reason; the others have an order."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ringwall.runtime.processes.backoff import deaths_in_a_row, pause_after
from ringwall.runtime.processes.probes import FileExists
from ringwall.runtime.processes.spec import ProcessSpec, SpecError, fingerprint, start_order


def named(name: str, *after: str) -> ProcessSpec:
    return ProcessSpec(name=name, argv=("true",), cwd=Path("/"), environment={}, after=after)


def test_each_comes_behind_all_it_names() -> None:
    ordered = start_order([named("d", "b", "c"), named("b", "a"), named("c", "a"), named("a")])
    names = [each.name for each in ordered]
    assert names[0] == "a"
    assert names[-1] == "d"
    assert set(names[1:3]) == {"b", "c"}


@pytest.mark.parametrize(
    ("specs", "reason"),
    [
        ([named("a", "b"), named("b", "c"), named("c", "a")], "in a circle: "),
        ([named("a", "a")], "in a circle: a after a"),
        ([named("a", "b")], "starts after b, which does not exist"),
        ([named("a"), named("a")], "two processes are named a"),
    ],
)
def test_an_impossible_order_is_refused(specs: list[ProcessSpec], reason: str) -> None:
    with pytest.raises(SpecError, match=reason):
        start_order(specs)


@pytest.mark.parametrize("name", ["", "../etc", "A", "a b", ".hidden", "a/b", "x" * 64, "a\n"])
def test_a_name_must_be_able_to_name_a_log(name: str) -> None:
    with pytest.raises(SpecError, match="cannot name a process"):
        named(name)


def test_a_process_needs_a_program() -> None:
    with pytest.raises(SpecError, match="argv is empty"):
        replace(named("a"), argv=())


def test_the_fingerprint_covers_what_a_running_process_cannot_change() -> None:
    spec = replace(named("a"), environment={"A": "1", "B": "2"})
    differing: list[dict[str, Any]] = [
        {"argv": ("true", "")},
        {"cwd": Path("/tmp")},
        {"environment": {"A": "1"}},
        {"environment": {"A": "12", "B": ""}},
    ]
    assert len({fingerprint(replace(spec, **each)) for each in [{}, *differing]}) == 5
    alike: list[dict[str, Any]] = [
        {"environment": {"B": "2", "A": "1"}},
        {"stop_grace": 1.0, "after": ("b",), "ready": FileExists(Path("/"))},
    ]
    assert {fingerprint(replace(spec, **each)) for each in alike} == {fingerprint(spec)}


def test_the_pause_doubles_up_to_ten_seconds_and_a_long_life_forgets() -> None:
    assert [pause_after(deaths) for deaths in range(1, 10)] == [
        0.0, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0,
    ]  # fmt: skip
    assert pause_after(100_000) == 10.0
    assert deaths_in_a_row(7, 29.9) == 8
    assert deaths_in_a_row(7, 30.0) == 1
