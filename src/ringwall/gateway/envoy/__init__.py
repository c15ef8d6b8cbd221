"""Envoy's configuration, built by pure functions, one file a concern.

Every builder takes typed configuration and returns plain JSON values in the shape of Envoy's v3
API (https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/api). :mod:`.edge` and :mod:`.sidecar`
put them together. Nothing here reads a clock, a file or a socket.
"""
