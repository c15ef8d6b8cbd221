"""Applied configurations are kept whole, whatever happens while they are."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ringwall.core.clock import SystemClock
from ringwall.gateway import jobs
from ringwall.gateway.binary import EnvoyRefusedError
from ringwall.gateway.config import Record
from ringwall.gateway.layout import Layout
from ringwall.gateway.looking_back import eras
from ringwall.gateway.service import Gateway
from ringwall.gateway.versions import DamagedVersionError, Version, VersionStore
from ringwall.runtime.configuration import Configuration, ConfigurationError, load, load_text
from ringwall.runtime.current import all_sections

SECTIONS = all_sections()
NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
KILLING = Path(__file__).with_name("kill_while_applying.py")

TEXT = """
version: 1
edge: {hosts: {app.localhost: {}}, response_headers: {x-number: "%s"}}
services:
  one: {addresses: [127.0.0.1:1], owner: tests, tls: none}
routes:
  - {name: one, hosts: [app.localhost], path: /**, service: one}
"""


def configuration(number: int = 1) -> Configuration:
    return load_text(TEXT % number, SECTIONS)


@pytest.fixture
def store(tmp_path: Path) -> VersionStore:
    return VersionStore(tmp_path / "versions")


def keep(store: VersionStore, number: int = 1) -> Version:
    version = store.begin(configuration(number), author="ada", time=NOW, reason="why")
    store.commit(version)
    return version


def test_a_version_tells_number_hash_author_time_and_reason(store: VersionStore) -> None:
    assert store.latest() is None
    assert store.all() == ()
    version = keep(store)
    assert store.all() == (version,)
    assert version.to_json() == {
        "number": 1,
        "hash": configuration().hash,
        "author": "ada",
        "time": "2026-11-23T12:30:00+00:00",
        "reason": "why",
        "root": ".",
        "files": ("ringwall.yaml",),
    }


def test_the_contents_come_back_to_the_byte(tmp_path: Path, store: VersionStore) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "ringwall.yaml").write_text(
        "version: 1\ninclude: [parts/]\nedge: {hosts: {app.localhost: {}}}\n"
    )
    (tmp_path / "parts" / "ä.yaml").write_text("services: {}  # a comment\n")
    written = load(tmp_path / "ringwall.yaml", SECTIONS)
    version = store.begin(written, author="ada", time=NOW, reason="why")
    store.commit(version)
    (tmp_path / "parts" / "ä.yaml").unlink()
    kept = store.load(version, SECTIONS)
    assert kept.sources == written.sources
    assert (kept.hash, kept.root) == (written.hash, tmp_path)


def test_versions_are_for_their_owner_alone(store: VersionStore, tmp_path: Path) -> None:
    keep(store)
    for path in (tmp_path / "versions", *(tmp_path / "versions").rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_what_is_pending_never_counts(store: VersionStore, tmp_path: Path) -> None:
    keep(store)
    pending = store.begin(configuration(2), author="ada", time=NOW, reason="why")
    assert pending.number == 2
    assert [one.number for one in store.all()] == [1]
    assert keep(store, 3).number == 2
    abandoned = store.begin(configuration(4), author="ada", time=NOW, reason="why")
    store.abandon(abandoned)
    assert sorted(p.name for p in (tmp_path / "versions").iterdir()) == ["1", "2"]
    with pytest.raises(LookupError, match="there is no version 3"):
        store.get(3)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "version.json").write_text('{"number": 2'),
        lambda folder: (folder / "version.json").write_text("{}"),
        lambda folder: (folder / "version.json").write_text("[]"),
        lambda folder: (folder / "version.json").unlink(),
        lambda folder: (folder / "version.json").write_bytes(b"\xff\xfe\x00"),
    ],
    ids=["cut", "empty", "another", "missing", "binary"],
)
def test_a_damaged_one_is_named_and_the_next_number_is_free(
    store: VersionStore, tmp_path: Path, damage: object
) -> None:
    keep(store)
    keep(store, 2)
    assert callable(damage)
    damage(tmp_path / "versions" / "2")
    for look in (store.all, store.latest, lambda: store.get(2)):
        with pytest.raises(DamagedVersionError, match="version 2 is damaged") as caught:
            look()
        assert str(tmp_path / "versions" / "2") in str(caught.value)
    assert store.get(1).number == 1
    assert keep(store, 3).number == 3
    latest = store.latest()
    assert latest is not None
    assert latest.number == 3


def test_changed_contents_are_not_taken_for_what_was_applied(
    store: VersionStore, tmp_path: Path
) -> None:
    version = keep(store)
    file = tmp_path / "versions" / "1" / "files" / "ringwall.yaml"
    file.write_text(file.read_text().replace("app.localhost", "evil.example"))
    with pytest.raises(DamagedVersionError, match="its files were changed"):
        store.load(version, SECTIONS)
    file.unlink()
    with pytest.raises(DamagedVersionError):
        store.load(version, SECTIONS)


def test_a_version_never_reads_files_outside_its_folder(
    store: VersionStore, tmp_path: Path
) -> None:
    keep(store)
    path = tmp_path / "versions" / "1" / "version.json"
    path.write_text(path.read_text().replace('"ringwall.yaml"', '"../../../secret"'))
    with pytest.raises(DamagedVersionError, match="outside"):
        store.get(1)


def test_a_renamed_folder_is_not_another_version(store: VersionStore, tmp_path: Path) -> None:
    keep(store)
    (tmp_path / "versions" / "1").rename(tmp_path / "versions" / "7")
    with pytest.raises(DamagedVersionError, match="it says it is version 1"):
        store.latest()


def test_other_entries_in_the_folder_do_not_matter(store: VersionStore, tmp_path: Path) -> None:
    keep(store)
    for name in ("01", "1.old", "٣", "notes", "0"):
        (tmp_path / "versions" / name).mkdir()
    assert [one.number for one in store.all()] == [1]


def test_a_full_disk_leaves_nothing_pending(
    store: VersionStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store)
    monkeypatch.setattr(os, "fsync", _no_room)
    with pytest.raises(OSError, match="No space left"):
        store.begin(configuration(2), author="ada", time=NOW, reason="why")
    assert [p.name for p in (tmp_path / "versions").iterdir()] == ["1"]


def _no_room(_descriptor: int) -> None:
    raise OSError(28, "No space left on device")


def gateway(folder: Path) -> Gateway:
    layout = Layout(folder, folder / "state", folder / "run")
    return Gateway(layout, sections=SECTIONS, clock=SystemClock())


def test_the_same_configuration_is_the_same_version(tmp_path: Path) -> None:
    edge = gateway(tmp_path)
    first = edge.apply(configuration(), author="ada", reason="up", check=False)
    assert edge.apply(configuration(), author="bob", reason="reload", check=False) == first
    second = edge.apply(configuration(2), author="bob", reason="reload", check=False)
    assert second.number == 2
    in_force = edge.in_force()
    assert in_force is not None
    assert in_force.hash == configuration(2).hash


def test_a_damaged_latest_does_not_stop_the_next(tmp_path: Path) -> None:
    edge = gateway(tmp_path)
    edge.apply(configuration(), author="ada", reason="up", check=False)
    (tmp_path / "state" / "versions" / "1" / "version.json").write_text("")
    with pytest.raises(DamagedVersionError):
        edge.in_force()
    assert edge.apply(configuration(), author="ada", reason="up", check=False).number == 2


def test_a_damaged_latest_does_not_stop_the_rotation_of_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edge = gateway(tmp_path)
    edge.apply(configuration(), author="ada", reason="up", check=False)
    monkeypatch.setattr(jobs, "open_gateway", lambda _: edge)
    run = jobs.rotate_access_record

    def rotated() -> str:
        edge.layout.access_log.write_text(
            '{"time":"2026-11-01T00:00:00Z","request_id":null,"method":"GET","host":null,'
            '"path":"/","status":200,"details":null}\n'
        )
        return run(None)  # type: ignore[arg-type]

    assert rotated().startswith("closed access-")
    (tmp_path / "state" / "versions" / "1" / "version.json").write_text("")
    assert rotated().startswith("closed access-")
    assert len(list(edge.layout.access_log.parent.glob("access-*"))) == 2


def test_strangers_have_a_smaller_share_of_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is kept of them goes, not what is kept of those who are known."""
    edge = gateway(tmp_path)
    edge.apply(configuration(), author="ada", reason="up", check=False)
    monkeypatch.setattr(jobs, "open_gateway", lambda _: edge)
    days = [f"{datetime.now(UTC) - timedelta(days=ago):%Y%m%d}" for ago in (4, 3, 2, 1)]
    small = Record(size=64 * 1024**2)
    monkeypatch.setattr(jobs, "_record", lambda *_: small)
    for log in edge.layout.records:
        log.write_bytes(b"")
        for day in days:
            with log.with_name(f"{log.stem}-{day}.jsonl").open("wb") as file:
                file.truncate(10 * 1024**2)
    done = jobs.rotate_access_record(None)  # type: ignore[arg-type]
    assert [part for part in done.split(", ") if part.startswith("deleted")] == [
        f"deleted strangers-{day}.jsonl" for day in days[:3]
    ]


def test_one_damaged_version_leaves_the_others_to_look_back_with(tmp_path: Path) -> None:
    edge = gateway(tmp_path)
    for number in (1, 2):
        edge.apply(configuration(number), author="ada", reason="up", check=False)
    (tmp_path / "state" / "versions" / "1" / "version.json").write_text("")
    with pytest.raises(DamagedVersionError):
        edge.versions.all()
    assert [one.number for one in edge.versions.readable()] == [2]
    (version,) = edge.versions.readable()
    assert eras(edge.versions, SECTIONS).at(version.time.timestamp(), None) is not None


def test_what_envoy_refuses_is_not_kept(tmp_path: Path) -> None:
    edge = gateway(tmp_path)
    edge.apply(configuration(), author="ada", reason="up")
    xds = tmp_path / "state" / "xds"
    before = {path: path.read_bytes() for path in xds.rglob("*") if path.is_file()}
    odd = load_text(
        (TEXT % 2).replace("tls: none", "tls: none, response_headers: {host: x}"), SECTIONS
    )
    with pytest.raises(EnvoyRefusedError, match="host headers may not be modified"):
        edge.apply(odd, author="ada", reason="reload")
    assert {path: path.read_bytes() for path in xds.rglob("*") if path.is_file()} == before
    assert [one.number for one in edge.versions.all()] == [1]


def test_no_version_of_an_invalid_configuration_is_ever_made() -> None:
    with pytest.raises(ConfigurationError):
        load_text("version: 1\nedge: {hosts: 3}\n", SECTIONS)


@pytest.mark.e2e
def test_killed_at_any_moment_of_applying_nothing_is_lost_or_half(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = subprocess.run(
        [sys.executable, str(KILLING), str(tmp_path), "25"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with capsys.disabled():
        print(f"\n{done.stdout.strip()}")
