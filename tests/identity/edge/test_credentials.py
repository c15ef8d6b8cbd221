"""Tokens and keys that are not what they say, or that are shown in the wrong way."""

import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from tests.identity.edge.scene import APP, COOKIE, SECRET, IdentityStage, ask, segment

from ringwall.identity.keyring import Keyring, private_key
from ringwall.identity.kinds import Purpose, issuer

pytestmark = pytest.mark.e2e

KINDS: Final = (Purpose.SESSION, Purpose.ACCESS, Purpose.KEY)
Forger = Callable[[IdentityStage, Purpose], str]


def shown(purpose: Purpose, token: str) -> dict[str, str]:
    """A token where tokens of its kind are shown."""
    if purpose is Purpose.SESSION:
        return {"cookie": f"{COOKIE}=9999999999.{SECRET}~{token}"}
    if purpose is Purpose.ACCESS:
        return {"bearer": token}
    return {"key": f"rwk_{token}~abcdef"}


@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize("purpose", KINDS)
def test_a_good_one_is_good(scene: IdentityStage, purpose: Purpose, http2: bool) -> None:
    token = scene.sign(scene.claims(purpose), key=purpose)
    answer, (seen,) = scene.seen(**shown(purpose, token), http2=http2)
    assert answer.status_code == 200
    assert seen.values("x-ringwall-user") == [_claims(token)["sub"]]
    assert token not in repr(seen)


def _claims(token: str) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def _changed(**more: Any) -> Forger:
    def forge(scene: IdentityStage, purpose: Purpose) -> str:
        return scene.sign(scene.claims(purpose, **more), key=purpose)

    return forge


def _timed(**offsets: int) -> Forger:
    def forge(scene: IdentityStage, purpose: Purpose) -> str:
        now = int(time.time())
        times = {name: now + offset for name, offset in offsets.items()}
        return scene.sign(scene.claims(purpose, **times), key=purpose)

    return forge


def _bent_signature(scene: IdentityStage, purpose: Purpose) -> str:
    token = scene.issue(purpose)
    head, _, signature = token.rpartition(".")
    return f"{head}.{signature[:-8]}{'A' if signature[-8] != 'A' else 'B'}{signature[-7:]}"


def _bent_claims(scene: IdentityStage, purpose: Purpose) -> str:
    header, claims, signature = scene.issue(purpose).split(".")
    told = {**_claims(f"{header}.{claims}.{signature}"), "sub": "somebody-else"}
    return f"{header}.{segment(told)}.{signature}"


def _no_signature(scene: IdentityStage, purpose: Purpose) -> str:
    return scene.issue(purpose).rpartition(".")[0] + "."


def _cut(scene: IdentityStage, purpose: Purpose) -> str:
    return scene.issue(purpose).rpartition(".")[0]


def _zero_signature(scene: IdentityStage, purpose: Purpose) -> str:
    # r = s = 0 verified in a Java that forgot to look (CVE-2022-21449).
    return scene.issue(purpose).rpartition(".")[0] + "." + segment(bytes(64))


def _other_key(scene: IdentityStage, purpose: Purpose) -> str:
    kid = Keyring(scene.stage.state, purpose).keys()[-1].kid
    key = ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(scene.claims(purpose), key, algorithm="ES256", headers={"kid": kid})


def _unknown_kid(scene: IdentityStage, purpose: Purpose) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(scene.claims(purpose), key, algorithm="ES256", headers={"kid": "20200101-x"})


def _own_key_inside(scene: IdentityStage, purpose: Purpose) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    own = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    headers = {"jwk": own, "jku": "https://evil.example/keys", "x5u": "https://evil.example/x"}
    return jwt.encode(scene.claims(purpose), key, algorithm="ES256", headers=headers)


def _of_another_purpose(other: Purpose) -> Forger:
    def forge(scene: IdentityStage, purpose: Purpose) -> str:
        return scene.sign(scene.claims(purpose), key=other)

    return forge


def _other_algorithm(name: str) -> Forger:
    def forge(scene: IdentityStage, purpose: Purpose) -> str:
        kid = Keyring(scene.stage.state, purpose).keys()[-1].kid
        key = rsa.generate_private_key(65537, 2048)
        return jwt.encode(scene.claims(purpose), key, algorithm=name, headers={"kid": kid})

    return forge


