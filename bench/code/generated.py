"""A tree of Terraform of any size, of which it is known what is wrong and what only looks so.

As in a company's repository: many roots, each with variables and locals, that call shared modules
by relative paths. Every pattern comes in turn: so many lines are always the same tree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.code.patterns import PATTERNS, SHARED, Pattern


@dataclass(frozen=True, slots=True)
class Label:
    """What is known of one resource: whether this check of Ringwall's has to fail it."""

    file: str
    address: str
    check: str
    is_fault: bool


_ROOT: Final = """\
terraform {{
  required_version = ">= 1.5"
}}

provider "aws" {{
  region = var.region

  default_tags {{
    tags = local.tags
  }}
}}

variable "region" {{
  description = "Where it all is."
  type        = string
  default     = "eu-west-1"
}}

variable "environment" {{
  description = "Which of the environments this is."
  type        = string
  default     = "production"
}}

locals {{
  name = "shop-{root}-${{var.environment}}"
  tags = {{
    service     = "service-{root}"
    environment = var.environment
  }}
}}
"""
_IN_ONE_FILE: Final = 6
_FILES: Final = 4


def generate(folder: Path, lines: int) -> list[Label]:
    """Write at least so many lines of Terraform, and tell what is known of them."""
    labels: list[Label] = []
    written = 0
    for name, text in SHARED.items():
        written += _write(folder / "modules" / name / "main.tf", text)
    patterns = _in_turn()
    root = 0
    while written < lines:
        here = folder / "services" / f"service-{root:03}"
        written += _write(here / "main.tf", _ROOT.format(root=root))
        for file in range(_FILES):
            path = here / f"part-{file}.tf"
            pieces: list[str] = []
            for at in range(_IN_ONE_FILE):
                it = f"it_{file}_{at}"
                pattern = next(patterns)
                pieces.append(pattern.text.replace("@", it))
                for address, check, is_fault in pattern.labels:
                    shown = pattern.file or path.relative_to(folder).as_posix()
                    labels.append(Label(shown, address.replace("@", it), check, is_fault))
            written += _write(path, "\n".join(pieces))
        root += 1
    return labels


def _in_turn() -> Iterator[Pattern]:
    at = 0
    while True:
        yield PATTERNS[at % len(PATTERNS)]
        at += 1


def _write(path: Path, text: str) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return text.count("\n")
