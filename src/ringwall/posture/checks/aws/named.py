"""Secrets among values with names, as variables, outputs and parameters are."""

from collections.abc import Mapping
from typing import Any

from ringwall.posture.checking import Judgment, fails, passes
from ringwall.posture.checks.aws.certain import certain
from ringwall.posture.checks.secrets import is_secret


def judge_named(values: Mapping[str, Any], what: str) -> Judgment:
    """By forms of known keys, and by names. Told are the names alone, never a value."""

    def found(name: str) -> str:
        return is_secret(name, str(values[name]))

    several = certain(sorted(values), found)
    if several:
        return fails("; ".join(f"{name} seems to be {found(name)}" for name in several))
    return passes(f"none of its {len(values)} {what} looks like a secret")
