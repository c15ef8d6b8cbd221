"""Access's section of the configuration, with the judgment over it."""

from typing import Final

from ringwall.access.config import ACCESS, Access
from ringwall.access.roles import check_access
from ringwall.runtime.configuration import Section

SECTIONS: Final = (
    Section(
        key=ACCESS,
        model=Access,
        check=check_access,
        folder=lambda access: access.policies,
        ending=".cedar",
    ),
)
