"""gunicorn's configuration with a worker that tells, at its end, what had to be collected."""

from __future__ import annotations

import collections
import gc
import json
import os
import runpy
from pathlib import Path
from typing import Any

globals().update(runpy.run_path("docker/gunicorn.conf.py"))


def post_worker_init(worker: Any) -> None:
    gc.set_debug(gc.DEBUG_SAVEALL)


def worker_exit(server: Any, worker: Any) -> None:
    gc.collect()
    found = collections.Counter(type(thing).__name__ for thing in gc.garbage)
    Path(os.environ["GARBAGE_FILE"]).write_text(json.dumps(found))
