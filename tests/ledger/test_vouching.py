"""From appended leaves to what others vouch for, and to a bundle that a stranger can check."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.forests import KEY, ORIGIN, WITNESS, check_proofs, entry, grown, leaves, signed
from tests.ledger.notaries import NotaryProcess
from tests.ledger.verifier import run
from tests.ledger.witnesses import WitnessProcess, answering
from tests.ports import free_port

from ringwall.ledger.anchors.anchor import AnchorError, Sealed
from ringwall.ledger.anchors.kinds import anchor_of
from ringwall.ledger.bundles import Bundle, verify
from ringwall.ledger.checkpointing import checkpoint
from ringwall.ledger.keys import Kind, SigningKey
from ringwall.ledger.notes import Note
from ringwall.ledger.public_keys import shown_keys
from ringwall.ledger.published import WITNESSED, Published, read_checkpoint
from ringwall.ledger.tree import Tree
from ringwall.ledger.vouching.settings import Settings
from ringwall.ledger.vouching.variables import READY_VARIABLE, SETTINGS_VARIABLE
from ringwall.ledger.vouching.voucher import Voucher
from ringwall.ledger.witness.asking import WitnessAddress


@dataclass
class Watch:
    time: datetime = datetime(2026, 11, 27, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


class Shelf:
    """An anchor in memory."""

    name = "shelf"

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.works = True

    def put(self, sealed: Sealed) -> None:
        if not self.works:
            raise AnchorError("it rains")
        self.notes.append(sealed.note)


def cosigned(size: int) -> bytes:
    note = signed(size).signed_by(WITNESS, time=1_800_000_000)
    return str(note.signatures[-1]).encode()


def status(queue: Path) -> dict[str, Any]:
    return dict(json.loads((queue / "status.json").read_bytes()))


def test_in_turns_it_is_witnessed_and_anchored(tmp_path: Path) -> None:
    watch, shelf = Watch(), Shelf()
    answers = (200, cosigned(100)), (500, b""), (200, cosigned(300))
    with answering(*answers) as (url, bodies), Tree(tmp_path / "tree", ORIGIN) as tree:
        settings = Settings(
            tree=tmp_path / "tree",
            queue=tmp_path / "queue",
            cosign_every=10,
            anchor_every=60,
            witnesses=(WitnessAddress(url, WITNESS.verifier),),
            anchors=(shelf,),
        )
        voucher = Voucher(settings, watch)
        voucher.turn()  # there is nothing yet
        assert (bodies, shelf.notes) == ([], [])
        tree.append(0, leaves(0, 100))
        tree.publish(signed(100))
        for _ in range(3):
            voucher.turn()
        witnessed = read_checkpoint(tree.folder, WITNESSED)
        assert witnessed is not None
        assert witnessed.verified([WITNESS.verifier])
        assert (len(bodies), shelf.notes) == (1, [witnessed])

        # Its tree can be proven while the log goes on.
        tree.append(100, leaves(100, 300))
        tree.publish(signed(300))
        voucher.turn()
        assert len(bodies) == 1  # that was a moment ago
        check_proofs(Published(tree.folder, WITNESSED), {77, 100}, {0, 99})

        watch.time += timedelta(seconds=10)
        voucher.turn()
        assert "answered 500" in status(settings.queue)["witnesses"][0]["trouble"]
        assert read_checkpoint(tree.folder, WITNESSED) == witnessed
        watch.time += timedelta(seconds=10)
        voucher.turn()
        (told,) = status(settings.queue)["witnesses"]
        assert (told["name"], told["key"]) == (WITNESS.name, str(WITNESS.verifier))
        assert (told["size"], told["trouble"]) == (300, "")
        assert datetime.fromisoformat(told["at"]).timestamp() == 1_800_000_000
        assert Published(tree.folder, WITNESSED).size == 300
        assert len(shelf.notes) == 1
        shelf.works = False
        watch.time += timedelta(seconds=40)
        voucher.turn()
        assert status(settings.queue)["anchors"][0]["trouble"] == "it rains"
        shelf.works = True
        watch.time += timedelta(seconds=10)
        again = Voucher(settings, watch)  # after a crash
        again.turn()
        assert shelf.notes[-1] == read_checkpoint(tree.folder, WITNESSED)
        (anchor,) = status(settings.queue)["anchors"]
        assert (anchor["waiting"], anchor["size"]) == (0, 300)
        # How far a witness was is known before it is asked again.
        after = Voucher(replace(settings, cosign_every=3600), watch)
        assert after.status()["witnesses"][0]["size"] == 300


def test_too_few_witnesses_are_none(tmp_path: Path) -> None:
    grown(tmp_path / "tree", 100).close()
    other = SigningKey.new("w2", Kind.COSIGNATURE).verifier
    with answering((200, cosigned(100))) as (url, _):
        settings = Settings(
            tree=tmp_path / "tree",
            queue=tmp_path / "queue",
            quorum=2,
            witnesses=(WitnessAddress(url, WITNESS.verifier), WitnessAddress(url, other)),
        )
        Voucher(settings, Watch()).turn()
    assert read_checkpoint(tmp_path / "tree", WITNESSED) is None
    told = status(tmp_path / "queue")["witnesses"]
    assert [one["trouble"] for one in told] == [
        "",
        "it answered with signatures of other keys only",
    ]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"name": "a"}, "of one of the kinds file, http, mail, s3, not None"),
        ({"kind": "paper", "name": "a"}, "not 'paper'"),
        ({"kind": "file", "name": "a"}, "'a' of the kind file lacks path"),
        ({"kind": "http", "name": "a", "url": "s3cret", "x": 1}, "of the kind http knows no x"),
        ({"kind": "s3", "clock": 1}, "lacks bucket, days, name and knows no clock"),
    ],
)
def test_anchors_that_are_said_wrongly_are_told_why(said: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why) as raised:
        anchor_of(said)
    assert "s3cret" not in str(raised.value)


@pytest.mark.e2e
def test_the_whole_way_to_a_bundle_that_a_stranger_checks(tmp_path: Path) -> None:
    base, queue, anchored = tmp_path / "log", tmp_path / "queue", tmp_path / "anchored"
    base.mkdir()
    witness = WitnessProcess(tmp_path / "w1", f"127.0.0.1:{free_port()}")
    with NotaryProcess(base) as notary, Tree(base / "tree", ORIGIN) as tree:
        tree.append(0, leaves(0, 1000))
        checkpoint(tree, notary.client)
        key = shown_keys(tree.folder)[0]
        (tmp_path / "logs").write_text(f"{key}\n")
        witness.start(tmp_path / "logs")
        settings = {
            "tree": str(tree.folder),
            "queue": str(queue),
            "cosign_every": 0.1,
            "witnesses": [{"url": witness.url, "vkey": str(witness.address.key)}],
            "anchors": [{"kind": "file", "name": "file", "path": str(anchored)}],
        }
        told = {
            SETTINGS_VARIABLE: json.dumps(settings),
            READY_VARIABLE: str(tmp_path / "ready"),
        }
        voucher = subprocess.Popen(
            [sys.executable, "-m", "ringwall.ledger.vouching.process"], env=os.environ | told
        )
        try:
            end = time.monotonic() + 30
            while read_checkpoint(tree.folder, WITNESSED) is None or not anchored.exists():
                assert time.monotonic() < end
                time.sleep(0.05)
        finally:
            voucher.send_signal(signal.SIGTERM)
            assert voucher.wait(20) == 0
            witness.kill()
        tree.append(1000, leaves(1000, 2000))
        checkpoint(tree, notary.client)
    proof = Published(base / "tree", WITNESSED).prove(7)
    bundle = Bundle(entry=entry(7).decode(), proof=proof, vkey=str(key)).to_bytes()
    assert verify(bundle, keys=[key], witnesses=[witness.address.key]).holds
    (tmp_path / "bundle").write_bytes(bundle)
    with_key = ["bundle", tmp_path / "bundle", "--key", base / "tree/keys"]
    done = run(*with_key, "--witness", witness.address.key)
    assert (done.returncode, done.stderr) == (0, "")
    assert run(*with_key, "--witness", WITNESS.verifier).returncode == 1
    assert run("bundle", tmp_path / "bundle", "--key", KEY.verifier).returncode == 1
    assert Note.parse(anchored.read_bytes()[:-1]).text == proof.checkpoint.text
