"""Single sign-on and provisioning of one organisation."""

from django.db import models
from django.utils import timezone

from ringwall.identity.models.organisations import Organisation


class Connection(models.Model):
    """An organisation's own identity provider, by OpenID Connect or SAML 2.0."""

    class Protocol(models.TextChoices):
        """How it is spoken to."""

        OIDC = "oidc", "OpenID Connect"
        SAML = "saml", "SAML 2.0"

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="connections"
    )
    slug = models.CharField(max_length=63, unique=True)
    name = models.CharField(max_length=100)
    protocol = models.CharField(max_length=10, choices=Protocol.choices)
    settings = models.JSONField(default=dict)
    """Its address, keys and names; secrets in it are encrypted."""
    enabled = models.BooleanField(default=True)
    just_in_time = models.BooleanField(default=True)
    """Whether people it proves become members by themselves."""
    default_roles = models.JSONField(default=list, blank=True)
    groups_claim = models.CharField(max_length=200, default="groups")
    created = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.slug


class GroupMapping(models.Model):
    """Members of a group, named by single sign-on or provisioning, have a role here."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="mappings"
    )
    group = models.CharField(max_length=255)
    role = models.CharField(max_length=100)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "group", "role"), name="one_mapping_each"
            ),
        )

    def __str__(self) -> str:
        return f"{self.group} is {self.role}"


class Domain(models.Model):
    """A mail domain that an organisation has shown to be its own."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="domains")
    name = models.CharField(max_length=253)
    token = models.CharField(max_length=64)
    verified = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("name",),
                condition=models.Q(verified__isnull=False),
                name="a_domain_is_verified_once",
            ),
        )

    def __str__(self) -> str:
        return self.name


class SeenAssertion(models.Model):
    """A SAML assertion that was taken, so that nobody shows it twice."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    assertion_hash = models.CharField(max_length=64)
    """Of its id, as :func:`ringwall.identity.secrets.hash_of` makes it."""
    until = models.DateTimeField(db_index=True)
    """When it is over by its own words; nobody needs to remember it then."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("connection", "assertion_hash"), name="an_assertion_is_taken_once"
            ),
        )

    def __str__(self) -> str:
        return f"an assertion of {self.connection_id}"


class ScimToken(models.Model):
    """What a provisioning system shows; only its hash is kept."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=100)
    secret_hash = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    last_use = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
