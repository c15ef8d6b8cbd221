"""What the web process knows of the section ``findings``: it may not read the configuration.

Whoever brings a configuration into force writes it, so that pages decide by what is in force.
"""

import json
from pathlib import Path
from typing import Final

from ringwall.findings.config import Findings
from ringwall.runtime.private_files import private_folder, write_private

FILE: Final = "findings/rules.json"


def write(state: Path, rules: Findings) -> None:
    """Keep what pages need of ``rules``: for how long something may be excused (seconds)."""
    path = state / FILE
    private_folder(path.parent)
    content = json.dumps({"excused_at_most": rules.excused_at_most}).encode()
    if not (path.exists() and path.read_bytes() == content):
        write_private(path, content)


def read(state: Path) -> Findings:
    """What was written last, the usual before the first; ``ValueError`` where it is damaged."""
    path = state / FILE
    try:
        told = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Findings()
    except (OSError, ValueError) as error:
        msg = f"{path}: {error}: `ringwall reload` writes it anew"
        raise ValueError(msg) from error
    return Findings.model_validate(told)
