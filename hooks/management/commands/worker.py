"""`manage.py worker`: what has to be done between hooks."""

from __future__ import annotations

import asyncio
import json as json_text
import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from hooks.duties.worker import Worker
from tenants.management.plain_help import PlainHelpCommand

TELL_EVERY = 5.0  # seconds, with --json


class Command(PlainHelpCommand):
    help = """Do what has to be done between hooks, until SIGTERM or Ctrl-C.

  ending            has WCS end calls that must not go on, and tries again until it has
  ending streams    the same for streams
  reserving         reserves talk time and money of a call in advance, and settles ended calls
  alarming          raises an alarm for a call that WCS placed without our consent
  mailing           mails alarms to CLICKHOOK_ALARM_MAIL
  watching limits   tells when a limit is nearly used up (80 %), and when it is
  mailing notices, mailing call-backs, mailing about webhooks
                    mail that to CLICKHOOK_ALARM_MAIL too
  refusing          ends what turned up although its hook had been refused
  reconciling       compares the calls of each WCS with those that live here
  reaping sessions, reaping calls, reaping streams
                    close what nobody ended
  counting streams  counts an ended stream no more
  hearing           notes when each WCS instance last posted a hook
  adding up         counts the calls of each hour for the charts
  rotating          judges new SIP passwords, and forgets old ones that nobody holds
  proving           looks whether domains are proved, where CLICKHOOK_DOMAIN_PROOF asks for it
  raising           raises limits whose waiting time is over, and takes raises back at their end
  keeping weeks     makes the weeks in which events lie, and drops those that served their time
  pruning           deletes what served its time
  sending messages  hands messages to pages to their WCS
  delivering        posts webhooks

`manage.py up` and `demo` run one. With gateways of your own, run at least one beside them: without
a worker for 30 seconds, calls whose limits need one are refused. Several may run at once; one that
is killed leaves nothing half done. `manage.py doctor` tells whether one runs.

Exit code 0: ended when asked to, or with --once every duty succeeded; 1: a duty failed; 2, with
--once: none failed, but the REST API of a WCS did not answer, so its calls were not compared."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one turn of each duty, then end")
        parser.add_argument(
            "--json", action="store_true", help="tell what the duties did, as a line of JSON"
        )

    def handle(self, *, once: bool, json: bool, **options: Any) -> None:
        if once:
            self._take_one_turn(json)
        else:
            asyncio.run(self._work(json))

    def _take_one_turn(self, as_json: bool) -> None:
        worker = Worker()
        did_well = asyncio.run(worker.run_once())
        self._tell(worker, as_json)
        if not did_well:
            raise CommandError("A duty failed; see above.")
        if worker.fell_short:
            told = "; ".join(f"{duty}: {what}" for duty, what in worker.fell_short.items())
            raise CommandError(f"Not all could be done. {told}. See the log.", returncode=2)

    async def _work(self, as_json: bool) -> None:
        worker = Worker()
        working = asyncio.create_task(worker.run())
        loop = asyncio.get_running_loop()
        for ending in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(ending, working.cancel)
        while not working.done():
            await asyncio.wait([working], timeout=TELL_EVERY)
            if as_json:
                self._tell(worker, as_json)
        if not working.cancelled():
            working.result()

    def _tell(self, worker: Worker, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json_text.dumps({"worker": worker.name, "duties": worker.results}))
        else:
            for duty, result in worker.results.items():
                self.stdout.write(f"{duty:<18}{result}")
        self.stdout.flush()
