"""Identity's section of the configuration."""

from typing import Final

from ringwall.identity.config import IDENTITY, Identity
from ringwall.runtime.configuration import Section

SECTIONS: Final = (Section(key=IDENTITY, model=Identity),)
