"""An OpenID provider for tests, built on Authlib's tokens, that can be made to lie."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey

from ringwall.access.guarding import MACHINE


class OpenId:
    """One provider at ``issuer``. ``claims`` is what it says of people; ``lies`` changes tokens."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
        self.claims: dict[str, Any] = {}
        self.lies: dict[str, Any] = {}
        self.header: dict[str, Any] = {"alg": "ES256", "kid": "one"}
        self.signing_key: Any = self.key
        self.user_info: dict[str, Any] = {}
        self.down = False
        self.asked: list[str] = []
        self.discovery: dict[str, Any] = {}
        self._codes: dict[str, dict[str, str]] = {}

    def authorize(self, url: str) -> str:
        """What a browser gets that comes to ``url`` and whose person agrees: where to go back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        query = urlencode({"code": code, "state": asked["state"]})
        return f"{asked['redirect_uri']}?{query}"

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """What a path says."""
        self.asked.append(path)
        if self.down:
            return 503, {}
        match path:
            case "/.well-known/openid-configuration":
                return 200, {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "userinfo_endpoint": f"{self.issuer}/userinfo",
                    "jwks_uri": f"{self.issuer}/jwks",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                    **self.discovery,
                }
            case "/jwks":
                return 200, {"keys": [self.key.as_dict(private=False)]}
            case "/userinfo":
                return 200, {**self.claims, **self.user_info}
            case "/token":
                return self._token(form)
        return 404, {}

    def _auth_time(self, asked: dict[str, str], now: int) -> int | None:
        """When the person signed in over there: said when it was asked for."""
        if "max_age" not in asked:
            return None
        return now if asked.get("prompt") == "login" else now - 3600

    def _token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self._codes.pop(form["code"], None)
        if asked is None or form.get("client_secret") != "a shared secret":
            return 400, {"error": "invalid_grant"}
        if create_s256_code_challenge(form["code_verifier"]) != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        said = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + 60,
            "nonce": asked.get("nonce"),
            "auth_time": self._auth_time(asked, now),
            **self.claims,
            **self.lies,
        }
        said = {name: value for name, value in said.items() if value is not None}
        token = jwt.encode(self.header, said, self.signing_key, algorithms=[self.header["alg"]])
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": token}


@contextmanager
def serving() -> Iterator[OpenId]:
    """Run a provider on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer({name: values[0] for name, values in parse_qs(body).items()})

        def _answer(self, form: dict[str, str]) -> None:
            status, told = provider.answer(urlsplit(self.path).path, form)
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = OpenId(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def connect(north: Any, provider: OpenId, **more: Any) -> Any:
    """North's connection to a provider that runs here."""
    from ringwall.identity.sso import connections

    return connections.create(
        north,
        slug="north-id",
        name="North ID",
        provider=connections.Oidc(
            issuer=provider.issuer, client_id="us", client_secret="a shared secret"
        ),
        private_network=True,
        **more,
        by=MACHINE,
    )
