"""People."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone


class People(BaseUserManager["User"]):
    """Make people, with a password or without."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> "User":
        """Return a new person; without a password nobody can sign in by one."""
        person = self.model(email=email.strip().lower(), **more)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> "User":
        """Look a person up by mail address, however it is written."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person. ``id`` is the subject of tokens and never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField(default=timezone.now)
    external_id = models.CharField(max_length=255, blank=True)
    """What a provisioning system (SCIM) calls them."""

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = People()

    def __str__(self) -> str:
        return self.email

    @property
    def subject(self) -> str:
        """The ``sub`` of this person's tokens."""
        return self.id.hex

    def get_full_name(self) -> str:
        """What others call them."""
        return self.name or self.email

    def in_full(self) -> str:
        """The same with the mail address, once."""
        return f"{self.name} ({self.email})" if self.name else self.email

    def get_short_name(self) -> str:
        """The same, shorter."""
        return self.name.partition(" ")[0] or self.email.partition("@")[0]


class KnownOwner(models.Model):
    """Who owned the company when owners were told last; ``user_id`` may be of nobody any more."""

    user_id = models.UUIDField(primary_key=True)
    email = models.EmailField(max_length=254)

    def __str__(self) -> str:
        return self.email


class RecoveryLink(models.Model):
    """A one-time link made on the host that lets a person in to set up new factors."""

    secret_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    reason = models.TextField()
    made_by = models.CharField(max_length=150)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"recovery of {self.user_id}"
