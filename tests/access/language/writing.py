"""Trees of policies, made up by Hypothesis, and written as text in every layout there is."""

from collections.abc import Iterator
from itertools import cycle, pairwise
from pathlib import Path

from hypothesis import strategies as st

from ringwall.access.language.expressions import VARIABLES
from ringwall.access.language.functions import EXTENSION_METHODS, FUNCTIONS, OF_TWO
from ringwall.access.language.syntax import (
    WILDCARD,
    ActionScope,
    Attribute,
    Binary,
    Call,
    Condition,
    Effect,
    Entity,
    EntityUid,
    Expression,
    Has,
    If,
    Is,
    Like,
    Literal,
    Policy,
    RecordOf,
    Scope,
    ScopeOp,
    SetOf,
    Span,
    Unary,
    Variable,
    Wildcard,
)

NOWHERE = Span(0, 0)
FILE = Path("made-up.cedar")
_LEVELS = {"||": 1, "&&": 2, "+": 4, "-": 4, "*": 5}
_COMPARISONS = ["==", "!=", "<", "<=", ">", ">=", "in"]
_UNARY, _MEMBER = 6, 7

names = st.sampled_from(
    ["tenant", "id", "a", "contains", "ip", "when", "permit", "context", "_x9", "Action"]
)
text = st.text(st.sampled_from('ab "\\\n\t\0*/:é😀\u202e'), max_size=6)
types = st.lists(names, min_size=1, max_size=2).map("::".join)
uids = st.builds(EntityUid, types, text)
actions = st.builds(EntityUid, st.sampled_from(["Action", "shop::Action"]), text)
numbers = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)
literals = st.builds(Literal, st.booleans() | numbers | text, st.just(NOWHERE))
leaves = (
    literals
    | st.builds(Variable, st.sampled_from(sorted(VARIABLES)), st.just(NOWHERE))
    | st.builds(Entity, uids, st.just(NOWHERE))
)


def _patterns() -> st.SearchStrategy[tuple[str | Wildcard, ...]]:
    pieces = st.lists(st.just(WILDCARD) | text.filter(bool), max_size=4)
    return pieces.filter(
        lambda found: all(
            WILDCARD in pair for pair in pairwise(found)
        )  # Text next to text is one piece.
    ).map(tuple)


def _has_path(of: Expression, path: list[str]) -> Expression:
    found: Expression = Has(of, path[0], NOWHERE)
    for before, name in pairwise(path):
        of = Attribute(of, before, NOWHERE)
        found = Binary("&&", found, Has(of, name, NOWHERE), NOWHERE)
    return found


def _larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    at = st.just(NOWHERE)
    entries = st.dictionaries(names | text, inner, max_size=3).map(lambda d: tuple(d.items()))
    several = st.lists(inner, max_size=3).map(tuple)
    methods = st.sampled_from(sorted(EXTENSION_METHODS))
    return st.one_of(
        st.builds(Binary, st.sampled_from([*_COMPARISONS, *_LEVELS, *OF_TWO]), inner, inner, at),
        st.builds(Unary, st.sampled_from(["!", "neg", "isEmpty"]), inner, at),
        st.builds(Attribute, inner, names | text, at),
        st.builds(Has, inner, names | text, at),
        st.builds(_has_path, inner, st.lists(names, min_size=2, max_size=3)),
        st.builds(Like, inner, _patterns(), at),
        st.builds(Is, inner, types, st.none() | inner, at),
        st.builds(If, inner, inner, inner, at),
        st.builds(SetOf, several, at),
        st.builds(RecordOf, entries, at),
        st.builds(Call, st.sampled_from(FUNCTIONS), several, at),
        st.builds(Call, methods, st.tuples(inner) | st.tuples(inner, inner), at),
    )


