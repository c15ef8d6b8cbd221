"""A browser at an address of its own, as far as the host of sign-in and the challenge need one."""

import html
import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import urlencode

from tests.gateway.live.addresses import From
from tests.gateway.live.solving import NAVIGATION, solved

PASS: Final = "__Host-ringwall-pass"
_HIDDEN: Final = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Browser:
    """Keeps cookies, sends forms, and does what the challenge's page has it do.

    ``answers`` are the statuses that it got.
    """

    def __init__(self, client: From, authority: str, cookies: Mapping[str, str] = {}) -> None:
        self._client, self._authority = client, authority
        self.cookies = dict(cookies)
        self.answers: list[int] = []
        self.page = ""

    def goes(self, path: str) -> int:
        """Go to a page; the status of the answer, after the challenge if there was one."""
        status = self._asks(path)
        if "data-challenge" not in self.page:
            return status
        assert status == 503
        self.cookies[PASS] = solved(self.page)
        return self._asks(path)

    def sends(self, path: str, **fields: str) -> int:
        """Send the form of the page that was read last."""
        hidden = {name: html.unescape(value) for name, value in _HIDDEN.findall(self.page)}
        return self._asks(path, body=urlencode(hidden | fields))

    def _asks(self, path: str, *, body: str | None = None) -> int:
        headers = {**NAVIGATION, "Host": self._authority, "origin": f"https://{self._authority}"}
        if body is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        if self.cookies:
            headers["cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        method = "GET" if body is None else "POST"
        answer, self.page = self._client.reads(path, method=method, headers=headers, body=body)
        for one in answer.headers.get_all("set-cookie") or ():
            self.cookies.update({name: m.value for name, m in SimpleCookie(one).items()})
        self.answers.append(answer.status)
        return answer.status
