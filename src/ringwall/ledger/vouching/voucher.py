"""Show the newest checkpoint to witnesses, and put it at anchors, in turns."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ringwall.core.clock import Clock
from ringwall.ledger.anchors.delivering import Delivery
from ringwall.ledger.keys import time_of
from ringwall.ledger.notes import Note
from ringwall.ledger.published import WITNESSED, Published, read_checkpoint
from ringwall.ledger.vouching.settings import Settings
from ringwall.ledger.witness.asking import Asked, Witnesses
from ringwall.runtime.private_files import private_folder, write_private

STATUS = "status.json"


class Voucher:
    """For one process. What was witnessed lies beside the checkpoint as ``witnessed``.

    That is older than the checkpoint, by the seconds between two turns. All entries that it tells
    of can be proven with it: ``Published(folder, WITNESSED)``.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._witnesses = Witnesses(settings.witnesses)
        self._delivery = Delivery(private_folder(settings.queue), settings.anchors, clock)
        self._asked: tuple[Asked, ...] = ()
        self._cosign_at = self._anchor_at = clock.now()
        self._cosigned = self._offered = ""
        self._last = _before(settings.queue / STATUS)

    def turn(self) -> None:
        """Do what is due. ``DamagedTreeError`` where the checkpoint cannot be read."""
        now = self._clock.now()
        note = read_checkpoint(self._settings.tree)
        if note is not None:
            if self._cosign_at <= now and note.text != self._cosigned:
                self._cosign_at = now + timedelta(seconds=self._settings.cosign_every)
                self._cosign()
            if self._anchor_at <= now and note.text != self._offered:
                self._anchor_at = now + timedelta(seconds=self._settings.anchor_every)
                self._offer(note)
        self._delivery.deliver()
        content = json.dumps(self.status(), default=_told).encode() + b"\n"
        write_private(self._settings.queue / STATUS, content)

    def status(self) -> dict[str, Any]:
        """How it stands with each witness and each anchor: how far, since when, what is wrong."""
        troubles = {str(one.witness.key): one.trouble for one in self._asked}
        witnesses = []
        for one in self._settings.witnesses:
            key = str(one.key)
            size, at = self._last.get(key, (None, None))
            witnesses.append(
                {
                    "name": one.called,
                    "key": key,
                    "size": size,
                    "at": at,
                    "trouble": troubles.get(key, ""),
                }
            )
        return {
            "time": self._clock.now(),
            "quorum": self._settings.quorum,
            "witnesses": witnesses,
            "anchors": [asdict(one) for one in self._delivery.statuses()],
        }

    def _cosign(self) -> None:
        if not self._settings.witnesses:
            return
        published = Published(self._settings.tree)
        note, self._asked = self._witnesses.cosign(published.note, published)
        size = published.size
        for one in self._asked:
            if one.signature is not None:
                at = datetime.fromtimestamp(time_of(one.signature.value), UTC).isoformat()
                self._last[str(one.witness.key)] = size, at
        cosigned = sum(one.signature is not None for one in self._asked)
        if cosigned >= max(self._settings.quorum, 1):
            write_private(self._settings.tree / WITNESSED, note.to_bytes(), mode=0o644)
        if not any(one.trouble for one in self._asked):
            self._cosigned = note.text

    def _offer(self, note: Note) -> None:
        """What was witnessed says more, where it tells of as much."""
        witnessed = read_checkpoint(self._settings.tree, WITNESSED)
        self._delivery.offer(witnessed if witnessed and witnessed.text == note.text else note)
        self._offered = note.text


def _before(path: Path) -> dict[str, tuple[int | None, str | None]]:
    """How far each witness was, by its key, as the process before told."""
    try:
        found = json.loads(path.read_bytes())["witnesses"]
        return {one["key"]: (one["size"], one["at"]) for one in found}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _told(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(repr(value))
