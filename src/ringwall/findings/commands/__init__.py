"""``ringwall findings``: what is wrong, whose job it is, until when."""

from ringwall.findings.commands.changing import (
    findings_accept,
    findings_acknowledge,
    findings_assign,
    findings_comment,
    findings_done,
    findings_reject,
    findings_reopen,
    findings_start,
)
from ringwall.findings.commands.interchange import findings_export, findings_import
from ringwall.findings.commands.listing import findings_list, findings_show

__all__ = [
    "findings_accept",
    "findings_acknowledge",
    "findings_assign",
    "findings_comment",
    "findings_done",
    "findings_export",
    "findings_import",
    "findings_list",
    "findings_reject",
    "findings_reopen",
    "findings_show",
    "findings_start",
]
