"""OCSF objects as JSON, one a line (NDJSON)."""

from typing import Final

import orjson

from ringwall.lake.exports.formats import Row, ToOcsf


class OcsfJson:
    """Each event whole, as its OCSF class describes it (https://schema.ocsf.io/1.8.0)."""

    media_type: Final = "application/x-ndjson"
    extension: Final = "ndjson"

    def __init__(self, to_ocsf: ToOcsf) -> None:
        self._to_ocsf = to_ocsf

    def head(self) -> bytes:
        """Nothing."""
        return b""

    def line(self, row: Row) -> bytes:
        """One object; line ends within texts are escapes."""
        return orjson.dumps(dict(self._to_ocsf(row)), option=orjson.OPT_APPEND_NEWLINE)
