"""Single sign-on: an organisation's own identity provider proves who its people are.

A **connection** is one provider, spoken to by OpenID Connect or SAML 2.0. A **domain** is a mail
domain that the organisation has shown to be its own; a connection speaks for people of its
organisation's domains and for nobody else.
"""
