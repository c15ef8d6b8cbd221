"""The files of a configuration are watched wherever they lie, also while they cannot be read."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
import watchfiles

from ringwall.gateway.watching import Watch
from ringwall.runtime.configuration import ConfigurationError
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import Installation

CONFIG = """
version: 1
edge: {redirect: null, hosts: {shop.localhost: {}}}
services: {shop: {addresses: ["127.0.0.1:7401"], owner: tests}}
routes: [{name: shop, hosts: [shop.localhost], path: /, service: shop}]
"""
OPEN = '@id("open") permit (principal, action, resource);\n'


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    (tmp_path / "ringwall.yaml").write_text(CONFIG)
    return Installation(tmp_path / "ringwall.yaml", tmp_path / "state", all_sections)


async def _nothing() -> None:
    """Nobody is told here."""


def _folders(watch: Watch) -> set[Path]:
    return set(watch._folders())


def test_policies_are_watched_in_every_folder_below(installation: Installation) -> None:
    root = installation.config.parent
    (root / "policies" / "team").mkdir(parents=True)
    (root / "policies" / "open.cedar").write_text(OPEN)
    watch = Watch(installation, _nothing, complain=pytest.fail)
    assert {root, root / "policies", root / "policies" / "team"} <= _folders(watch)


def test_a_broken_policy_is_watched_until_it_is_mended(installation: Installation) -> None:
    root = installation.config.parent
    (root / "rules").mkdir()
    (root / "rules" / "open.cedar").write_text(OPEN)
    (root / "ringwall.yaml").write_text(CONFIG + "access: {policies: rules}\n")
    watch = Watch(installation, _nothing, complain=pytest.fail)
    whole = watch.look()
    assert root / "rules" in _folders(watch)
    (root / "rules" / "open.cedar").write_text("permit (principal, action, resource)")
    with pytest.raises(ConfigurationError):
        installation.load()
    assert watch.look() != whole
    assert root / "rules" in _folders(watch)
    (root / "rules" / "open.cedar").write_text(OPEN)
    assert watch.look() == whole


def test_a_folder_that_was_just_made_is_watched_for_its_first_policy(
    installation: Installation,
) -> None:
    watch = Watch(installation, _nothing, complain=pytest.fail)
    policies = installation.config.parent / "policies"
    assert policies not in _folders(watch)
    policies.mkdir()
    assert "has no *.cedar file" in watch.look()
    assert policies in _folders(watch)


def test_what_is_saved_while_a_watch_begins_is_noticed(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = watchfiles.awatch

    async def slowly(*folders: Path, **how: Any) -> AsyncGenerator[Any]:
        installation.config.write_text(CONFIG.replace("owner: tests", "owner: others"))
        async for found in begin(*folders, **how):
            yield found

    async def until_it_is_noticed() -> None:
        noticed = asyncio.Event()

        async def changed() -> None:
            noticed.set()

        watch = Watch(installation, changed, complain=pytest.fail)
        watch.seen = watch.look()
        running = asyncio.create_task(watch.run())
        await asyncio.wait_for(noticed.wait(), 10)
        running.cancel()
        assert watch.seen == installation.load().hash

    monkeypatch.setattr(watchfiles, "awatch", slowly)
    asyncio.run(until_it_is_noticed())
