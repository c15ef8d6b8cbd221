"""Provisioning by SCIM 2.0 (RFC 7643, RFC 7644): an organisation's directory keeps its people here.

Each organisation has its own tokens and sees only its own records. A record becomes a membership
by itself for people of the organisation's own mail domains; everybody else is invited.
"""
