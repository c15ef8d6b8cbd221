"""The service behind both servers: ``python -m bench.siege.service SOCKET``, HTTP/1.1.

``/sick/500`` is answered with 500, ``/public/large`` with a MiB, a sign-in with 403 after the one
hash by Argon2id that a password takes, everything else with the same 512 bytes.
"""

import asyncio
import re
import sys
from typing import Final

from argon2 import PasswordHasher

SMALL: Final = b"x" * 512
LARGE: Final = b"x" * 1024**2
LOGIN: Final = b"POST /accounts/login/ "
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class _Answering(asyncio.Protocol):
    def __init__(self) -> None:
        self._rest, self._skip = b"", 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while self._rest:
            if self._skip:
                taken = min(self._skip, len(self._rest))
                self._rest, self._skip = self._rest[taken:], self._skip - taken
                continue
            head, end, rest = self._rest.partition(b"\r\n\r\n")
            if not end:
                return
            self._rest = rest
            found = _LENGTH.search(head)
            self._skip = int(found[1]) if found else 0
            self._transport.write(_answer(head))


def _answer(head: bytes) -> bytes:
    if head.startswith(LOGIN):
        _HASHER.hash("wrong")
        return _whole(b"403 Forbidden", b"no")
    path = head.partition(b" ")[2].partition(b" ")[0]
    if path == b"/sick/500":
        return _whole(b"500 Internal Server Error", b"sick")
    body = LARGE if path == b"/public/large" else SMALL
    return _whole(b"200 OK", body, only_head=head.startswith(b"HEAD "))


def _whole(status: bytes, body: bytes, *, only_head: bool = False) -> bytes:
    head = b"HTTP/1.1 %b\r\ncontent-type: text/plain\r\ncontent-length: %d\r\n\r\n"
    return head % (status, len(body)) + (b"" if only_head else body)


async def serve(path: str) -> None:
    """Answer until ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_unix_server(_Answering, path, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
