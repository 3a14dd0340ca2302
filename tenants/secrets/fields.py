"""A model field that holds a secret: sealed in the database, dots in Python."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from tenants.secrets.encryption import KeyRing, SealedSecret, Secret, place

if TYPE_CHECKING:
    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


@lru_cache(maxsize=2)
def _parse_ring(keys: str) -> KeyRing:
    return KeyRing.parse(keys, settings.CLICKHOOK_KEY_FILE)


def key_ring() -> KeyRing:
    """The ring of this process. Raises KeyRingError when the setting is missing or malformed."""
    return _parse_ring(settings.CLICKHOOK_ENCRYPTION_KEYS)


class _Token(str):
    """A sealed token as it came from the database; plain text is never of this type."""


class SecretField(_TextField):
    """The attribute takes text or a Secret, and gives a Secret or None.

    The secret is sealed to its row: the model has its primary key before it is saved, and names
    the owner as `tenant_id` if it has one.
    """

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False
    ) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _SecretAttribute(self))

    def place(self, instance: models.Model) -> str:
        return place(
            getattr(instance, "tenant_id", None), self.model._meta.db_table, instance.pk, self.name
        )

    def stored(self, token: str, row: object, tenant: object = None) -> SealedSecret:
        """A token that was read without its model, as the statements of the hooks read it."""
        where = place(tenant, self.model._meta.db_table, row, self.name)
        return SealedSecret(token, where, key_ring())

    def from_db_value(self, value: str, *args: object) -> _Token:
        return _Token(value)

    def to_python(self, value: Any) -> Any:
        """Cleaning a row passes its values through here: as text, a secret would become dots."""
        return value if isinstance(value, Secret) else super().to_python(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        secret = getattr(model_instance, self.attname)
        if secret is None:
            return ""
        if not isinstance(secret, SealedSecret):
            token = key_ring().seal(secret.reveal(), self.place(model_instance))
            setattr(model_instance, self.attname, _Token(token))
            return token
        return secret.token

    def get_prep_value(self, value: Any) -> str:
        if isinstance(value, Secret) and not isinstance(value, SealedSecret):
            raise TypeError("A secret is sealed when its row is saved, not in a query.")
        return value.token if isinstance(value, SealedSecret) else value or ""

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("A secret is not serialised.")


def secret_field(model: type[models.Model], name: str) -> SecretField:
    field = model._meta.get_field(name)
    assert isinstance(field, SecretField)  # noqa: S101 - the caller names one of ours
    return field


class _SecretAttribute:
    def __init__(self, field: SecretField) -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        if self.field.attname not in instance.__dict__:
            instance.refresh_from_db(fields=[self.field.attname])

        stored = instance.__dict__[self.field.attname]
        if isinstance(stored, _Token):
            return SealedSecret(stored, self.field.place(instance), key_ring())
        return stored

    def __set__(self, instance: models.Model, value: Secret | str | None) -> None:
        if isinstance(value, str) and not isinstance(value, _Token):
            value = Secret(value)

        is_empty = not value or (type(value) is Secret and not value.reveal())
        instance.__dict__[self.field.attname] = None if is_empty else value
