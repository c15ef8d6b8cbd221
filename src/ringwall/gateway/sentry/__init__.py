"""The sentry: a small process that sees attacks on the edge, and is never on a request's way.

Four times a second it reads what the edge's Envoy counts, how much its workers want of the
processor, and which connections the kernel has. Nouns: a *reading* is what was read at one moment;
a *sample* is what a second came to, by two readings; a *signal* is one of its numbers; an *attack*
is opened, grows and ends by samples alone (:mod:`.recognising`).

The process imports nothing but what it needs: no Django, no models of the configuration. It is told
what it has to know as it is started (:mod:`.settings`). If it dies the edge's limits, lists and
breakers go on by themselves.
"""
