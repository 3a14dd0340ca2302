"""The worker as a child process."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

from clickhook.gunicorn_process import end
from clickhook.processes import end_with_parent


class WorkerProcess:
    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "worker"],
            cwd=settings.BASE_DIR,
            preexec_fn=end_with_parent,
            start_new_session=True,  # a Ctrl-C at the terminal is for us, who end it in order
        )

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def end(self) -> None:
        if self._process:
            end(self._process)
