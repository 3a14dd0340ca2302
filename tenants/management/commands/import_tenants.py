"""`manage.py import_tenants`: tenants and WCS instances from a file, all or nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from tenants.management.plain_help import PlainHelpCommand
from tenants.transfer.reading.source import Source, read_content
from tenants.transfer.terminal import run_and_print


class Command(PlainHelpCommand):
    help = """Add and change tenants and WCS instances as a JSON or YAML file says: all, or nothing.

The shape:

  {"tenants": [
     {"slug": "acme", "name": "Acme Ltd", "status": "active", "sip_register_required": false,
      "domains": [
        {"origin": "https://www.acme.example", "include_subdomains": false,
         "default_callee": "sales"}],
      "sip_accounts": [
        {"login": "10001", "domain": "sip.acme.example", "password": "...",
         "authentication_name": "10001", "outbound_proxy": "203.0.113.5", "port": 5060,
         "enabled": true}],
      "callees": [
        {"alias": "sales", "target": "+4930123456", "default": true}]}],
   "wcs_instances": [
     {"name": "acme-1", "key": "...", "signing_secret": "...", "unsigned": false,
      "app_key": "defaultApp", "tenants": ["acme"]}]}

A new tenant needs slug and name, a domain its origin, a SIP account login, domain and password, a
callee alias and target, an instance its name. Every other key may be left out.
"default_callee": null means none, and "signing_secret": "" with "unsigned": true drops the secret:
hooks are then answered without a signature.

YAML has the same keys. Where text is expected, a number, true or false needs quotes
(login: "10001").

The rules:

  A row is recognised by its slug, origin (https://WWW.acme.example:443 is
  https://www.acme.example), login and domain, alias, or name. It is added if it does not exist,
  and changed if it differs.
  What the file does not mention stays as it is, rows and fields: nothing is ever deleted.
  "tenants" of an instance is the exception: where it is given, it is the complete list.
  A password or signing secret that is left out is kept. A new instance without a key or secret
  gets generated ones, which `manage.py wcs_config NAME` shows. A new signing secret replaces the
  old one, and the old one is still accepted until it is forgotten.
  An origin is never moved from one tenant to another: delete it there first.
  A callee becomes the default only if the old default says "default": false in the same file.
  Secrets are never printed.

A second run of the same file changes nothing. With any problem nothing is changed, and every
problem is listed with its place, like tenants[3].domains[0].origin (the first one is [0]).

The output has a line for each row, "+" added and "~" changed, then the counts. With --json it is
one object: status ("done", "nothing to change", "problems"), dry_run, counts, changes, problems.

Exit code 0: done, or nothing to change; 1: problems, and nothing is changed."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            metavar="FILE",
            help="*.json, *.yaml or *.yml; - reads either from standard input",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="change nothing, but print the same report"
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *, file: str, dry_run: bool, json: bool, **options: Any) -> None:
        run_and_print(self, lambda: Source(file, read_content(file)), file, dry_run, json)
