"""The secrets of a row: compared without being shown, kept where the file leaves them out."""

from __future__ import annotations

from tenants.models import WcsInstance
from tenants.models.wcs_instance import new_signing_secret
from tenants.secrets.encryption import Secret, SecretUnreadable
from tenants.transfer.problems import Problems
from tenants.transfer.rows import Row
from tenants.transfer.tables import SIP_ACCOUNT, WCS_INSTANCE

EMPTY = "This field cannot be blank."
LEAVE_OUT = "This field cannot be blank; leave the key out, and the secret is kept or, for a new instance, generated."
DROP = 'To drop the secret that it has, give "signing_secret": "" too.'
LOST = "The stored one does not open with this server's keys (CLICKHOOK_ENCRYPTION_KEYS), so they cannot be compared."
SIGNING = "signing_secret"


def compare(row: Row, problems: Problems) -> None:
    if row.table is SIP_ACCOUNT and "password" in row.values:
        _password(row, row.values["password"], problems)
    if row.table is WCS_INSTANCE and SIGNING not in row.wrong and "unsigned" not in row.wrong:
        _signing_secret(row, problems)


def _password(row: Row, given: Secret, problems: Problems) -> None:
    if given.matches(""):
        problems.add(row.at("password"), EMPTY)
    elif row.is_new or not _same(row, "password", given, problems):
        row.record.password = given
        row.differ("password", how=row.how_given)


def _signing_secret(row: Row, problems: Problems) -> None:
    given: Secret | None = row.values.get(SIGNING)
    if row.values.get("unsigned", row.record.unsigned):
        _unsigned(row, given, problems)
    elif given is None:
        _generated(row)
    elif given.matches(""):
        problems.add(row.at(SIGNING), LEAVE_OUT)
    elif not _same(row, SIGNING, given, problems):
        _rotate(row.record, given)
        row.differ(SIGNING, how=row.how_given)


def _unsigned(row: Row, given: Secret | None, problems: Problems) -> None:
    held = row.record.signing_secret or row.record.previous_signing_secret
    if given is not None and not given.matches(""):
        problems.add(row.at(SIGNING), _either_or(row.record))
    elif held and given is None:
        problems.add(row.at("unsigned"), f"{_either_or(row.record)} {DROP}")
    elif held:
        row.record.signing_secret = row.record.previous_signing_secret = None
        row.differ(SIGNING, how="removed")


def _generated(row: Row) -> None:
    """Where an instance is new or begins to sign. One that answers nobody was made so on purpose and is left alone."""
    if row.is_new or row.record.unsigned:
        row.record.signing_secret = new_signing_secret()
        row.differ(SIGNING, how="generated")


def _rotate(instance: WcsInstance, given: Secret) -> None:
    if instance.signing_secret is None:
        instance.signing_secret = given
    else:
        instance.rotate_signing_secret(given)


def _same(row: Row, name: str, given: Secret, problems: Problems) -> bool:
    stored: Secret | None = getattr(row.record, name)
    try:
        return stored is not None and stored.matches(given)
    except SecretUnreadable:
        # Not simply replaced: with the wrong keys in the environment that would overwrite every secret there is.
        problems.add(row.at(name), LOST)
        return True


def _either_or(instance: WcsInstance) -> str:
    constraints = {constraint.name: constraint for constraint in instance._meta.constraints}
    return str(constraints["wcs_instance_unsigned_has_no_secret"].get_violation_error_message())