expressions: st.SearchStrategy[Expression] = st.recursive(leaves, _larger, max_leaves=12)
scopes = st.one_of(
    st.just(Scope(ScopeOp.ALL, NOWHERE)),
    st.builds(Scope, st.sampled_from([ScopeOp.EQUAL, ScopeOp.IN]), st.just(NOWHERE), uids),
    st.builds(Scope, st.just(ScopeOp.IS), st.just(NOWHERE), st.none(), types),
    st.builds(Scope, st.just(ScopeOp.IS_IN), st.just(NOWHERE), uids, types),
)
action_scopes = st.one_of(
    st.just(ActionScope(ScopeOp.ALL, NOWHERE)),
    st.builds(ActionScope, st.just(ScopeOp.EQUAL), st.just(NOWHERE), st.tuples(actions)),
    st.builds(ActionScope, st.just(ScopeOp.IN), st.just(NOWHERE), st.tuples(actions)),
    st.builds(
        ActionScope,
        st.just(ScopeOp.IN),
        st.just(NOWHERE),
        st.lists(actions, max_size=3).map(tuple),
        st.just(value=True),
    ),
)
policies = st.builds(
    Policy,
    file=st.just(FILE),
    effect=st.sampled_from(Effect),
    principal=scopes,
    action=action_scopes,
    resource=scopes,
    conditions=st.lists(
        st.builds(Condition, st.booleans(), expressions, st.just(NOWHERE)), max_size=3
    ).map(tuple),
    annotations=st.dictionaries(names, text, max_size=3),
    at=st.just(NOWHERE),
    text=st.just(""),
)
_BLANKS = ["\n", "\t", "\r\n", "\u00a0", '// "a comment; @id\n', "//\r", "/////\n \n"]
layouts = st.lists(st.sampled_from(["", " ", *_BLANKS]), min_size=1, max_size=20)


def written(policy: Policy, layout: list[str]) -> str:
    """The policy as text, with what ``layout`` says (in turn) between its words."""
    blanks = cycle(layout)
    found = ""
    for word in words(policy):
        blank = next(blanks)
        if not blank and _stick(found[-1:], word[0]):
            blank = " "
        found += blank + word
    return found


def _stick(before: str, after: str) -> bool:
    if (before.isalnum() or before == "_") and (after.isalnum() or after == "_"):
        return True
    return before + after in {"//", "::", "==", "!=", "<=", ">=", "&&", "||", ":="}


def words(policy: Policy) -> Iterator[str]:
    """The words of the policy."""
    for name, said in policy.annotations.items():
        yield from ["@", name]
        if said or len(name) % 2:
            yield from ["(", quoted(said), ")"]
    yield from [policy.effect.value, "("]
    yield from _scope("principal", policy.principal)
    yield ","
    yield from _actions(policy.action)
    yield ","
    yield from _scope("resource", policy.resource)
    yield ")"
    for condition in policy.conditions:
        yield "unless" if condition.negated else "when"
        yield from ["{", *tokens(condition.body, 0), "}"]
    yield ";"


def quoted(said: str, *, is_pattern: bool = False) -> str:
    escapes = {'"': '\\"', "\\": "\\\\", "\0": "\\0", "é": "\\u{e9}", "\t": "\\t"}
    if is_pattern:
        escapes["*"] = "\\*"
    return '"' + "".join(escapes.get(character, character) for character in said) + '"'


def _uid(uid: EntityUid) -> list[str]:
    return [*_type(uid.type), "::", quoted(uid.id)]


def _type(name: str) -> list[str]:
    return [word for part in name.split("::") for word in ("::", part)][1:]


def _scope(variable: str, scope: Scope) -> Iterator[str]:
    yield variable
    if scope.type is not None:
        yield from ["is", *_type(scope.type)]
    if scope.uid is not None:
        yield "==" if scope.op is ScopeOp.EQUAL else "in"
        yield from _uid(scope.uid)


def _actions(scope: ActionScope) -> Iterator[str]:
    yield "action"
    if scope.op is ScopeOp.ALL:
        return
    yield scope.op.value
    if not scope.is_list:
        yield from _uid(scope.uids[0])
        return
    yield "["
    for uid in scope.uids:
        yield from [*_uid(uid), ","]
    yield "]"


def tokens(of: Expression, level: int) -> list[str]:
    """The words of an expression, in parentheses where it binds looser than ``level``."""
    binds, found = _tokens(of)
    return found if binds >= level else ["(", *found, ")"]


def _separated(items: tuple[Expression, ...]) -> list[str]:
    return [word for item in items for word in (*tokens(item, 0), ",")][:-1]


