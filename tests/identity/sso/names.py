"""A name server for tests: it answers for one TXT record, on loopback, and for nothing else."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset


class Names:
    """What the server knows: texts by name. ``asked`` is what it was asked for."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.asked: list[str] = []
        self.resolver = dns.resolver.Resolver(configure=False)

    def answer(self, asked: bytes) -> bytes:
        """The answer to a question, as it goes over the wire (RFC 1035)."""
        question = dns.message.from_wire(asked)
        answer = dns.message.make_response(question)
        name = question.question[0].name.to_text().rstrip(".").lower()
        self.asked.append(name)
        text = self.texts.get(name)
        if text is None or question.question[0].rdtype != dns.rdatatype.TXT:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            # Long texts stand in several strings, and others' records beside ours.
            half = len(text) // 2
            for one in ('"v=spf1 -all"', f'"{text[:half]}" "{text[half:]}"'):
                answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", one))
        return answer.to_wire()


@contextmanager
def serving() -> Iterator[Names]:
    """Run a name server on a free port."""
    names = Names()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked, socket = self.request
            socket.sendto(names.answer(asked), self.client_address)

    server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
    names.resolver.nameservers = ["127.0.0.1"]
    names.resolver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield names
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
