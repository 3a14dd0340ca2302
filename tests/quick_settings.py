"""The project's settings with quick passwords, for a gateway whose members sign in all the time."""

from clickhook.door.password_hashing import YieldingPasswordHasher
from clickhook.settings import *  # noqa: F403


class QuickPasswordHasher(YieldingPasswordHasher):
    iterations = 1000


PASSWORD_HASHERS = ["tests.quick_settings.QuickPasswordHasher"]