def _none(name: str, signature: str) -> Forger:
    def forge(scene: IdentityStage, purpose: Purpose) -> str:
        kid = Keyring(scene.stage.state, purpose).keys()[-1].kid
        header = {"alg": name, "kid": kid, "typ": "JWT"}
        return f"{segment(header)}.{segment(scene.claims(purpose))}.{signature}"

    return forge


def _confused(encoding: str) -> Forger:
    """HS256 with our public key as the secret, in every form somebody may think of."""

    def forge(scene: IdentityStage, purpose: Purpose) -> str:
        key = Keyring(scene.stage.state, purpose).keys()[-1]
        public = private_key(key.pem).public_key()
        secrets = {
            "pem": public.public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            ),
            "der": public.public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            ),
            "point": public.public_bytes(
                serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
            ),
            "x": key.public()["x"].encode(),
            "jwk": json.dumps(key.public(), sort_keys=True).encode(),
        }
        head = segment({"alg": "HS256", "kid": key.kid, "typ": "JWT"})
        told = f"{head}.{segment(scene.claims(purpose))}"
        mac = hmac.new(secrets[encoding], told.encode(), sha256).digest()
        return f"{told}.{segment(mac)}"

    return forge


def _audience(*names: str) -> Forger:
    def forge(scene: IdentityStage, purpose: Purpose) -> str:
        port = scene.stage.port
        several = [name.format(port=port) for name in names]
        told = several[0] if len(several) == 1 else several
        return scene.sign(scene.claims(purpose, aud=told), key=purpose)

    return forge


def _issuer(text: str) -> Forger:
    def forge(scene: IdentityStage, purpose: Purpose) -> str:
        return scene.sign(scene.claims(purpose, iss=scene.facts.origin + text), key=purpose)

    return forge


def _text(value: str) -> Forger:
    return lambda _scene, _purpose: value


FORGED: Final[dict[str, Forger]] = {
    "a bit of the signature turned": _bent_signature,
    "claims changed": _bent_claims,
    "no signature": _no_signature,
    "no signature at all": _cut,
    "a signature of zeros": _zero_signature,
    "another key under our id": _other_key,
    "an unknown key id": _unknown_kid,
    "a key of its own inside": _own_key_inside,
    "over for a minute": _timed(exp=-60),
    "over for six seconds": _timed(exp=-6),
    "over for years": _changed(exp=1),
    "good from in a minute": _timed(nbf=60),
    "without an end": _changed(exp=None),
    "an end that is text": _changed(exp="never"),
    "an end below zero": _changed(exp=-1),
    "an end beyond numbers": _changed(exp=1e300),
    "for another host": _audience("https://north.app.localhost:{port}"),
    "for the host without its port": _audience("https://app.localhost"),
    "for the host of sign-in": _audience("https://id.localhost:{port}"),
    "for a path of the host": _audience("https://app.localhost:{port}/x"),
    "for a client": _audience("client-1"),
    "for several others": _audience("a", "b", "https://app.localhost.evil.example:{port}"),
    "for nobody": _changed(aud=None),
    "for an empty list": _changed(aud=[]),
    "of nobody": _changed(iss=None),
    "of an issuer elsewhere": _changed(iss="https://evil.example"),
    "of our assertions": _issuer("/assertion"),
    "of our issuer with a slash": _issuer("/"),
    **{f"signed as {one}": _of_another_purpose(one) for one in (Purpose.ASSERTION,)},
    **{f"alg={name!r} and {end!r}": _none(name, end)
       for name in ("none", "None", "NONE", "nOnE", "") for end in ("", "AAAA")},
    **{f"HS256 with our {one}": _confused(one) for one in ("pem", "der", "point", "x", "jwk")},
    "RS256": _other_algorithm("RS256"),
    "PS256": _other_algorithm("PS256"),
    "a dot": _text("."),
    "dots": _text(".."),
    "no token": _text("eyJhbGciOiJFUzI1NiJ9.e30.AAAA"),
    "deep": _text("eyJ" + "a" * 7000),
}  # fmt: skip


