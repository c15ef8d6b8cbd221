"""Commands about people, programs and their sessions.

These modules import only what a command line needs to know its commands, as the gateway's do.
"""

from ringwall.identity.commands.admin import admin_link, admin_recover

__all__ = [
    "admin_link",
    "admin_recover",
]
