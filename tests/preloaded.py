"""What the fork server of tests.commands imports before it forks."""

import django
from django.core.management import get_commands

django.setup()
get_commands()
