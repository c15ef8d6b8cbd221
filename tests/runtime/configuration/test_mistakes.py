"""Every mistake in a file is told at its place, with what may stand there instead."""

import pytest
from tests.runtime.configuration.sample import problems_of, told

HEAD = "version: 1\n"
EDGE = HEAD + "edge:\n  hosts: {a.localhost: {}}\n"
SERVICE = "services:\n  billing: {addresses: [127.0.0.1:1], owner: me}\n"
ADDRESSES = "a list with at least 1 item; each item is host:port, [ipv6]:port or unix:/path"
TRUE_TOLD = (
    '"banner" takes a whole number, keys and values or text; '
    'true without quotes is a true/false value: write "true"'
)
VERSION_TOLD = '"version" tells the form of this file; this Ringwall reads only form 1'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("1:1", 'the key "version" is missing: begin the file with version: 1')]),
        ("edge: {}", [("1:1", 'the key "version" is missing: begin the file with version: 1')]),
        ("version: 2\n", [("1:10", VERSION_TOLD)]),
        ('version: "1"\n', [("1:10", VERSION_TOLD)]),
        ("version: true\n", [("1:10", VERSION_TOLD)]),
        ("version: [1]\n", [("1:10", VERSION_TOLD)]),
        (
            "- version: 1\n",
            [("1:1", "a configuration file consists of keys such as services: or routes:")],
        ),
        (HEAD + "servces: {}\n", [("2:1", 'there is no section "servces"')]),
        (HEAD + "services: [a]\n", [("2:1", '"services" takes names with settings below them')]),
        (
            HEAD + "routes:\n  a: {}\n",
            [("2:1", '"routes" takes a list: begin each item with a dash')],
        ),
        (HEAD + "include: x\n", [("2:10", '"include" takes a list')]),
        (
            HEAD + "include: [1]\n",
            [("2:11", "each item of include is the name of a file or folder, or a pattern")],
        ),
    ],
)
def test_the_frame_of_the_file(text: str, expected: list[tuple[str, str]]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("edge: here\n", [("2:7", '"edge" takes keys and values, not a single value')]),
        ("edge: [here]\n", [("2:7", '"edge" takes keys and values, not a list')]),
        ("edge:\n  lisen: x\n", [("3:3", 'there is no key "lisen" here')]),
        (
            "edge:\n  listen: nowhere\n",
            [
                (
                    "3:11",
                    '"listen" cannot be "nowhere": write host:port, [ipv6]:port or unix:/path',
                )
            ],
        ),
        ("edge:\n  listen:\n", [("3:10", '"listen" has no value')]),
        ("edge:\n  heap: 1.5\n", [("3:9", '"heap" cannot be 1.5')]),
        ("edge:\n  share: 2\n", [("3:10", '"share" cannot be 2')]),
        ("edge:\n  share: lots\n", [("3:10", '"share" takes a number, not "lots"')]),
        (
            "edge:\n  workers: '4'\n",
            [("3:12", '"workers" takes a whole number; in quotes it is text: write 4')],
        ),
        ("edge:\n  workers: 4.0\n", [("3:12", '"workers" takes a whole number, not 4.0')]),
        ("edge:\n  workers: true\n", [("3:12", '"workers" takes a whole number, not true')]),
        (
            "edge:\n  hosts:\n    a b:\n      tls_minimum: 1.2\n",
            [
                ("4:5", '"a b" cannot be a key here'),
                ("5:20", '"tls_minimum" takes text; 1.2 without quotes is a number: write "1.2"'),
            ],
        ),
        (
            "edge:\n  hosts: {a: {certificate: local}}\n",
            [("3:28", '"certificate" takes keys and values, not a single value')],
        ),
        (
            "edge:\n  hosts: {a: {certificate: {source: fil}}}\n",
            [("3:37", '"source" cannot be "fil"')],
        ),
        (
            "edge:\n  hosts:\n    a:\n      certificate:\n        chain: x\n",
            [("5:7", 'the key "source" is missing: it says which kind of "certificate" this is')],
        ),
        (
            "edge:\n  hosts:\n    a:\n      certificate: {source: [file]}\n",
            [("5:29", '"source" cannot be this list')],
        ),
        (
            "edge:\n  hosts:\n    a:\n      certificate: {source: }\n",
            [("5:29", '"source" cannot be empty')],
        ),
        (
            "edge:\n  hosts:\n    a:\n      certificate:\n        source: file\n        chan: x\n",
            [("5:7", 'the key "key" is missing'), ("7:9", 'there is no key "chan" here')],
        ),
        (
            "edge:\n  hosts: {a.b: {}, A.b: {}}\n",
            [("3:20", 'the key "A.b" means the same as "a.b"')],
        ),
        (
            "edge:\n  banner: [1]\n",
            [("3:11", '"banner" takes a whole number, keys and values or text, not a list')],
        ),
        ("edge:\n  banner: {attempts: 7}\n", [("3:22", '"attempts" cannot be 7')]),
        ("edge:\n  banner: true\n", [("3:11", TRUE_TOLD)]),
    ],
)
def test_a_single_section(lines: str, expected: list[tuple[str, str]]) -> None:
    assert told(HEAD + lines) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "services:\n  Billing: {}\n",
            [
                ("3:3", '"Billing" cannot be a name in services'),
                ("3:3", 'the key "addresses" is missing'),
                ("3:3", 'the key "owner" is missing'),
            ],
        ),
        (
            "services:\n  a:\n    addresses: 127.0.0.1:1\n    owner: 7\n    tls: mutal\n",
            [
                ("4:16", '"addresses" takes a list, not a single value'),
                ("5:12", '"owner" takes text; 7 without quotes is a whole number: write "7"'),
                ("6:10", '"tls" cannot be "mutal"'),
            ],
        ),
        (
            "services:\n  a:\n    addresses: []\n    owner:\n    calls:\n    - C\n    tls:\n    - ",
            [
                ("4:16", '"addresses" cannot be this list'),
                ("5:11", '"owner" has no value'),
                ("7:7", 'item 1 of "calls" cannot be "C"'),
                ("8:5", '"tls" takes text, not a list'),
            ],
        ),
        (
            "services: {a: {}, b: 1, a: {}}\n",
            [
                ("2:12", 'the key "addresses" is missing'),
                ("2:12", 'the key "owner" is missing'),
                ("2:22", '"b" takes keys and values, not a single value'),
                ("2:25", 'the key "a" is already written at ringwall.yaml:2:12'),
            ],
        ),
        (
            "routes:\n  - just text\n  -\n  - [a]\n",
            [
                ("3:5", 'item 1 of "routes" takes keys and values, not a single value'),
                ("4:4", 'item 2 of "routes" has no value'),
                ("5:5", 'item 3 of "routes" takes keys and values, not a list'),
            ],
        ),
    ],
)
def test_items_of_maps_and_lists(lines: str, expected: list[tuple[str, str]]) -> None:
    assert told(HEAD + lines) == expected


