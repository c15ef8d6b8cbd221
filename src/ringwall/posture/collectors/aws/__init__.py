"""What is read of Amazon Web Services: a file for each service, with ``LISTINGS`` and ``DETAILS``.

A listing finds components, a detail reads one aspect of one component. Calls that tell of many
components at once come first.
"""
