"""The REST API: what people and programs ask over HTTP, by the same services as everybody.

An interface in front of the modules below it, without logic of its own: it finds out who asks and
whether they may, records it, asks a service, and says what came of it in JSON. Errors are problems
(RFC 9457). What it offers is described at ``/api/v1/openapi.json``.
"""
