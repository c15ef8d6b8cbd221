"""The outside world of an ACME client, in one process: name servers, the server, its way to hosts.

Run by the Python of the tools environment, which holds acme2certifier: ``python acme_world.py
<folder> <port for http-01> <port for tls-alpn-01>``. Writes ``address`` into the folder when ready.
While a test keeps ``held-order`` there no new order is taken; with ``held-check``, none is checked.

The server's checks are all on. It connects to ports 80 and 443 of the addresses it resolves; a
proxy in its own configuration (``proxy_server_list``) leads those two to ports the test listens on,
so that no privilege is needed. Two things it lacks are added from here: dnspython always asks port
53, so its resolver's port is moved to that of the name server below; and acme2certifier 0.46.3
reads its proxy setting but does not hand it to its validators.
"""

import importlib
import os
import socket
import socketserver
import ssl
import sys
import threading
import time
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


def serve(server: socketserver.BaseServer) -> int:
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    address: Any = server.server_address
    return int(address[1])


class NameServer(socketserver.BaseRequestHandler):
    """Every name has the address 127.0.0.1, but those that begin with ``nowhere``."""

    def handle(self) -> None:
        message: Any = importlib.import_module("dns.message")
        rrset: Any = importlib.import_module("dns.rrset")
        data, sock = self.request
        query = message.from_wire(data)
        question = query.question[0]
        answer = message.make_response(query)
        if question.name.to_text().startswith("nowhere"):
            answer.set_rcode(3)
        elif question.rdtype == 1:
            answer.answer.append(rrset.from_text(question.name, 60, "IN", "A", "127.0.0.1"))
        sock.sendto(answer.to_wire(), self.client_address)


class Proxy(socketserver.StreamRequestHandler):
    """An HTTP proxy with two destinations: port 443 by CONNECT, everything else port 80."""

    http_port = 0
    tls_port = 0
    held = Path()

    def handle(self) -> None:
        request = self.rfile.readline()
        while_held(self.held)
        method, target, _ = request.decode().split(" ", 2)
        head = b""
        while (line := self.rfile.readline()) not in {b"\r\n", b""}:
            head += line
        if method == "CONNECT":
            port = self.tls_port if target.endswith(":443") else 9
            with socket.create_connection(("127.0.0.1", port)) as onward:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=pump, args=(onward, self.connection))
                back.start()
                pump(self.connection, onward)
                back.join()
            return
        path = "/" + target.split("/", 3)[3]
        with socket.create_connection(("127.0.0.1", self.http_port)) as onward:
            onward.sendall(f"{method} {path} HTTP/1.1\r\n".encode() + head + b"\r\n")
            pump(onward, self.connection)


def pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class ThreadedWSGIServer(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def address_string(self) -> str:
        return str(self.client_address[0])

    def get_environ(self) -> dict[str, Any]:
        # Now, not once it is answered: who has its answer may count the requests in the log.
        super().log_request()
        return {**super().get_environ(), "wsgi.url_scheme": "https", "HTTPS": "on"}

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def while_held(what: Path) -> None:
    """Wait as long as a test holds something up by a file."""
    while what.exists():
        time.sleep(0.02)


def holding_orders(application: Any, held: Path) -> Any:
    def held_up(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"].endswith("/neworder"):
            while_held(held)
        return application(environ, start_response)

    return held_up


def use_name_server(port: int) -> None:
    resolver: Any = importlib.import_module("dns.resolver")
    reset = resolver.Resolver.reset

    def reset_and_move(self: Any) -> None:
        reset(self)
        self.port = port

    resolver.Resolver.reset = reset_and_move


def hand_proxy_to_validators() -> None:
    challenge: Any = importlib.import_module("acme2certifier.acme_srv.challenge").Challenge
    load = challenge._load_proxy_configuration

    def load_and_hand_on(self: Any, config: Any) -> None:
        load(self, config)
        self.config.proxy_server_list = self.proxy_server_list

    challenge._load_proxy_configuration = load_and_hand_on


def main() -> None:
    folder = Path(sys.argv[1])
    Proxy.http_port, Proxy.tls_port = int(sys.argv[2]), int(sys.argv[3])
    Proxy.held = folder / "held-check"
    names = socketserver.ThreadingUDPServer(("127.0.0.1", 0), NameServer)
    proxy = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy)
    proxy.daemon_threads = True
    use_name_server(serve(names))
    proxy_url = f"http://127.0.0.1:{serve(proxy)}"

    config = folder / "acme_srv.cfg"
    config.write_text(config.read_text().replace("@PROXY@", proxy_url))
    os.environ["ACME_SRV_CONFIGFILE"] = str(config)
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            del os.environ[name]
    hand_proxy_to_validators()
    application = importlib.import_module("acme2certifier.share.acme2certifier_wsgi").application
    server = make_server(
        "127.0.0.1",
        0,
        holding_orders(application, folder / "held-order"),
        server_class=ThreadedWSGIServer,
        handler_class=Quiet,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.crt", folder / "server.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    (folder / "address.new").write_text(f"https://127.0.0.1:{server.server_port}/directory")
    (folder / "address.new").rename(folder / "address")
    server.serve_forever(0.02)


if __name__ == "__main__":
    main()
