"""SAML answers for tests, signed by signxml: right ones, and each of the ways to be wrong."""

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import methods
from signxml.signer import XMLSigner

from ringwall.access.guarding import MACHINE

ENTITY = "https://idp.north.example/saml"
ORIGIN = "https://id.shop.localhost:8443"
ACS = f"{ORIGIN}/sign-on/north-saml/acs"
AUDIENCE = f"{ORIGIN}/sign-on/north-saml/metadata"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"


class Signer:
    """A key with a certificate of its own."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
            .sign(self.key, hashes.SHA256())
        )
        self.certificate = made.public_bytes(serialization.Encoding.PEM).decode()

    def sign(self, element: Any) -> Any:
        """Sign an element in place of its ``Signature`` placeholder."""
        pem = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        signer = XMLSigner(
            method=methods.enveloped,
            signature_algorithm="rsa-sha256",
            digest_algorithm="sha256",
            c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#",
        )
        return signer.sign(
            element, key=pem, cert=self.certificate, reference_uri=f"#{element.get('ID')}"
        )


@dataclass
class Words:
    """What an answer says; every part can be changed, or left out with ``None``."""

    request: str | None
    email: str = "ada@north.example"
    name_id: str | None = None
    assertion_id: str = "_a1"
    issuer: str = ENTITY
    audience: str | None = AUDIENCE
    recipient: str | None = ACS
    destination: str | None = ACS
    ends: timedelta | None = timedelta(minutes=5)
    begins: timedelta = timedelta(minutes=-5)
    outer_request: str | None = "same"
    groups: list[str] = field(default_factory=list)
    prefix: str = ""
    proven: timedelta = timedelta()

    def assertion(self) -> str:
        """The assertion, with a place for its signature."""
        now = datetime.now(UTC)
        groups = "".join(f"<saml:AttributeValue>{one}</saml:AttributeValue>" for one in self.groups)
        confirmed = "".join(
            f' {name}="{value}"'
            for name, value in {
                "InResponseTo": self.request,
                "Recipient": self.recipient,
                "NotOnOrAfter": None if self.ends is None else _time(now + self.ends),
            }.items()
            if value is not None
        )
        audience = (
            ""
            if self.audience is None
            else "<saml:AudienceRestriction>"
            f"<saml:Audience>{self.audience}</saml:Audience></saml:AudienceRestriction>"
        )
        end = _time(now + (self.ends or timedelta(minutes=5)))
        return (
            '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
            f' ID="{self.assertion_id}" Version="2.0" IssueInstant="{_time(now)}">'
            f"<saml:Issuer>{self.issuer}</saml:Issuer>"
            '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>'
            f'<saml:Subject><saml:NameID Format="{EMAIL}">{self.name_id or self.email}'
            "</saml:NameID><saml:SubjectConfirmation"
            ' Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            f"<saml:SubjectConfirmationData{confirmed}/></saml:SubjectConfirmation></saml:Subject>"
            f'<saml:Conditions NotBefore="{_time(now + self.begins)}" NotOnOrAfter="{end}">'
            f"{audience}</saml:Conditions>"
            f'<saml:AuthnStatement AuthnInstant="{_time(now + self.proven)}"><saml:AuthnContext>'
            "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
            "</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
            "<saml:AttributeStatement>"
            f'<saml:Attribute Name="groups">{groups}</saml:Attribute>'
            "</saml:AttributeStatement></saml:Assertion>"
        )

    def response(self, assertion: str) -> str:
        """The answer around an assertion."""
        request = self.request if self.outer_request == "same" else self.outer_request
        told = "".join(
            f' {name}="{value}"'
            for name, value in {"InResponseTo": request, "Destination": self.destination}.items()
            if value is not None
        )
        return (
            f'{self.prefix}<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'
            ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r1" Version="2.0"'
            f' IssueInstant="{_time(datetime.now(UTC))}"{told}>'
            f"<saml:Issuer>{self.issuer}</saml:Issuer><samlp:Status><samlp:StatusCode"
            ' Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
            f"{assertion}</samlp:Response>"
        )


def signed(words: Words, signer: Signer) -> str:
    """The assertion of ``words``, signed, as XML."""
    made = signer.sign(etree.fromstring(words.assertion()))
    text: str = etree.tostring(made, encoding="unicode")
    return text


def answer(words: Words, signer: Signer) -> str:
    """A right answer, as it is posted."""
    return posted(words.response(signed(words, signer)))


def posted(xml: str) -> str:
    return b64encode(xml.encode()).decode()


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def connect(north: Any, signer: Signer) -> Any:
    """North's connection to the provider that signs so."""
    from ringwall.identity.sso import connections

    return connections.create(
        north,
        slug="north-saml",
        name="North",
        provider=connections.Saml(
            entity_id=ENTITY,
            sso_url="https://idp.north.example/sso",
            certificates=(signer.certificate,),
        ),
        by=MACHINE,
    )
