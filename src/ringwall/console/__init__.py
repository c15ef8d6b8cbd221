"""The console: pages of the company for what lies below identity, the log and the inventory.

An interface in front of the modules below it, without logic of its own. It stands in the row of the
command line and the API and not in ``identity``, which knows people and organisations: what is
shown here is somebody else's, and who may see it is asked of identity (``pages.company``).
"""
