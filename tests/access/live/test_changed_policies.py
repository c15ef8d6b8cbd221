"""Policies that change while the edge runs: bad ones replace nothing, good ones drop nothing."""

import re
import time
from pathlib import Path
from typing import Final

import pytest
from tests.access.live.guarded import (
    API,
    NORA,
    POLICIES,
    Guarded,
)
from tests.gateway.live.asking import pids, refused, reload

from ringwall.runtime.configuration import ConfigurationError, load
from ringwall.runtime.configuration.rendering import plain
from ringwall.runtime.current import all_sections

pytestmark = pytest.mark.e2e


LOOK_ALIKES: Final = {
    "a Cyrillic role": POLICIES.replace('"support"', '"supp\u043ert"'),
    "a Cyrillic tenant": POLICIES
    + '\n@id("x") permit (principal in Tenant::"n\u043erth", action, resource);',
    "a direction": POLICIES + '\n// \u202e"x\n@id("x") forbid (principal, action, resource);',
    "nothing seen": POLICIES + '\n@id("x\u200b") permit (principal, action, resource);',
    "a space that is none": POLICIES + '\n@id("x")\u00a0permit (principal, action, resource);',
    "a keyword": POLICIES + '\n@id("x") \u0440\u0435rmit (principal, action, resource);',
    "a fullwidth id": POLICIES + '\n@id("\uff58") permit (principal, action, resource);',
}


def policies(edge: Guarded) -> Path:
    return edge.stage.folder / "policies" / "all.cedar"


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_looks_like_another_policy_is_refused(edge: Guarded, name: str) -> None:
    policies(edge).write_text(LOOK_ALIKES[name])
    try:
        with pytest.raises(ConfigurationError) as told:
            load(edge.stage.file, all_sections())
        for problem in told.value.problems:
            assert re.search(r"all\.cedar:\d+:\d+: error: ", plain(problem))
        refused(edge.stage)
    finally:
        policies(edge).write_text(POLICIES)


def test_check_refuses_it_too(edge: Guarded) -> None:
    policies(edge).write_text(LOOK_ALIKES["a Cyrillic role"])
    try:
        checked = edge.stage.command("check")
    finally:
        policies(edge).write_text(POLICIES)
    assert checked.returncode != 0
    assert re.search(r"all\.cedar:\d+:\d+: error: ", checked.stderr)


BROKEN: Final = {
    "no Cedar": "permit (principal, action, resource",
    "nobody's role": '@id("a") permit (principal in Role::"nobody", action, resource);',
    "a wrong type": '@id("a") permit (principal is User, action, resource) '
    "when { principal.id < 3 };",
    "not for the edge": '@id("a") permit (principal is User, action, resource) '
    "when { principal.strength == principal.id };",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_policies_replace_nothing(edge: Guarded, name: str) -> None:
    policies(edge).write_text(BROKEN[name])
    try:
        refused(edge.stage)
        assert edge.get("/v1/north/list").status_code == 200
        assert edge.get("/v1/south/list").status_code == 403
    finally:
        policies(edge).write_text(POLICIES)


def test_without_any_policy_nothing_opens(edge: Guarded) -> None:
    file = policies(edge)
    moved = file.with_suffix(".away")
    file.rename(moved)
    try:
        refused(edge.stage)
        assert edge.get("/v1/south/list").status_code == 403
    finally:
        moved.rename(file)


def test_a_changed_policy_is_in_force_without_a_dropped_connection(
    edge: Guarded, capsys: pytest.CaptureFixture[str]
) -> None:
    before = pids(edge.stage)
    url = f"https://{API}:{edge.stage.port}/v1/south/list"
    opened = (
        POLICIES
        + '\n@id("all-read") permit (principal is User, action in Action::"read", resource);'
    )
    took: list[float] = []
    with edge.stage.client() as client:
        headers = [edge.credential(NORA, API)]
        assert client.get(url, headers=headers).status_code == 403
        connection = _connection(client)
        headers_changed = _with_another_header(edge)
        for text, status in ((opened, 200), (POLICIES, 403)) * 3:
            policies(edge).write_text(text)
            began = time.monotonic()
            reload(edge.stage)
            assert client.get(url, headers=headers).status_code == status
            took.append(time.monotonic() - began)
        assert _connection(client) == connection
    assert pids(edge.stage) == before
    with capsys.disabled():
        told = ", ".join(f"{seconds * 1000:.0f} ms" for seconds in took)
        print(f"\na changed policy: {told}; a changed header: {headers_changed * 1000:.0f} ms")


def _with_another_header(edge: Guarded) -> float:
    """Seconds that a reload takes which changes no policy."""
    config = edge.stage.config
    edge.stage.write({**config, "edge": {**config["edge"], "response_headers": {"x-a": "b"}}})
    _, seconds = reload(edge.stage)
    return seconds


def _connection(client: object) -> int:
    """The one connection of a client."""
    (found,) = client._transport._pool.connections  # type: ignore[attr-defined]
    return id(found)
