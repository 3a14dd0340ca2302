"""How a person wants times to be shown."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hooks", "0005_bounded"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TimeDisplay",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="time_display",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("zone", models.CharField(blank=True, max_length=64, verbose_name="time zone")),
                (
                    "writing",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "as the browser writes times"),
                            ("sv-SE", "2026-11-26 19:10:00"),
                            ("de-DE", "26.11.2026, 19:10:00"),
                            ("en-GB", "26/11/2026, 19:10:00"),
                            ("en-US", "11/26/2026, 07:10:00 PM"),
                        ],
                        default="",
                        max_length=8,
                        verbose_name="dates and times",
                    ),
                ),
            ],
        ),
    ]
