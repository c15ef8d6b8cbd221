"""May they? Policies in Cedar, judged when they are loaded and compiled for the edge.

The nouns: a **principal** (user, API client, service, anonymous) asks for an **action** on a
**resource** (a route of the edge, or a service) in a **context**. **Policies** permit and forbid;
what nobody permits is denied. The **world** is what policies speak of, taken from the
configuration: from it comes the schema that they are judged by.
"""