@pytest.mark.parametrize("purpose", KINDS)
@pytest.mark.parametrize("name", FORGED)
def test_what_is_forged_is_refused(scene: IdentityStage, name: str, purpose: Purpose) -> None:
    token = FORGED[name](scene, purpose)
    answer, seen = scene.seen(**shown(purpose, token))
    assert (answer.status_code, seen) == (401, [])
    told, (nobody,) = scene.seen("/optional", **shown(purpose, token))
    assert told.status_code == 200
    assert [one for one, _ in nobody.headers if one.startswith("x-ringwall")] == []


@pytest.mark.parametrize("purpose", KINDS)
@pytest.mark.parametrize("offsets", [{"exp": -2}, {"nbf": 2}, {"iat": 3600}])
def test_clocks_may_differ_a_little(
    scene: IdentityStage, purpose: Purpose, offsets: dict[str, int]
) -> None:
    token = _timed(**offsets)(scene, purpose)
    assert scene.get(**shown(purpose, token)).status_code == 200


@pytest.mark.parametrize("purpose", KINDS)
def test_a_token_that_was_good_is_over_in_time(scene: IdentityStage, purpose: Purpose) -> None:
    """What a worker remembers of a token it has verified does not outlive the token."""
    token = _timed(exp=2)(scene, purpose)
    with scene.stage.client() as client:

        def status() -> int:
            return ask(client, scene.url(), **shown(purpose, token)).status_code

        while (now := time.time()) < _claims(token)["exp"] + 5:
            found = status()
            if time.time() < _claims(token)["exp"] + 4:
                assert found == 200, now
            time.sleep(0.25)
        assert status() == 401


@pytest.mark.parametrize("signs", list(Purpose))
@pytest.mark.parametrize("says", list(Purpose))
def test_each_kind_is_worth_something_in_one_place_only(
    scene: IdentityStage, signs: Purpose, says: Purpose
) -> None:
    """Whatever signs it, and whatever it says it is, by every way of showing it."""
    token = scene.sign(scene.claims(says), key=signs)
    places: dict[str, dict[str, Any]] = {
        "session": shown(Purpose.SESSION, token),
        "access": shown(Purpose.ACCESS, token),
        "key": shown(Purpose.KEY, token),
        "key as bearer": {"bearer": f"rwk_{token}~abcdef"},
        "key without prefix": {"key": token},
        "token header": {"headers": {"x-ringwall-token": token}},
        "key header": {"headers": {"x-ringwall-key": token}},
        "assertion header": {"headers": {"x-ringwall-assertion": token}},
        "query": {"params": {"access_token": token, "token": token, "x-api-key": f"rwk_{token}"}},
        "basic": {"headers": {"authorization": f"Basic {token}"}},
        "bare": {"headers": {"authorization": token}},
        "cookie": {"cookie": f"{COOKIE}={token}"},
        "other cookie": {"cookie": f"x-ringwall-token={token}; access_token={token}"},
    }
    good = {"session": {"session"}, "access": {"access"}, "key": {"key", "key as bearer"}}
    expected = good.get(signs, set()) if signs is says else set()
    accepted = {name for name, one in places.items() if scene.get(**one).status_code != 401}
    assert accepted == expected


def test_an_id_token_opens_nothing(scene: IdentityStage) -> None:
    """OpenID Connect Core section 2: for a client, of the same issuer as access tokens."""
    claims = scene.claims(Purpose.ACCESS, aud="client-1", nonce="n", azp="client-1")
    token = scene.sign(claims, key=Purpose.ACCESS, typ="JWT")
    assert scene.get(bearer=token).status_code == 401


