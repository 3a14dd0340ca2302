"""The secrets of a row: compared without being shown, kept where the file leaves them out."""

from __future__ import annotations

from tenants.models import WcsInstance
from tenants.models.wcs_instance import new_signing_secret
from tenants.secrets.encryption import Secret, SecretUnreadable
from tenants.transfer.problems import Problems
from tenants.transfer.rows import Row
from tenants.transfer.tables import SIP_ACCOUNT, WCS_INSTANCE

SIGNING = "signing_secret"
EMPTY = "This field cannot be blank."
EMPTY_SIGNING = (
    "This field cannot be blank; leave the key out, and the secret is kept or, "
    "for a new instance, generated."
)
DROP = 'To drop the secret that it has, give "signing_secret": "" too.'
STORED_UNREADABLE = (
    "The stored one does not open with this server's keys (CLICKHOOK_ENCRYPTION_KEYS), "
    "so they cannot be compared."
)


def compare_secrets(row: Row, problems: Problems) -> None:
    if row.table is SIP_ACCOUNT and "password" in row.values:
        _compare_password(row, row.values["password"], problems)
    if row.table is WCS_INSTANCE and "rest_api_password" in row.values:
        _compare_rest_api_password(row, row.values["rest_api_password"], problems)
    if row.table is WCS_INSTANCE and SIGNING not in row.wrong and "unsigned" not in row.wrong:
        _compare_signing_secret(row, problems)


def _compare_password(row: Row, given: Secret, problems: Problems) -> None:
    if given.matches(""):
        problems.add(row.place_of("password"), EMPTY)
    elif row.is_new or not _is_same(row, "password", given, problems):
        row.record.password = given
        row.record.forget_next_password()
        row.add_difference("password", how=row.how_given)


def _compare_rest_api_password(row: Row, given: Secret, problems: Problems) -> None:
    stored = row.record.rest_api_password
    if given.matches(""):
        if stored is not None:
            row.record.rest_api_password = None
            row.add_difference("rest_api_password", how="removed")
    elif not _is_same(row, "rest_api_password", given, problems):
        row.record.rest_api_password = given
        row.add_difference("rest_api_password", how=row.how_given)


def _compare_signing_secret(row: Row, problems: Problems) -> None:
    given: Secret | None = row.values.get(SIGNING)
    if row.values.get("unsigned", row.record.unsigned):
        _remove_signing_secret(row, given, problems)
    elif given is None:
        _generate_signing_secret(row)
    elif given.matches(""):
        problems.add(row.place_of(SIGNING), EMPTY_SIGNING)
    elif not _is_same(row, SIGNING, given, problems):
        _replace_signing_secret(row.record, given)
        row.add_difference(SIGNING, how=row.how_given)


def _remove_signing_secret(row: Row, given: Secret | None, problems: Problems) -> None:
    stored = row.record.signing_secret or row.record.previous_signing_secret
    if given is not None and not given.matches(""):
        problems.add(row.place_of(SIGNING), _either_message(row.record))
    elif stored and given is None:
        problems.add(row.place_of("unsigned"), f"{_either_message(row.record)} {DROP}")
    elif stored:
        row.record.signing_secret = row.record.previous_signing_secret = None
        row.add_difference(SIGNING, how="removed")


def _generate_signing_secret(row: Row) -> None:
    """For an instance that is new or begins to sign.

    A signed instance without a secret was made so on purpose, and is left alone.
    """
    if row.is_new or row.record.unsigned:
        row.record.signing_secret = new_signing_secret()
        row.add_difference(SIGNING, how="generated")


def _replace_signing_secret(instance: WcsInstance, given: Secret) -> None:
    if instance.signing_secret is None:
        instance.signing_secret = given
    else:
        instance.rotate_signing_secret(given)


def _is_same(row: Row, name: str, given: Secret, problems: Problems) -> bool:
    stored: Secret | None = getattr(row.record, name)
    try:
        return stored is not None and stored.matches(given)
    except SecretUnreadable:
        # Not simply replaced: with the wrong keys in the environment, an import would
        # overwrite every secret there is.
        problems.add(row.place_of(name), STORED_UNREADABLE)
        return True


def _either_message(instance: WcsInstance) -> str:
    constraints = {constraint.name: constraint for constraint in instance._meta.constraints}
    return str(constraints["wcs_instance_unsigned_has_no_secret"].get_violation_error_message())
