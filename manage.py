#!/usr/bin/env python
"""Runs clickhook's commands; the embedded PostgreSQL is up while one of them works."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clickhook.settings")
    from django.core.management import execute_from_command_line

    from clickhook.database_refusals import refusals_in_a_sentence
    from clickhook.key_refusals import unusable_keys_in_a_sentence
    from clickhook.postgres import for_command
    from tenants.audit.acting import commanded

    with (
        refusals_in_a_sentence(),
        unusable_keys_in_a_sentence(),
        for_command(sys.argv[1:]),
        commanded(sys.argv[1:]),
    ):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)  # as a shell has it
