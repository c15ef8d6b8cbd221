"""Completion in shells: what may come next on a command line, and the scripts that ask for it.

The scripts run ``ringwall complete -- WORDS`` (hidden), where the last word is the one being
typed. It prints a line for each word that fits, ``value<TAB>meaning``; where none fits the shell
completes file names.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import typer

from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import find

_BASH: Final = """\
_ringwall() {
    local value meaning
    COMPREPLY=()
    while IFS=$'\\t' read -r value meaning; do
        printf -v value '%q' "$value"
        COMPREPLY+=("$value")
    done < <(ringwall complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _ringwall ringwall
"""
_ZSH: Final = """\
#compdef ringwall
_ringwall() {
    local line
    local -a found
    while IFS= read -r line; do
        found+=("${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}")
    done < <(ringwall complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)
    if (( ${#found} )); then
        _describe ringwall found
    else
        _files
    fi
}
if [[ "$funcstack[1]" == "_ringwall" ]]; then
    _ringwall "$@"
else
    compdef _ringwall ringwall
fi
"""
_FISH: Final = """\
function __ringwall_complete
    set -l words (commandline --tokenize --cut-at-cursor) (commandline --current-token)
    set -l found (ringwall complete -- $words[2..] 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline --current-token)
    end
end
complete --command ringwall --no-files --arguments '(__ringwall_complete)'
"""
_SCRIPTS: Final = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word that may come next, and what it means."""

    value: str
    meaning: str = ""


def script(shell: str) -> str:
    """The script that makes ``shell`` complete ``ringwall``."""
    return _SCRIPTS[shell].rstrip("\n")


@dataclass(slots=True)
class _Walk:
    """Where on the command line the words lead. ``waiting`` is an option without its value yet."""

    context: Any
    values: dict[str, str] = field(default_factory=dict)
    waiting: Any = None
    arguments: int = 0
    given: set[str] = field(default_factory=set)
    options_over: bool = False

    @property
    def command(self) -> Any:
        return self.context.command

    def take(self, word: str) -> bool:
        """Follow one finished word; ``False`` when it leads nowhere."""
        if word == "=":  # bash makes it a word of its own
            return True
        if self.waiting is not None:
            self.values[self.waiting.name] = word
            self.waiting = None
        elif word == "--":
            self.options_over = True
        elif word.startswith("-") and not self.options_over:
            name, has_value, value = word.partition("=")
            option = _option(self.command, name)
            if option is not None:
                self.given.update(option.opts)
                if has_value:
                    self.values[option.name] = value
                elif not option.is_flag:
                    self.waiting = option
        elif (commands := _commands(self.command)) is not None:
            if word not in commands:
                return False
            self.context = commands[word].make_context(
                word, [], parent=self.context, resilient_parsing=True
            )
        else:
            self.arguments += 1
        return True


def candidates(root: Any, words: Sequence[str]) -> tuple[Candidate, ...]:
    """What may stand for the last of ``words``, those before it being finished.

    ``root`` is the whole command line as typer gives it.
    """
    *before, incomplete = words or [""]
    walk = _Walk(root.make_context(root.name, [], resilient_parsing=True))
    if not all(walk.take(word) for word in before):
        return ()
    walk.context.find_root().obj = find(
        all_sections, config=_path(walk.values, "config"), state=_path(walk.values, "state")
    )
    if incomplete == "=":
        incomplete = ""
    return tuple(one for one in _next(walk, incomplete) if one.value.startswith(incomplete))


def _next(walk: _Walk, incomplete: str) -> Iterator[Candidate]:
    commands = _commands(walk.command)
    if walk.waiting is not None:
        yield from _values(walk, walk.waiting, incomplete)
    elif incomplete.startswith("-") and not walk.options_over:
        yield from _options(walk)
    elif commands is not None:
        for name, command in commands.items():
            if not command.hidden:
                yield Candidate(name, _first_sentence(command.help or ""))
    else:
        arguments = [one for one in walk.command.params if one.param_type_name == "argument"]
        if walk.arguments < len(arguments):
            yield from _values(walk, arguments[walk.arguments], incomplete)


def _values(walk: _Walk, parameter: Any, incomplete: str) -> Iterator[Candidate]:
    for item in parameter.shell_complete(walk.context, incomplete):
        if item.type == "plain":
            yield Candidate(str(item.value), item.help or "")


def _options(walk: _Walk) -> Iterator[Candidate]:
    for one in walk.command.get_params(walk.context):
        if one.param_type_name == "option" and not one.hidden and not walk.given & {*one.opts}:
            for name in (*one.opts, *one.secondary_opts):
                if name.startswith("--"):
                    yield Candidate(name, _first_sentence(one.help or ""))


def _option(command: Any, name: str) -> Any:
    for one in command.params:
        if one.param_type_name == "option" and name in (*one.opts, *one.secondary_opts):
            return one
    return None


def _commands(command: Any) -> dict[str, typer.core.TyperCommand] | None:
    found: dict[str, typer.core.TyperCommand] | None = getattr(command, "commands", None)
    return found


def _path(values: dict[str, str], name: str) -> Path | None:
    return Path(values[name]).expanduser() if values.get(name) else None


def _first_sentence(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split()).partition(". ")[0].removesuffix(".")
