"""The plumbing's section of the configuration."""

from typing import Final

from ringwall.runtime.config import DATABASE, Database
from ringwall.runtime.configuration import Section

SECTIONS: Final = (Section(key=DATABASE, model=Database),)