def test_tokens_for_the_interface_are_good_at_every_host(scene: IdentityStage) -> None:
    for purpose in (Purpose.ACCESS, Purpose.KEY):
        claims = scene.claims(purpose, aud=["x", scene.facts.api_audience])
        token = scene.sign(claims, key=purpose)
        assert scene.get(**shown(purpose, token)).status_code == 200
    session = scene.sign(
        scene.claims(Purpose.SESSION, aud=scene.facts.api_audience), key=Purpose.SESSION
    )
    assert scene.get(**shown(Purpose.SESSION, session)).status_code == 401


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ("rwk_{}~abcdef", 200),
        ("rwk_{}", 200),
        ("rwk_{}~", 200),
        ("rwk_{}~wrong", 200),
        ("rwk_{}~a b", 401),
        ("rwk_{}~a~b", 401),
        ("rwk_{} x", 401),
        ("rwk_{},rwk_{}", 401),
        ("RWK_{}", 401),
        ("rwk{}", 401),
        ("xrwk_{}", 401),
        ("rwk_rwk_{}", 401),
        ("{}", 401),
    ],
)
def test_the_checksum_is_for_those_who_read_keys_and_the_signature_counts(
    scene: IdentityStage, form: str, status: int
) -> None:
    token = scene.issue(Purpose.KEY)
    text = form.format(token, token)
    assert scene.get(key=text).status_code == status
    assert scene.get(bearer=text).status_code == status


BOTH: Final = [
    ("good bearer, bad bearer", [("good",), ("bad",)], None),
    ("bad bearer, good bearer", [("bad",), ("good",)], 401),
    ("key and bearer", [("key",), ("good",)], 401),
    ("bearer and key", [("good",), ("key",)], 401),
    ("key twice", [("key",), ("key",)], 401),
]


@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize(("name", "lines", "status"), BOTH, ids=[one[0] for one in BOTH])
def test_two_authorization_lines(
    scene: IdentityStage, name: str, lines: list[tuple[str]], status: int | None, http2: bool
) -> None:
    given = {
        "good": scene.issue(Purpose.ACCESS),
        "bad": _bent_signature(scene, Purpose.ACCESS),
        "key": f"rwk_{scene.issue(Purpose.KEY)}~abcdef",
    }
    headers = [("authorization", f"Bearer {given[kind]}") for (kind,) in lines]
    answer, seen = scene.seen(headers=headers, http2=http2)
    if status is not None:
        assert (answer.status_code, seen) == (status, [])
    for one in seen:
        assert one.values("x-ringwall-user") == [_claims(given["good"])["sub"]]
    for (kind,) in lines:
        assert not any(given[kind] in repr(one) for one in seen), name


@pytest.mark.parametrize("path", ["/required", "/optional"])
def test_a_key_in_both_headers_is_none(scene: IdentityStage, path: str) -> None:
    one, other = (f"rwk_{scene.issue(Purpose.KEY)}~abcdef" for _ in range(2))
    _, seen = scene.seen(path, bearer=one, key=other)
    assert [s.values("x-ringwall-user") for s in seen] in ([], [[]])
    assert "rwk_" not in repr(seen)


@pytest.mark.parametrize("path", ["/required", "/optional", "/public"])
def test_beside_a_cookie_keys_do_not_go_on(scene: IdentityStage, path: str) -> None:
    key = f"rwk_{scene.issue(Purpose.KEY)}~abcdef"
    for sent in ({"key": key}, {"bearer": key}):
        answer, (seen,) = scene.seen(path, cookie=scene.jar(), **sent)
        assert answer.status_code == 200
        assert "rwk_" not in repr(seen)
        assert key[4:40] not in repr([h for h in seen.headers if h[0] != "x-ringwall-assertion"])


@pytest.mark.parametrize("lives", [300, -60])
@pytest.mark.parametrize("path", ["/required", "/optional", "/public", "/public2"])
def test_our_access_tokens_do_not_go_on(scene: IdentityStage, path: str, lives: int) -> None:
    """Whether they hold or not, whether they are asked for or not."""
    token = scene.issue(Purpose.ACCESS, seconds=lives)
    for scheme in ("Bearer", "bearer", "BEARER ", "DPoP", "Bearer x,", "Bearer\tx"):
        _, (seen,) = scene.seen(
            path, cookie=scene.jar(), headers=[("authorization", f"{scheme} {token}")]
        )
        assert seen.values("authorization") == []
        assert token[-40:] not in repr(seen)


