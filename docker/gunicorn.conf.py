"""gunicorn, for `manage.py up` and for the image alike."""

import os
import sys
from typing import Any

wsgi_app = "clickhook.asgi:application"
worker_class = "clickhook.door.worker.Worker"
asgi_loop = "uvloop"
http_parser = "python"  # the C parser drops kept connections, and has no wheel for Linux
asgi_lifespan = "on"
workers = int(os.environ.get("WEB_CONCURRENCY", os.cpu_count() or 1))
preload_app = True
bind = os.environ.get("CLICKHOOK_BIND", "127.0.0.1:8000")

# WCS keeps its connections; closing one while WCS posts on it would be an error to WCS.
keepalive = 120
graceful_timeout = 5
worker_connections = int(os.environ.get("CLICKHOOK_CONNECTIONS", "4000"))
control_socket_disable = True
accesslog = None  # the hook URL holds the instance's key
errorlog = "-"
loglevel = "warning"


def on_starting(server: Any) -> None:
    """Once, instead of by each worker and in five lines."""
    from clickhook import pooling, synchrony  # need the application, which is loaded by now
    from clickhook.secret_key import find_missing_key

    if problem := find_missing_key() or pooling.find_problem():
        sys.exit(problem)
    if problem := synchrony.find_problem():
        server.log.warning(problem)


def pre_fork(server: Any, worker: Any) -> None:
    """The lowest number that no living worker has; with a reload old and new ones live at once."""
    taken = {other.slot for other in server.WORKERS.values()}
    worker.slot = min(set(range(len(taken) + 1)) - taken)


def post_fork(server: Any, worker: Any) -> None:
    from clickhook.metrics import files

    files.take_slot(worker.slot)
    worker.request_deadline = float(os.environ.get("CLICKHOOK_REQUEST_DEADLINE", "10"))
