"""Judging one event: is it the one that was accepted, and is it shown as it was."""

from dataclasses import dataclass
from typing import Final

import duckdb

from ringwall.lake.bundling import bundle_of
from ringwall.lake.places import Places
from ringwall.lake.snapshot import snapshot
from ringwall.lake.tables import events_of
from ringwall.lake.verifying import check_columns
from ringwall.ledger.bundles import verify
from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.proving import DamagedTreeError
from ringwall.ledger.public_keys import shown_keys
from ringwall.ledger.published import read_checkpoint

_PROVEN: Final = (
    "Its entry was made anew of what is stored, and its hash leads over {} hashes to the root of "
    "the tree with {:,} events."
)
_SIGNED: Final = (
    "That root stands in a checkpoint that {} signed; the key was taken from beside the log."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of it. ``checked`` are the steps that held, in words; ``fault`` is what did not.

    ``unchecked`` says why nothing could be looked at, such as that no checkpoint covers it yet.
    """

    checked: tuple[str, ...] = ()
    fault: str = ""
    unchecked: str = ""
    checkpoint: Checkpoint | None = None
    path: tuple[str, ...] = ()
    """The hashes that lead from it to the root, in hex."""

    @property
    def root(self) -> str:
        """The hash over all events, in hex; empty where there is no checkpoint."""
        return "" if self.checkpoint is None else self.checkpoint.root.hex()

    @property
    def holds(self) -> bool:
        """Whether all was looked at and nothing was wrong."""
        return not self.fault and not self.unchecked


def judge(places: Places, index: int, *, database: duckdb.DuckDBPyConnection) -> Judged:
    """Make the event's entry anew of what the table has, and compare it with the tree.

    With the keys that lie beside the tree: whoever could change the one could change the other, so
    that it is for who trusts this machine; others take the bundle and the key elsewhere.
    """
    try:
        bundle = bundle_of(places, index, database=database)
        keys = shown_keys(places.tree)
    except FileNotFoundError as error:
        if read_checkpoint(places.tree) is not None:
            raise  # a file went meanwhile: whoever asks looks again
        return Judged(unchecked=str(error))
    except LookupError as error:
        return Judged(unchecked=str(error))
    except (ValueError, DamagedTreeError) as error:
        return Judged(fault=str(error))
    verdict = verify(bundle.to_bytes(), keys=keys)
    if not verdict.holds or verdict.checkpoint is None:
        return Judged(fault=verdict.detail or str(verdict.reason), checkpoint=verdict.checkpoint)
    size = verdict.checkpoint.size
    checked = [
        _PROVEN.format(len(bundle.proof.path), size),
        _SIGNED.format(verdict.checkpoint.origin),
    ]
    if bundle.personal:
        checked.append("What is personal in it is what was sealed when it was accepted.")
    found = snapshot(events_of(places), places.journal)
    fault = check_columns(found, database=database, index=index)
    if fault is not None:
        return Judged(fault=fault.why, checked=tuple(checked), checkpoint=verdict.checkpoint)
    checked.append("Its fields are what its raw form comes to.")
    return Judged(
        checked=tuple(checked),
        checkpoint=verdict.checkpoint,
        path=tuple(one.hex() for one in bundle.proof.path),
    )
