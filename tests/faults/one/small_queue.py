"""The project's settings, for a gateway in whose queues few hooks find room."""

from django.apps import AppConfig

from clickhook.settings import *  # noqa: F403
from clickhook.settings import INSTALLED_APPS

MOST_WAITING = 4
INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.one.small_queue.SmallQueue"]


class SmallQueue(AppConfig):
    name = "tests.faults.one"

    def ready(self) -> None:
        from hooks import lane

        lane.MAX_WAITING = MOST_WAITING
