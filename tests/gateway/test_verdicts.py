"""What Envoy has judged before is not judged again; whatever has changed is."""

import json
import os
from pathlib import Path

import pytest

from ringwall.core.clock import SystemClock
from ringwall.gateway import service
from ringwall.gateway.binary import EnvoyRefusedError
from ringwall.gateway.layout import Layout
from ringwall.gateway.service import Gateway
from ringwall.gateway.verdicts import Verdicts, key_of, named_files
from ringwall.runtime.configuration import Configuration
from ringwall.runtime.configuration.loading import load_sources
from ringwall.runtime.current import all_sections

TEXT = """
version: 1
edge: {listen: "127.0.0.1:8443", hosts: {a.localhost: {}}, response_headers: {x-one: "%s"}}
services:
  echo: {addresses: ["127.0.0.1:7001"], owner: tests, sidecar: {app: "127.0.0.1:7002"}}
routes:
  - {name: all, hosts: [a.localhost], path: /**, service: echo}
"""


class Judged:
    """A gateway, and which of its proxies Envoy was asked about."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.state = folder, folder / "state"
        self.asked: list[str] = []
        self.refuses = False
        monkeypatch.setattr(service, "validate", self._validate)

    def _validate(self, bootstrap: str, *, folder: Path) -> None:
        assert folder.is_dir()
        self.asked.append(json.loads(bootstrap)["node"]["id"])
        if self.refuses:
            raise EnvoyRefusedError("so it is")

    def judge(self, value: str) -> set[str]:
        """Judge a configuration as a process of its own would; whom Envoy was asked about."""
        self.asked.clear()
        gateway = Gateway(
            Layout(self.folder, self.state, self.folder),
            sections=all_sections(),
            clock=SystemClock(),
        )
        gateway.judge(self._configuration(value))
        return set(self.asked)

    def _configuration(self, value: str) -> Configuration:
        sources = [(Path("ringwall.yaml"), (TEXT % value).encode())]
        return load_sources(sources, all_sections(), root=self.folder)


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judged:
    return Judged(tmp_path, monkeypatch)


def test_only_what_changes_is_judged_again(judged: Judged) -> None:
    everything = judged.judge("a")
    assert len(everything) == 2  # the edge and the sidecar
    assert judged.judge("a") == set()
    assert judged.judge("b") == {"edge"}
    assert judged.judge("a") == set()


def test_what_is_refused_is_judged_each_time(judged: Judged) -> None:
    judged.refuses = True
    for _ in range(2):
        with pytest.raises(EnvoyRefusedError, match="so it is"):
            judged.judge("a")
        assert judged.asked
    judged.refuses = False
    assert judged.judge("a")


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[1, null]", b"\xff", b'"all"'])
def test_verdicts_that_cannot_be_read_are_none(judged: Judged, content: bytes) -> None:
    everything = judged.judge("a")
    (judged.state / "verdicts.json").write_bytes(content)
    assert judged.judge("a") == everything


def test_another_envoy_judges_anew(judged: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = judged.judge("a")
    other = judged.folder / "envoy"
    other.write_bytes(b"another")
    monkeypatch.setenv("RINGWALL_ENVOY", str(other))
    assert judged.judge("a") == everything


def test_the_files_it_names_are_part_of_it(tmp_path: Path) -> None:
    roots = tmp_path / "roots.pem"
    bootstrap = {"a": [{"trusted_ca": {"filename": str(roots)}}]}
    (named,) = named_files(bootstrap)
    assert named == str(roots)
    assert key_of("{}", (), [named]) is None
    roots.write_text("one")
    one = key_of("{}", (), [named])
    assert one == key_of("{}", (), [named])
    roots.write_text("two")
    assert key_of("{}", (), [named]) not in {None, one}
    assert key_of("{}", [{"secret": 1}], ()) != key_of("{}", [{"secret": 2}], ())


def test_what_is_no_file_is_left_to_envoy(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in (str(tmp_path / "pipe"), "/dev/zero", str(tmp_path)):
        assert key_of("{}", (), [name]) is None


def test_the_oldest_go_and_the_file_is_private(tmp_path: Path) -> None:
    verdicts = Verdicts(tmp_path / "state" / "verdicts.json")
    verdicts.keep([f"{number}" for number in range(300)])
    verdicts.keep(["100", "new"])
    found = verdicts.known()
    assert len(found) == 256
    assert found[-2:] == ("100", "new")
    assert found[0] == "45"
    assert (tmp_path / "state" / "verdicts.json").stat().st_mode & 0o777 == 0o600
    assert json.loads((tmp_path / "state" / "verdicts.json").read_text()) == list(found)
