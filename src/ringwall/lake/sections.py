"""The event store's section of the configuration."""

from typing import Final

from ringwall.lake.checks import check_log
from ringwall.lake.config import LOG, Log
from ringwall.runtime.configuration import Section

SECTIONS: Final = (Section(key=LOG, model=Log, check=check_log),)
