"""Our own edge: Envoy in front of the services, built from configuration by pure functions.

Nouns: a *host* is a name the edge answers for; a *route* leads methods and a path template of some
hosts to a service; a *sidecar* is the small Envoy beside a service; a *version* is a configuration
as it was applied.
"""
