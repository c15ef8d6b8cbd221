"""The notary: a process that alone has the log's private key, and signs only what continues.

``keyring`` keeps the keys, ``signing`` what was signed last and the refusal of all that does not
continue it, ``asking`` how it is asked over a socket, ``process`` is the process and ``client``
asks it.

Whoever takes over the process that collects events can have false events signed from then on. What
was signed before they cannot have signed otherwise.
"""
