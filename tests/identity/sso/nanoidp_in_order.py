"""nanoidp as a program, with one thing put in order.

It puts the signature last in an assertion, where the schema of SAML has it after the issuer, and
so nobody who holds answers to the schema takes them. signxml signs in place of a placeholder.
"""

from typing import Any

from lxml import etree
from nanoidp.__main__ import main
from signxml.signer import XMLSigner

_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_ISSUER = "{urn:oasis:names:tc:SAML:2.0:assertion}Issuer"
_sign = XMLSigner.sign


def _in_order(self: XMLSigner, data: Any, *args: Any, **more: Any) -> Any:
    issuer = data.find(_ISSUER)
    if issuer is not None and data.find(_SIGNATURE) is None:
        issuer.addnext(etree.Element(_SIGNATURE, Id="placeholder"))
    return _sign(self, data, *args, **more)


XMLSigner.sign = _in_order  # type: ignore[method-assign]
main()
