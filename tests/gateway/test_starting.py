"""Whatever is answered to ``init``: it is refused with a reason, or the file means exactly that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.gateway.starting import Answers, configuration_text, judge, objection
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.configuration import load_text
from ringwall.runtime.current import all_sections

GOOD = {
    "host": "app.example",
    "service": "shop",
    "upstream": "127.0.0.1:3000",
    "owner": "ada",
    "listen": "127.0.0.1:8443",
}
HOSTILE = [
    'say "hi"',
    "it's",
    "${env:HOME}",
    "a\nroutes: []",
    "tab\there",
    "# not a remark",
    "- item",
    "{a: b}",
    "yes",
    "null",
    "12",
    "1.5e3",
    "\\x41",
    "  spaces  ",
    "end: ",
    "\x07\x1b[31m",
    "\u2028\u202e\ufeff",
    "Ünïcode 🎉 \U0010ffff",
    "%TAG ! tag:",
    "*alias &anchor !tag",
]


def written(**changed: str) -> Wanted:
    text = configuration_text(Answers(**{**GOOD, **changed}))
    judge(text, all_sections())
    return Wanted.of(load_text(text, all_sections()))


@pytest.mark.parametrize("owner", HOSTILE)
def test_a_hostile_owner_is_kept_as_it_is(owner: str) -> None:
    assert objection("owner", owner) is None
    assert written(owner=owner).services["shop"].owner == owner


@pytest.mark.parametrize(
    "upstream",
    ["[::1]:3000", "[2001:db8::1]:80", "localhost:3000", "unix:/run/app.sock", "unix:a b/c:d.sock"],
)
def test_every_kind_of_upstream_can_be_written(upstream: str) -> None:
    assert objection("upstream", upstream) is None
    assert [str(one) for one in written(upstream=upstream).services["shop"].addresses] == [upstream]


@pytest.mark.parametrize("host", ["localhost", "*.example", "A.Example", "xn--bcher-kva.example"])
def test_every_kind_of_host_can_be_written(host: str) -> None:
    assert objection("host", host) is None
    assert list(written(host=host).edge.hosts) == [host.lower()]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("host", "https://app.example"),
        ("host", "app.example:443"),
        ("host", "app example"),
        ("host", "-a.example"),
        ("host", ""),
        ("host", "a" * 64),
        ("host", ".".join(["a" * 60] * 5)),
        ("host", "app.example\n"),
        ("service", "Shop"),
        ("service", "my shop"),
        ("service", "9lives"),
        ("service", "edge"),
        ("service", "ringwall-app"),
        ("service", ""),
        ("upstream", "3000"),
        ("upstream", "localhost"),
        ("upstream", "127.0.0.1:0"),
        ("upstream", "127.0.0.1:65536"),
        ("upstream", "::1:3000"),
        ("upstream", "unix:"),
        ("upstream", "http://127.0.0.1:3000"),
        ("listen", "0.0.0.0"),
        ("owner", ""),
        ("owner", "   "),
        ("owner", "x" * 201),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(question: str, answer: str) -> None:
    reason = objection(question, answer)
    assert reason is not None
    assert "\n" not in reason


TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


@given(
    host=st.one_of(st.just("app.example"), TEXTS),
    service=st.one_of(st.just("shop"), TEXTS),
    upstream=st.one_of(st.just("127.0.0.1:3000"), TEXTS, TEXTS.map("unix:{}".format)),
    owner=TEXTS,
)
def test_answers_without_objection_make_a_configuration_that_says_them(
    host: str, service: str, upstream: str, owner: str
) -> None:
    answers = {"host": host, "service": service, "upstream": upstream, "owner": owner}
    if any(objection(question, answer) for question, answer in answers.items()):
        return
    wanted = written(**answers)
    assert list(wanted.edge.hosts) == [host.lower()]
    (found,) = wanted.services.items()
    assert found[0] == service
    assert found[1].owner == owner
    assert str(found[1].addresses[0]) == upstream