def test_groups_stand_behind_roles_and_cannot_be_taken_for_one(scene: IdentityStage) -> None:
    names = ("Engineering Team", "a.b_c:d/e@f&(g)+h=i-j")
    token = scene.issue(
        Purpose.ACCESS, scene.proven(tenant="shop", roles=("support", "reader"), groups=names)
    )
    _, (seen,) = scene.seen(bearer=token)
    (told,) = seen.values("x-ringwall-roles")
    assert told.split(",") == ["support", "reader", *(f"@{name}" for name in names)]
    (assertion,) = seen.values("x-ringwall-assertion")
    said = _claims(assertion)
    assert (said["roles"], said["groups"]) == (["support", "reader"], list(names))


def test_the_scheme_is_read_in_any_case(scene: IdentityStage) -> None:
    """RFC 9110 section 11.1."""
    token, key = scene.issue(Purpose.ACCESS), f"rwk_{scene.issue(Purpose.KEY)}~abcdef"
    for scheme in ("Bearer", "bearer", "BEARER"):
        for shown in (token, key):
            headers = {"authorization": f"{scheme} {shown}"}
            assert scene.get(headers=headers).status_code == 200
    for form in ("Bearer{}", "Basic {}", "{}", "Bearer {}.x", "Bearer {}~x", "Bearer {} x"):
        headers = {"authorization": form.format(token)}
        assert scene.get(headers=headers).status_code == 401


@pytest.mark.parametrize("path", ["/optional", "/public"])
def test_tokens_of_others_do(scene: IdentityStage, path: str) -> None:
    """However much their issuer's name is like ours."""
    ours = scene.facts.origin
    for other in ("https://else.example", f"{ours}.example", f"{ours}/", ours[:-1], f" {ours}"):
        token = jwt.encode({"iss": other, "sub": "ada"}, "k" * 32, algorithm="HS256")
        _, (seen,) = scene.seen(path, bearer=token)
        assert seen.values("authorization") == [f"Bearer {token}"]


def test_a_service_may_have_keys_and_tokens_of_its_own(scene: IdentityStage) -> None:
    for path in ("/public", "/optional"):
        for sent in ({"key": "sk_live_rwk_1"}, {"bearer": "their.own.token"}):
            _, (seen,) = scene.seen(path, **sent)
            found = [*seen.values("x-api-key"), *seen.values("authorization")]
            assert found == [sent.get("key") or f"Bearer {sent['bearer']}"]


def test_a_bad_cookie_does_not_spoil_a_good_token(scene: IdentityStage) -> None:
    token = scene.issue(Purpose.ACCESS)
    for cookie in (f"{COOKIE}=9999999999.{SECRET}~e.e.e", f"{COOKIE}=1", f"{COOKIE}=1.{SECRET}~y"):
        assert scene.get(cookie=cookie, bearer=token).status_code == 200


def test_a_cookie_wins_over_a_token(scene: IdentityStage) -> None:
    session = scene.session()
    cookie = f"{COOKIE}={scene.enter(session)}"
    _, (seen,) = scene.seen(cookie=cookie, bearer=scene.issue(Purpose.ACCESS))
    assert seen.values("x-ringwall-user") == [session.user.subject]


@pytest.mark.parametrize("http2", [False, True])
def test_two_cookies_of_that_name_are_none(scene: IdentityStage, http2: bool) -> None:
    good, other, bad = scene.jar(), scene.jar(), f"{COOKIE}=9999999999.{SECRET}~e.e.e"
    for one, two in ((good, bad), (bad, good), (good, good), (good, other)):
        several = [
            [("cookie", f"{one}; {two}")],
            [("cookie", one), ("cookie", two)],
            [("cookie", f"a=b; {one}; c=d;{two}")],
        ]
        for headers in several:
            answer, seen = scene.seen(headers=headers, http2=http2)
            assert (answer.status_code, seen) == (401, [])
            _, (nobody,) = scene.seen("/optional", headers=headers, http2=http2)
            assert nobody.values("x-ringwall-user") == []
            assert COOKIE not in repr(nobody)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ("{name}={value}", 200),
        ("a=b;{name}={value};c=d", 200),
        ("a=b  ;  {name}={value}  ;", 200),
        (";;{name}={value};;", 200),
        ("a=b;\t{name}={value}", 200),
        ("{name}={value}; {name}x=y", 200),
        ("{name} = {value}", 401),
        ('{name}="{value}"', 401),
        ("{name}= {value}", 401),
        ("{name}=={value}", 401),
        ("{name}={value} x", 401),
        ("{lower}={value}", 401),
        ("{upper}={value}", 401),
        ("a=b, {name}={value}", 401),
        ("$Version=1; {name}={value}; $Path=/", 200),
        ("%5F_Host-ringwall={value}", 401),
        ("a={name}={value}", 401),
        ("{name}", 401),
        ("{name}=", 401),
    ],
)
def test_cookies_written_in_odd_ways(scene: IdentityStage, form: str, status: int) -> None:
    value = scene.jar().partition("=")[2]
    text = form.format(name=COOKIE, value=value, lower=COOKIE.lower(), upper=COOKIE.upper())
    assert scene.get(cookie=text).status_code == status


