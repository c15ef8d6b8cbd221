"""Connections over TLS that are closed whatever happens to them."""

import socket
import ssl


def over_tls(
    context: ssl.SSLContext,
    port: int,
    *,
    host: str | None = "localhost",
    timeout: float = 10.0,
    source: str | None = None,
    holds: int | None = None,
    session: ssl.SSLSession | None = None,
) -> ssl.SSLSocket:
    """A connection to a port of this machine, its handshake done; ``OSError`` where it fails.

    It is wrapped before it is made. The other way round, Python leaves it open where the other
    side ends it between the two, as one that is killed does, and one that refuses an address.

    Args:
        context: what is trusted and shown
        port: of 127.0.0.1
        host: the name to ask for
        timeout: in seconds, of each step
        source: the address to come from
        holds: how many bytes it may hold that were not read yet
        session: an earlier one, to be resumed
    """
    sock = context.wrap_socket(socket.socket(), server_hostname=host, session=session)
    try:
        if holds is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, holds)
        if source is not None:
            sock.bind((source, 0))
        sock.settimeout(timeout)
        sock.connect(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock
