"""Syslog messages (RFC 5424) that carry events as OCSF objects."""

import json
import re
from datetime import datetime
from typing import Final

from ringwall.lake.exports.formats import Row, ToOcsf

FACILITY: Final = 13
"""Log audit (RFC 5424, 6.2.1)."""
_SEVERITIES: Final = {1: 6, 2: 5, 3: 4, 4: 3, 5: 2, 6: 1}
"""By OCSF's ``severity_id``, syslog's: from informational to alert."""
SD_ID: Final = "ringwall@32473"
"""The structured data's id, under the number that stands for examples (RFC 5612)."""
_COLUMNS: Final = ("index", "class_uid", "actor_user_uid", "tenant_uid", "src_ip", "action_id")


class Syslog:
    """One message a line. It is ASCII alone, since what is not is escaped within JSON."""

    media_type: Final = "text/plain; charset=us-ascii"
    extension: Final = "log"

    def __init__(self, to_ocsf: ToOcsf, *, host: str) -> None:
        self._to_ocsf = to_ocsf
        self._host = re.sub(r"[^!-~]", "", host)[:255] or "-"

    def head(self) -> bytes:
        """Nothing."""
        return b""

    def line(self, row: Row) -> bytes:
        """One message and a line's end."""
        return self.message(row) + b"\n"

    def message(self, row: Row) -> bytes:
        """One message without an end, as TLS carries it (RFC 5425)."""
        severity = _SEVERITIES.get(row.get("severity_id") or 0, 6)
        at = row.get("time")
        moment = "-"
        if isinstance(at, datetime):
            moment = at.isoformat(timespec="microseconds").replace("+00:00", "Z")
        data = "".join(
            f' {one}="{_value(row[one])}"' for one in _COLUMNS if row.get(one) is not None
        )
        said = json.dumps(dict(self._to_ocsf(row)), separators=(",", ":")).replace(
            "\x7f", "\\u007f"
        )
        kind = row.get("class_uid") or "-"
        head = f"<{FACILITY * 8 + severity}>1 {moment} {self._host} ringwall - {kind}"
        return f"{head} [{SD_ID}{data}] {said}".encode("ascii")


def _value(value: object) -> str:
    """A parameter's value (RFC 5424, 6.3.3), what is not ASCII as in JSON."""
    text = re.sub(r'(["\\\]])', r"\\\1", str(value))
    return re.sub(r"[^ -~]", lambda one: f"U+{ord(one[0]):04X}", text)
