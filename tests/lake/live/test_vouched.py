"""Another Ringwall cosigns the log, anchors keep its checkpoints, and its key is changed."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.gateway.live.stage import Json, Stage, plain_config
from tests.lake.live.scene import (
    Receiver,
    arguments_of,
    environment_of,
    figure,
    loopback,
    pids,
    places,
    proven,
    rows,
    verified,
)

from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.keys import Kind, VerifierKey
from ringwall.ledger.notes import Note
from ringwall.ledger.published import WITNESSED, read_checkpoint
from ringwall.ledger.witness.process import SHOWN_KEY

pytestmark = pytest.mark.e2e

ORIGIN = "log.example/tests"
WITNESS = "witness.example/tests"
TOKEN = "bearer-of-the-anchor"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver().serving() as one:
        yield one


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The log that others vouch for."""
    folder = tmp_path_factory.mktemp("vouched")
    with Stage(folder, plain_config(log={"origin": ORIGIN})) as running:
        running.environment = {"RW_ANCHOR_TOKEN": f"Bearer {TOKEN}"}
        yield running.up()


@pytest.fixture(scope="module")
def friend(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Another Ringwall, which cosigns what the first one signs."""
    log = {"witness": {"listen": loopback(), "name": WITNESS, "logs": [_known(keys_of(stage))]}}
    with Stage(tmp_path_factory.mktemp("friend"), plain_config(log=log)) as running:
        yield running.up()


def _known(keys: list[str]) -> Json:
    return {"name": "first", "keys": keys}


def keys_of(stage: Stage) -> list[str]:
    done = stage.command("log", "key", "--json")
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)["keys"]
    return found


def witness_key(friend: Stage) -> VerifierKey:
    return VerifierKey.parse((places(friend).witness / SHOWN_KEY).read_text())


def changed(stage: Stage, **log: object) -> None:
    """Have the section ``log`` say something more."""
    stage.write({**stage.config, "log": {**stage.config["log"], **log}})
    done = stage.command("reload")
    assert done.returncode == 0, done.stdout + done.stderr


def witnessed(stage: Stage) -> int:
    note = read_checkpoint(places(stage).tree, WITNESSED)
    return 0 if note is None else Checkpoint.of(note).size


def test_a_witness_and_anchors_come_in_and_nothing_else_is_started_anew(
    stage: Stage, friend: Stage, receiver: Receiver
) -> None:
    before = pids(stage)
    changed(
        stage,
        witnesses=[
            {
                "name": "friend",
                "url": f"http://{friend.config['log']['witness']['listen']}",
                "key": str(witness_key(friend)),
            }
        ],
        cosign_every="1s",
        anchors=[
            {"kind": "file", "name": "share", "path": "kept/anchored"},
            {
                "kind": "http",
                "name": "colleague",
                "url": f"http://127.0.0.1:{receiver.port}/checkpoints",
                "headers": {"Authorization": "${env:RW_ANCHOR_TOKEN}"},
            },
        ],
        anchor_every="1s",
    )
    after = pids(stage)
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {"vouching"}


def test_the_other_ringwall_cosigns(stage: Stage, friend: Stage) -> None:
    stage.get("https://app.localhost/something-to-witness")
    stage.wait(lambda: 0 < proven(stage) == witnessed(stage))
    note = read_checkpoint(places(stage).tree, WITNESSED)
    assert note is not None
    key = witness_key(friend)
    assert (key.name, key.kind) == (WITNESS, Kind.COSIGNATURE)
    assert len(note.verified([key])) == 1
    told: Json = {}

    def is_told() -> bool:
        """What came of a turn is told after the note lies there."""
        told.update(json.loads(stage.command("log", "witnesses", "--json").stdout))
        (one,) = told["witnesses"]
        return (one["size"] or 0) >= Checkpoint.of(note).size

    stage.wait(is_told)
    assert [(one["name"], one["trouble"]) for one in told["witnesses"]] == [("friend", "")]
    assert told["witnesses"][0]["size"] <= proven(stage)
    assert "friend" in stage.command("log", "witnesses").stdout
    served = json.loads(friend.command("log", "witnesses", "--json").stdout)["witness"]
    assert served["key"] == str(key)
    assert served["logs"][ORIGIN] >= Checkpoint.of(note).size
    stage.wait(lambda: figure(stage, 'log_witness_up{witness="friend"}') == 1)


def test_anchors_keep_checkpoints_that_its_key_signed(stage: Stage, receiver: Receiver) -> None:
    path = stage.folder / "kept" / "anchored"
    # The folder is made by whoever brings the disk: until then it waits.
    stage.wait(lambda: "share" in stage.command("log").stdout)
    assert not path.exists()
    path.parent.mkdir()
    stage.wait(lambda: bool(receiver.bodies))
    key = VerifierKey.parse(keys_of(stage)[0])
    note = Note.parse(receiver.bodies[0])
    assert note.verified([key])
    assert Checkpoint.of(note).origin == ORIGIN
    assert receiver.headers[0] == f"Bearer {TOKEN}"
    # It is there before the checkpoint is in it, and what came of the turn is told after.
    stage.wait(lambda: path.exists() and path.read_bytes().endswith(b"\n\n"), within=60)
    # A note has an empty line in it, and one is between two.
    text, signatures, *_ = path.read_bytes().split(b"\n\n")
    assert Note.parse(text + b"\n\n" + signatures + b"\n").verified([key])
    stage.wait(lambda: _troubles(stage) == {"share": "", "colleague": ""})
    assert "colleague" in stage.command("log", "anchors").stdout


def _troubles(stage: Stage) -> dict[str, str]:
    """What is wrong with each anchor."""
    told = json.loads(stage.command("log", "anchors", "--json").stdout)["anchors"]
    return {one["name"]: one["trouble"] for one in told}


def test_its_secret_is_in_one_environment_and_no_argument_file_or_log(stage: Stage) -> None:
    held = pids(stage)
    assert TOKEN not in "".join(map(arguments_of, held.values()))
    own = environment_of(held["vouching"])
    assert any(TOKEN in value for value in own.values())
    for name, pid in held.items():
        if name != "vouching":
            assert TOKEN not in "".join(environment_of(pid).values()), name
    for path in (path for path in stage.folder.rglob("*") if path.is_file()):
        with suppress(FileNotFoundError):  # all of it runs, and some files are there for a moment
            assert TOKEN.encode() not in path.read_bytes(), path


def test_the_key_is_changed_while_it_runs_and_the_old_one_still_verifies(
    stage: Stage, friend: Stage
) -> None:
    (old,) = keys_of(stage)
    held = pids(stage)
    done = stage.command("log", "key", "rotate")
    assert done.returncode == 0, done.stderr
    new = done.stdout.splitlines()[0]
    assert keys_of(stage) == [old, new]
    assert stage.command("log", "key", "rotate").returncode == 1, "one change at a time"
    # The witness is told before the old one goes, by its configuration, and is not started anew.
    before = pids(friend)
    witness = {**friend.config["log"]["witness"], "logs": [_known([old, new])]}
    changed(friend, witness=witness)
    assert pids(friend) == before
    retired = stage.command("log", "key", "rotate", "--retire")
    assert retired.returncode == 0, retired.stderr
    assert keys_of(stage) == [new]
    assert stage.command("log", "key", "rotate", "--retire").returncode == 1
    size = proven(stage)
    stage.get("https://app.localhost/after-the-change")
    stage.wait(lambda: size < proven(stage) == witnessed(stage))
    note = read_checkpoint(places(stage).tree)
    assert note is not None
    assert not note.verified([VerifierKey.parse(old)])
    assert verified(stage, "--key", old)["key_was_given"]
    assert verified(stage, "--key", new)["key_was_given"]
    changes = {"another key signs the log too", "the older key of the log is forgotten"}
    stage.wait(
        lambda: (
            changes
            <= {one["message"] for one in rows(stage, "class_uid = 1008 AND kind = 'ocsf/1'")}
        )
    )
    assert pids(stage) == held


def test_a_witness_that_is_gone_is_told_and_holds_up_nothing(stage: Stage, friend: Stage) -> None:
    before = witnessed(stage)
    friend.down()
    stage.get("https://app.localhost/nobody-cosigns")
    size = proven(stage)
    stage.wait(lambda: proven(stage) > max(size - 1, before))
    stage.wait(lambda: "Witness friend: it does not answer" in stage.command("log").stdout)
    stage.wait(lambda: figure(stage, 'log_witness_up{witness="friend"}') == 0)
    assert verified(stage)["holds"]


def test_what_is_configured_no_more_ends(stage: Stage) -> None:
    changed(stage, witnesses=[], anchors=[])
    assert "vouching" not in pids(stage)


def test_a_secret_that_leads_nowhere_refuses_the_change(stage: Stage) -> None:
    before = pids(stage)
    missing: Path = stage.folder / "missing"
    anchor = {"kind": "http", "name": "chat", "secret_url": f"${{file:{missing}}}"}
    stage.write({**stage.config, "log": {**stage.config["log"], "anchors": [anchor]}})
    done = stage.command("reload")
    assert done.returncode != 0
    assert f"cannot read the secret file {missing}" in done.stdout + done.stderr
    assert pids(stage) == before