def test_all_mistakes_of_a_file_at_once() -> None:
    text = (
        EDGE
        + SERVICE
        + (
            "routes:\n"
            "  - name: a\n"
            "    hosts: [a]\n"
            "    service: billing\n"
            "    timeout: 1.5\n"
            "    streaming: yes\n"
            "    methods: [GTE, 5]\n"
            "    retries: {attempts: 9, per_try: soon}\n"
            "  - name: b\n"
            "    hosts: [b]\n"
            "  - hosts: [c]\n"
            "    name: c\n"
            "    service: biling\n"
        )
    )
    assert told(text) == [
        ("10:14", '"timeout" cannot be 1.5'),
        ("11:16", '"streaming" takes true or false, not "yes"'),
        ("12:15", 'item 1 of "methods" cannot be "GTE"'),
        ("12:20", 'item 2 of "methods" takes text, not 5'),
        ("13:25", '"attempts" cannot be 9'),
        (
            "13:37",
            (
                '"per_try" cannot be "soon": write a number and a unit: ms, s, m, h or d '
                "(for example 30s or 250ms)"
            ),
        ),
        ("14:5", 'the key "service" is missing'),
        ("18:14", 'there is no service "biling"'),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "allowed", "nearest"),
    [
        ("edge: {lisen: x}", "listen, hosts, acme, heap, share, workers or banner", "listen"),
        ("edge: {workers: 0}", "a whole number from 1 to 256, or null", None),
        (
            "edge: {heap: much}",
            "a size: bytes, or a number and KiB, MiB or GiB, such as 64KiB",
            None,
        ),
        (
            "edge: {hosts: {a: {certificate: file}}}",
            "keys and values, such as certificate: {source: file}",
            None,
        ),
        ("edge: {hosts: {a: {certificate: {source: fil}}}}", "file or local", "file"),
        ("edge: {hosts: {a: {tls_minimum: 1.3}}}", "1.3 or 1.2", "1.3"),
        ("edge: {share: 7}", "a number from 0 to 1", None),
        (
            "services: {a: {tls: MUTUAL}}",
            "mutual, server or none",
            "mutual",
        ),
        ("services: {a: {addresses: x:1, owner: me}}", "a list, such as addresses: [x:1]", None),
        (
            "services: {A: }",
            "lower-case letters, digits and dashes",
            None,
        ),
        ("services: {a: {addresses: [x:1], owner: ''}}", "text of 1 to 200 characters", None),
        (
            "services: {a: {owner: me}}",
            "addresses: " + ADDRESSES,
            None,
        ),
        ("routs: []", "edge, services or routes", "routes"),
        ("something: []", "edge, services or routes", None),
        ("inclde: []", "edge, services or routes", "include"),
        ("routes: [{streaming: yes}]", "true or false", "true"),
        ("routes: [{streaming: Off}]", "true or false", "false"),
        (
            "routes: [{methods: [PSOT]}]",
            "GET, HEAD, POST, PUT or DELETE",
            "POST",
        ),
        ("routes: [foo]", "keys and values, such as {name: ..., hosts: [...], service: ...}", None),
    ],
)
def test_what_may_stand_there_is_told(line: str, allowed: str, nearest: str | None) -> None:
    found = [(problem.allowed, problem.nearest) for problem in problems_of(HEAD + line)]
    assert (allowed, nearest) in found


def test_a_misspelt_required_key_is_one_mistake() -> None:
    text = HEAD + "services:\n  a:\n    adresses: [x:1]\n    owner: me\n"
    (problem,) = problems_of(text)
    assert (problem.nearest, problem.path) == ("addresses", ("services", "a", "adresses"))


def test_values_are_shown_as_written_and_short() -> None:
    (problem,) = problems_of(HEAD + f"services: {{a: {{addresses: [x:1], owner: {'x' * 300}}}}}")
    assert problem.value == "x" * 79 + "…"
    (problem,) = problems_of(HEAD + "edge: {workers: 0x0}")
    assert (problem.value, problem.message) == ("0x0", '"workers" cannot be 0x0')


def test_a_place_inside_an_alias_is_where_the_value_is_used_or_written() -> None:
    text = HEAD + (
        "routes:\n"
        "  - {name: a, hosts: &hosts [A B], service: &s billing}\n"
        "  - {name: b, hosts: *hosts, service: *s, timeout: *s}\n"
    )  # fmt: skip
    first, second, third = told(text)
    assert first == second == ("3:30", 'item 1 of "hosts" cannot be "A B"')
    assert third[0] == "4:52"
