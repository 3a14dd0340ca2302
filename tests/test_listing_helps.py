"""The helps of `doctor` and `worker` list every check and every duty."""

from __future__ import annotations

import re

from clickhook.doctor.checkup import CHECKS
from clickhook.management.commands import doctor
from hooks.duties.delivering import Deliveries
from hooks.duties.sending_messages import Messages
from hooks.duties.worker import make_duties
from hooks.management.commands import worker


def test_the_help_of_doctor_lists_every_check():
    assert find_missing(CHECKS, doctor.Command.help) == []


def test_the_help_of_worker_lists_every_duty():
    names = [duty.name for duty in make_duties(Deliveries(), Messages())]
    assert find_missing(names, worker.Command.help) == []


def find_missing(names, text):
    """A line begins with a name, or with some names and commas between them."""
    begun = {name for line in text.splitlines() for name in re.split(", |  +", line.strip())}
    return [name for name in names if name not in begun]
