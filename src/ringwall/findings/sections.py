"""The queue's section of the configuration."""

from typing import Final

from ringwall.findings.config import FINDINGS, Findings
from ringwall.runtime.configuration import Section

SECTIONS: Final = (Section(key=FINDINGS, model=Findings),)
