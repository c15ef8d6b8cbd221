"""The head of a policy: annotations, and the scope ``(principal, action, resource)``.

https://docs.cedarpolicy.com/policies/syntax-policy.html
"""

from typing import Final

from ringwall.access.language.cursor import Cursor
from ringwall.access.language.mistakes import MistakeError
from ringwall.access.language.syntax import ActionScope, EntityUid, Scope, ScopeOp, Span

_HEAD: Final = "(principal, action, resource)"
_VARIABLES: Final = ("principal", "action", "resource")
_ORDER: Final = f"a policy begins with {_HEAD}, in this order"
_COMPARISONS: Final = frozenset({"!=", "<", "<=", ">", ">=", "has", "like"})


class Heads(Cursor):
    """Reads annotations and scopes."""

    __slots__ = ()

    def annotations(self) -> tuple[dict[str, str], dict[str, Span]]:
        """Read annotations; return what each says, and where it says it.

        One without parentheses says nothing, as in Cedar; its place is its name.
        """
        said: dict[str, str] = {}
        places: dict[str, Span] = {}
        words = self.words
        while words[self.index] == "@":
            start = self.start()
            self.index += 1
            name = words[self.index]
            if not self.is_at_name():
                raise self.wrong('the name of an annotation, such as @id("...")')
            if name in said:
                message = f"@{name} stands twice on this policy"
                raise MistakeError(message, start, value=f"@{name}")
            self.index += 1
            said[name], places[name] = "", self.span(start)
            if words[self.index] == "(":
                self.index += 1
                start = self.start()
                said[name] = self.string(f'its value in double quotes: @{name}("...")')
                places[name] = self.span(start)
                self.expect(")", ")")
            elif self.is_at_string():
                message = f"the value of @{name} stands in parentheses"
                word = words[self.index]
                allowed = f"@{name}({word})"
                raise MistakeError(message, self.start(), value=word, allowed=allowed)
        return said, places

    def head(self) -> tuple[Scope, ActionScope, Scope]:
        """Read the scope with its parentheses."""
        self.expect("(", _HEAD)
        self._variable("principal")
        principal = self._scope("principal")
        self._comma("action")
        action = self._action()
        self._comma("resource")
        resource = self._scope("resource")
        words = self.words
        if words[self.index] == ",":
            self.index += 1
            if words[self.index] != ")":
                raise MistakeError(_ORDER, self.start(), value=words[self.index], allowed=")")
        elif words[self.index] != ")":
            raise self._wrong_in_scope("resource", ")")
        self.index += 1
        return principal, action, resource

    def _comma(self, variable: str) -> None:
        word = self.words[self.index]
        if word == ")":
            message = f"{variable} is missing: a policy begins with {_HEAD}"
            raise MistakeError(message, self.start(), value=word, allowed=f", {variable}")
        if word != ",":
            before = _VARIABLES[_VARIABLES.index(variable) - 1]
            raise self._wrong_in_scope(before, f"a comma and {variable}")
        self.index += 1
        self._variable(variable)

    def _variable(self, variable: str) -> None:
        word, after = self.words[self.index], self.words[self.index + 1]
        if word == variable:
            self.index += 1
        elif word == ")" or (word in _VARIABLES and after in {",", ")", "==", "in", "is"}):
            raise MistakeError(_ORDER, self.start(), value=word, allowed=variable)
        else:
            raise self.wrong(variable, (variable,))

    def _scope(self, variable: str) -> Scope:
        words, start = self.words, self.starts[self.index - 1]
        op = words[self.index]
        if op in {",", ")"}:
            return Scope(ScopeOp.ALL, Span(start, start + len(variable)))
        if op in {"==", "in"}:
            self.index += 1
            uid = self._entity(variable, op)
            return Scope(ScopeOp(op), self.span(start), uid)
        if op == "is":
            self.index += 1
            name = self.type()
            if words[self.index] == "in":
                self.index += 1
                uid = self._entity(variable, "in")
                return Scope(ScopeOp.IS_IN, self.span(start), uid, name)
            if words[self.index] == "==":
                message = f"is and == do not stand together: == {name}::... says the type already"
                raise MistakeError(message, self.start(), value="==", allowed="in, or no is")
            return Scope(ScopeOp.IS, self.span(start), None, name)
        return Scope(ScopeOp.ALL, Span(start, start + len(variable)))

    def _action(self) -> ActionScope:
        words, start = self.words, self.starts[self.index - 1]
        op = words[self.index]
        if op == "==":
            self.index += 1
            if words[self.index] == "[":
                message = "== takes one action, not a list"
                raise MistakeError(message, self.start(), value="[", allowed="action in [...]")
            uid = self._action_uid()
            return ActionScope(ScopeOp.EQUAL, self.span(start), (uid,))
        if op == "in":
            self.index += 1
            uids, is_list = self._actions()
            return ActionScope(ScopeOp.IN, self.span(start), uids, is_list)
        if op == "is":
            message = "actions are all of one type: is asks nothing of them"
            raise MistakeError(message, self.start(), value=op, allowed="== or in")
        return ActionScope(ScopeOp.ALL, Span(start, start + len("action")))

    def _actions(self) -> tuple[tuple[EntityUid, ...], bool]:
        opened, is_list = self._opened(), False
        if self.words[self.index] != "[":
            uids: tuple[EntityUid, ...] = (self._action_uid(),)
        else:
            uids, is_list = self._list(), True
        self._close(opened)
        return uids, is_list

    def _list(self) -> tuple[EntityUid, ...]:
        words = self.words
        found: list[EntityUid] = []
        self.index += 1
        while words[self.index] != "]":
            found.append(self._action_uid())
            if words[self.index] != ",":
                break
            self.index += 1
        self.expect("]", "] or a comma")
        return tuple(found)

    def _action_uid(self) -> EntityUid:
        opened = self._opened()
        if self.is_at_string():
            word = self.words[self.index]
            message = f"{word} names no action: its type is missing"
            raise MistakeError(message, self.start(), value=word, allowed=f"Action::{word}")
        at = self.start()
        uid = self.uid('an action, such as Action::"read"')
        if uid.type.rpartition("::")[2] != "Action":
            message = f"{uid.type} is no type of actions"
            meant = str(EntityUid("Action", uid.id))
            raise MistakeError(message, at, value=uid.type, nearest=meant)
        self._close(opened)
        return uid

    def _entity(self, variable: str, op: str) -> EntityUid:
        opened = self._opened()
        word = self.words[self.index]
        if word == "[":
            message = f"{variable} {op} takes one entity here, not a list"
            hint = f"when {{ {variable} in [...] }}, or a policy for each"
            raise MistakeError(message, self.start(), value=word, allowed=hint)
        uid = self.uid(f'an entity, such as {variable} {op} Role::"support"')
        self._close(opened)
        return uid

    def _opened(self) -> int:
        """Read parentheses, which mean nothing here; return how many."""
        first = self.index
        while self.words[self.index] == "(":
            self.index += 1
        return self.index - first

    def _close(self, count: int) -> None:
        for _ in range(count):
            self.expect(")", ")")

    def _wrong_in_scope(self, variable: str, allowed: str) -> MistakeError:
        word = self.words[self.index]
        if word == ":":
            message = "a type is asked by is, not by a colon"
            hint = f"{variable} is User"
            return MistakeError(message, self.start(), value=word, allowed=hint)
        if word == "is":
            message = "is stands before in"
            hint = f'{variable} is User in Role::"support"'
            return MistakeError(message, self.start(), value=word, allowed=hint)
        if word in {"&&", "||", "and", "or"} or word in _COMPARISONS:
            message = f"{word} belongs into the braces of when: a head takes only ==, in and is"
            hint = "when { ... } after the head"
            return MistakeError(message, self.start(), value=word, allowed=hint)
        return self.wrong(f"{allowed}, or one of == in is", ("is", "in"))
