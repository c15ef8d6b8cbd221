"""``ringwall posture``: what is read, judged and mended."""

from ringwall.posture.commands.code import code, drift
from ringwall.posture.commands.declaring import declare
from ringwall.posture.commands.evidence import evidence
from ringwall.posture.commands.explaining import explain
from ringwall.posture.commands.fixing import (
    fix_apply,
    fix_approve,
    fix_list,
    fix_plan,
    fix_show,
    fix_undo,
)
from ringwall.posture.commands.itself import itself
from ringwall.posture.commands.judging import judge
from ringwall.posture.commands.listening import listen
from ringwall.posture.commands.overview import status
from ringwall.posture.commands.paths import paths
from ringwall.posture.commands.reading import scan
from ringwall.posture.commands.reporting import report
from ringwall.posture.commands.scanning import checks
from ringwall.posture.commands.smaller import smaller
from ringwall.posture.commands.standing import frameworks, history

__all__ = [
    "checks",
    "code",
    "declare",
    "drift",
    "evidence",
    "explain",
    "fix_apply",
    "fix_approve",
    "fix_list",
    "fix_plan",
    "fix_show",
    "fix_undo",
    "frameworks",
    "history",
    "itself",
    "judge",
    "listen",
    "paths",
    "report",
    "scan",
    "smaller",
    "status",
]
