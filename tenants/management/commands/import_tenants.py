"""`manage.py import_tenants`: tenants and WCS instances from a file, all or nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from tenants.management.plain_help import PlainHelpCommand
from tenants.transfer.reading.source import Source, read_content
from tenants.transfer.terminal import add_report_arguments, run_and_print


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
         "enabled": true, "internal_rate": "0.00"}],
      "callees": [
        {"alias": "sales", "target": "+4930123456", "default": true, "keypad": false,
         "fallback": ["help"], "limits": {"concurrent_calls": 1}}],
      "streams": [
        {"alias": "studio", "name": "acme-studio-4f1c", "may_publish": true, "may_play": true,
         "publishers": 1, "players": 10, "longest_seconds": 3600}],
      "stream_publishers": 10, "stream_players": 100,
      "message_operations": ["chat"], "message_bytes": 4096, "messages_a_minute": 20,
      "messages_a_minute_of_all": 600,
      "country": "DE", "currency": "EUR", "time_zone": "Europe/Berlin",
      "limits": {
        "concurrent_calls": 2, "calls_per_second": 1, "calls_per_minute": null,
        "calls_per_hour": 60, "calls_per_day": 100, "call_seconds": 1800,
        "minutes_per_day": null, "minutes_per_month": null, "money_per_day": "20.00",
        "money_per_month": "200.00", "price_per_minute": "0.20",
        "visitor": {"calls_per_10_minutes": 3, "calls_per_hour": 7, "calls_per_day": 15,
                    "callees_per_hour": 2}},
      "destinations": {"countries": ["DE"], "types": ["fixed_line", "mobile", "toll_free"]},
      "hours": {"mon-fri": ["09:00-17:00"], "sat": []}, "holidays": ["2026-12-25"]}],
   "wcs_instances": [
     {"name": "acme-1", "key": "...", "signing_secret": "...", "unsigned": false,
      "app_key": "defaultApp", "tenants": ["acme"],
      "rest_api": {"url": "https://wcs.example:8444/rest-api", "user": "...", "password": "..."}}]}

A new tenant needs slug and name, a domain its origin, a SIP account login, domain and password, a
callee alias and target, a stream alias and name, an instance its name. Every other key may be left
out. "default_callee": null means none, and "signing_secret": "" with "unsigned": true drops the
secret: hooks are then answered without a signature.

A tenant, a domain, a SIP account and a callee may each have "limits", and every limit that applies
must hold. An absent key leaves what is there, null lifts that limit; a new tenant starts with the
safe limits above. Money is text with a decimal point, in the tenant's currency.
"destinations" are the countries and types that may be called: fixed_line, mobile, toll_free, voip;
null is the tenant's own country with the first three. A callee's own "destinations" are opened for
it alone, and may be costly: premium_rate, satellite (country "001"), shared_cost, personal_number,
uan, pager, voicemail, unknown, invalid.
"hours" are in the tenant's time zone; days that are not given are closed, null is always open. A
time may go over midnight: "22:00-02:00". On "holidays" the tenant is closed all day.
"internal_rate" is the price per minute of calls to extensions and SIP URIs. Without one they are
refused while money is limited, and so are numbers without a rate (`manage.py import_rates`): the
report warns of each such callee.

"streams" are those that visitors may publish and play: the page names the alias, WCS gets the name,
which belongs to one alias alone. "stream_publishers" and "stream_players" hold for all of a tenant.
"message_operations" are the messages that pages may send; [] is none.

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
  An origin is never moved from one tenant to another: delete it there first. Several tenants may
  have one that every mobile app has, like capacitor://localhost, if no WCS instance serves two.
  A callee becomes the default only if the old default says "default": false in the same file.
  Secrets are never printed.

A second run of the same file changes nothing. With any problem nothing is changed, and every
problem is listed with its place, like tenants[3].domains[0].origin (the first one is [0]).

The output has a line for each row, "+" added and "~" changed, then the counts. With --json it is
one object: status ("done", "nothing to change", "problems"), dry_run, counts, changes, problems,
warnings.

Exit code 0: done, or nothing to change; 1: problems, and nothing is changed."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            metavar="FILE",
            help="*.json, *.yaml or *.yml; - reads either from standard input",
        )
        add_report_arguments(parser)

    def handle(self, *, file: str, dry_run: bool, json: bool, **options: Any) -> None:
        run_and_print(self, lambda: Source(file, read_content(file)), file, dry_run, json)