@pytest.mark.parametrize("path", ["/public/x", "/optional/x", "/required/x"])
def test_huge_cookies_cost_no_more_than_their_length(scene: IdentityStage, path: str) -> None:
    """Whoever sends this could hold a worker of the edge for seconds with a quadratic pattern."""
    spaces, several = " " * 28_000, "a; " * 9_000
    forms = [
        f"{COOKIE}=1; a=x{spaces}b",
        f"{COOKIE}=1; {spaces}a=b{spaces[:100]}",
        f"{COOKIE}{spaces}x",
        f"{COOKIE}=1; {several}",
        f"{COOKIE}=" + "1" * 28_000,
        f"{COOKIE}=1." + "a" * 28_000,
        f"{COOKIE}=1.a~" + "a." * 14_000 + "!",
        (COOKIE + " ") * 1_700,
        f"{COOKIE}=1; " + "=" * 28_000,
    ]
    headers = [{"cookie": one.strip()} for one in forms]
    headers += [
        {"x-api-key": "rwk_eyJ" + "a." * 14_000 + "!"},
        {"authorization": "Bearer " + " " * 28_000 + "rwk_eyJ"},
        {"authorization": "Bearer rwk_eyJ~" + "a" * 28_000 + "!"},
    ]
    with scene.stage.client() as client:
        ask(client, scene.url(path))
        for one in headers:
            begun = time.monotonic()
            assert ask(client, scene.url(path), headers=one).status_code in {200, 401}
            assert time.monotonic() - begun < 2.0, str(one)[:60]


def test_the_assertion_verifies_for_services_and_nowhere_else(scene: IdentityStage) -> None:
    session = scene.session()
    _, (seen,) = scene.seen(cookie=f"{COOKIE}={scene.enter(session)}")
    (assertion,) = seen.values("x-ringwall-assertion")
    keys = scene.get("/.well-known/ringwall/assertions.json", host="id.localhost").json()
    kid = jwt.get_unverified_header(assertion)["kid"]
    key = next(jwt.PyJWK(one) for one in keys["keys"] if one["kid"] == kid)
    told = jwt.decode(
        assertion,
        key,
        algorithms=["ES256"],
        audience=scene.facts.origin_of(APP),
        issuer=issuer(scene.facts.origin, Purpose.ASSERTION),
        options={"require": ["exp", "iat", "sub"]},
    )
    assert told["sub"] == session.user.subject
    assert told["roles"] == ["buyer", "seller"]
    assert datetime.fromtimestamp(told["exp"], UTC) > datetime.now(UTC)
    assert "d" not in keys["keys"][0], "public halves only"
    for purpose in KINDS:
        assert scene.get(**shown(purpose, assertion)).status_code == 401


@pytest.mark.parametrize(
    "evil", ["a\r\nx-evil: 1", "a\nx-evil: 1", "a\rb", "a\0b", "a\u00e9b", "a,b; c", "a" * 3000]
)
def test_no_claim_becomes_a_header_of_its_own(scene: IdentityStage, evil: str) -> None:
    """Even if somebody's role came to hold a line's end, services are told no other line."""
    for name in ("email", "scope", "tenant", "sub"):
        token = scene.issue(Purpose.SESSION, scene.proven(**{name: evil}))
        mark = scene.mark()
        scene.get(f"/required/{mark}", **shown(Purpose.SESSION, token))
        for seen in scene.about(mark):
            assert seen.values("x-evil") == []
    assert scene.recorder.broken == []
