"""Where templates come from: our own first, the libraries' where we have none."""

from pathlib import Path
from typing import Final

from django.template.loaders.filesystem import Loader
from django.template.utils import get_app_template_dirs

_OWN: Final = Path(__file__).with_name("templates")


class OwnFirst(Loader):
    """Templates of this module, then of the installed apps."""

    def get_dirs(self) -> list[str | Path]:
        """The folders, in order."""
        return [_OWN, *map(Path, get_app_template_dirs("templates"))]
