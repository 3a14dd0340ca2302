#!/usr/bin/env python
"""Runs clickhook's commands; the embedded PostgreSQL is up while one of them works."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clickhook.settings")
    from django.core.management import execute_from_command_line

    from clickhook.postgres import for_command

    with for_command(sys.argv[1:]):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
