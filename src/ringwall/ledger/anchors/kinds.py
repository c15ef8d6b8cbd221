"""The kinds of anchors, and how one is made of what the configuration says."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, Final

from ringwall.ledger.anchors.anchor import Anchor
from ringwall.ledger.anchors.file import FileAnchor
from ringwall.ledger.anchors.http import HttpAnchor
from ringwall.ledger.anchors.mail import MailAnchor
from ringwall.ledger.anchors.s3 import S3Anchor

KINDS: Final[Mapping[str, type[Any]]] = {
    "file": FileAnchor,
    "http": HttpAnchor,
    "mail": MailAnchor,
    "s3": S3Anchor,
}
_NOT_SAID: Final = "clock"


def anchor_of(said: Mapping[str, Any]) -> Anchor:
    """The anchor with these values, of which ``kind`` and ``name`` are two.

    ``ValueError`` names what is missing or not known; values are never repeated.
    """
    values = dict(said)
    kind, name = values.pop("kind", None), values.get("name")
    made = KINDS.get(str(kind))
    if made is None:
        msg = f"an anchor is of one of the kinds {', '.join(KINDS)}, not {kind!r}"
        raise ValueError(msg)
    known = {one.name: one for one in fields(made) if one.name != _NOT_SAID}
    strange = sorted(values.keys() - known.keys())
    needed = {
        key
        for key, one in known.items()
        if one.default is MISSING and one.default_factory is MISSING
    }
    missing = sorted(needed - values.keys())
    if strange or missing:
        told = [f"lacks {', '.join(missing)}"] if missing else []
        told += [f"knows no {', '.join(strange)}"] if strange else []
        msg = f"the anchor {name!r} of the kind {kind} {' and '.join(told)}"
        raise ValueError(msg)
    if made is FileAnchor:
        values["path"] = Path(values["path"])
    anchor: Anchor = made(**values)
    return anchor