def _path(of: Expression) -> tuple[Expression, list[str]] | None:
    """What was asked for a path of attributes, and the path."""
    if isinstance(of, Has) and of.name.isidentifier():
        return of.of, [of.name]
    if isinstance(of, Binary) and of.op == "&&" and isinstance(of.right, Has):
        before = _path(of.left)
        if before and of.right.name.isidentifier() and _has_path(before[0], before[1]) == of.left:
            path = [*before[1], of.right.name]
            return (before[0], path) if _has_path(before[0], path) == of else None
    return None


def _attribute(name: str) -> list[str]:
    return [".", name] if name.isidentifier() and name.isascii() else ["[", quoted(name), "]"]


def _tokens(of: Expression) -> tuple[int, list[str]]:
    path = _path(of)
    if path and len(path[1]) > 1 and all(name.isascii() for name in path[1]):
        return 3, [*tokens(path[0], 4), "has", *".".join(path[1]).replace(".", " . ").split()]
    match of:
        case Literal(value=bool() as value):
            return 8, ["true" if value else "false"]
        case Literal(value=int() as value):
            return (8, [str(value)]) if value >= 0 else (_UNARY, ["-", str(-value)])
        case Literal(value=str() as value):
            return 8, [quoted(value)]
        case Entity(uid=uid):
            return 8, _uid(uid)
        case Variable(name=name):
            return 8, [name]
        case Unary(op="isEmpty", operand=operand):
            return _MEMBER, [*tokens(operand, _MEMBER), ".", "isEmpty", "(", ")"]
        case Unary(op=op, operand=operand):
            return _UNARY, [{"neg": "-"}.get(op, op), *_signed(op, operand)]
        case Binary(op=op, left=left, right=right) if op in OF_TWO:
            inner = tokens(left, _MEMBER)
            return _MEMBER, [*inner, ".", op, "(", *tokens(right, 0), ")"]
        case Binary(op=op, left=left, right=right):
            level = _LEVELS.get(op, 3)
            # Comparisons are not chained, all else leans to the left.
            return level, [*tokens(left, level + (level == 3)), op, *tokens(right, level + 1)]
        case Attribute(of=inner, name=name):
            return _MEMBER, [*tokens(inner, _MEMBER), *_attribute(name)]
        case Has(of=inner, name=name):
            plain = name.isidentifier() and name.isascii()
            return 3, [*tokens(inner, 4), "has", name if plain else quoted(name)]
        case Like(of=inner, pattern=pattern):
            said = "".join(
                quoted(one, is_pattern=True)[1:-1] if isinstance(one, str) else "*"
                for one in pattern
            )
            return 3, [*tokens(inner, 4), "like", f'"{said}"']
        case Is(of=inner, type=name, within=within):
            rest = [] if within is None else ["in", *tokens(within, 4)]
            return 3, [*tokens(inner, 4), "is", *_type(name), *rest]
        case If(condition=condition, one=one, other=other):
            inner = ["if", *tokens(condition, 0), "then", *tokens(one, 0)]
            return 0, [*inner, "else", *tokens(other, 0)]
        case SetOf(items=items):
            return 8, ["[", *_separated(items), "]"]
        case RecordOf(entries=entries):
            found = ["{"]
            for name, entry in entries:
                plain = name.isidentifier() and name.isascii()
                found += [name if plain else quoted(name), ":", *tokens(entry, 0), ","]
            return 8, [*found, "}"]
        case Call(function=function, arguments=arguments) if function in FUNCTIONS:
            return 8, [function, "(", *_separated(arguments), ")"]
        case Call(function=function, arguments=(receiver, *rest)):
            inner = [*tokens(receiver, _MEMBER), ".", function, "("]
            return _MEMBER, [*inner, *_separated(tuple(rest)), ")"]
    raise AssertionError(of)


def _signed(op: str, operand: Expression) -> list[str]:
    """What follows a sign; not more than four of a kind stand in a row."""
    sign = "-" if op == "neg" else op
    if isinstance(operand, Unary) and operand.op == op:
        found = tokens(operand, _UNARY)
        return ["(", *found, ")"] if found[:4] == [sign] * 4 else found
    if isinstance(operand, Literal) and isinstance(operand.value, int) and op == "neg":
        found = tokens(operand, 0)
        return found if found[0] == "-" else ["(", *found, ")"]
    return tokens(operand, _MEMBER)
