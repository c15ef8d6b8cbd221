"""Commands about people, programs and their sessions.

These modules import only what a command line needs to know its commands, as the gateway's do.
"""

from ringwall.identity.commands.admin import admin_link, admin_recover
from ringwall.identity.commands.clients import (
    client_add,
    client_disable,
    client_enable,
    client_list,
    client_remove,
    client_rotate_secret,
    client_show,
)
from ringwall.identity.commands.keys import key_add, key_list, key_rotate, key_withdraw
from ringwall.identity.commands.mail import mail_list, mail_resend, mail_show

__all__ = [
    "admin_link",
    "admin_recover",
    "client_add",
    "client_disable",
    "client_enable",
    "client_list",
    "client_remove",
    "client_rotate_secret",
    "client_show",
    "key_add",
    "key_list",
    "key_rotate",
    "key_withdraw",
    "mail_list",
    "mail_resend",
    "mail_show",
]
