"""The gateway's commands, found by the command line.

These modules import only what a command line needs to know its commands; what a command does is
imported when it runs, so that none waits for what only others need.
"""

from ringwall.gateway.commands.access_differing import access_diff
from ringwall.gateway.commands.access_explaining import access_explain
from ringwall.gateway.commands.access_listing import access_can_do, access_who_can
from ringwall.gateway.commands.access_replaying import access_replay
from ringwall.gateway.commands.access_reviewing import access_review
from ringwall.gateway.commands.access_shadow import (
    access_shadow_start,
    access_shadow_status,
    access_shadow_stop,
)
from ringwall.gateway.commands.access_testing import access_test
from ringwall.gateway.commands.alarming import attack_alarm
from ringwall.gateway.commands.attacking import attack, attack_list, attack_show
from ringwall.gateway.commands.beginning import init
from ringwall.gateway.commands.blocking import block_add, block_list, block_remove
from ringwall.gateway.commands.certificates import cert_export, cert_issue, cert_list, cert_rotate
from ringwall.gateway.commands.configuring import check, diff, schema
from ringwall.gateway.commands.lifecycle import down, reload, up
from ringwall.gateway.commands.limiting import limits_explain, limits_list
from ringwall.gateway.commands.listing import sources_find, sources_list, sources_refresh
from ringwall.gateway.commands.routing import routes
from ringwall.gateway.commands.sidecars import sidecar
from ringwall.gateway.commands.trusting import trust
from ringwall.gateway.commands.versions import history, rollback
from ringwall.gateway.commands.watching import status

__all__ = [
    "access_can_do",
    "access_diff",
    "access_explain",
    "access_replay",
    "access_review",
    "access_shadow_start",
    "access_shadow_status",
    "access_shadow_stop",
    "access_test",
    "access_who_can",
    "attack",
    "attack_alarm",
    "attack_list",
    "attack_show",
    "block_add",
    "block_list",
    "block_remove",
    "cert_export",
    "cert_issue",
    "cert_list",
    "cert_rotate",
    "check",
    "diff",
    "down",
    "history",
    "init",
    "limits_explain",
    "limits_list",
    "reload",
    "rollback",
    "routes",
    "schema",
    "sidecar",
    "sources_find",
    "sources_list",
    "sources_refresh",
    "status",
    "trust",
    "up",
]
