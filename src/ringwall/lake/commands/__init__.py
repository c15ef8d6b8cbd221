"""``ringwall log``: what happened, and the proof of it."""

from ringwall.lake.commands.exporting import log_export
from ringwall.lake.commands.holding import log_erase, log_hold, log_holds, log_release
from ringwall.lake.commands.keys import log_key, log_key_rotate
from ringwall.lake.commands.proving import log_checkpoint, log_prove, log_verify
from ringwall.lake.commands.searching import (
    log_fields,
    log_search,
    log_show,
    log_sql,
    log_tail,
)
from ringwall.lake.commands.status import log
from ringwall.lake.commands.vouching import log_anchors, log_witnesses

__all__ = [
    "log",
    "log_anchors",
    "log_checkpoint",
    "log_erase",
    "log_export",
    "log_fields",
    "log_hold",
    "log_holds",
    "log_key",
    "log_key_rotate",
    "log_prove",
    "log_release",
    "log_search",
    "log_show",
    "log_sql",
    "log_tail",
    "log_verify",
    "log_witnesses",
]
