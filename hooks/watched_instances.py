"""Which WCS instances are counted by themselves: the first that post; all others share a label.

Every process of a gateway must say the same, also one that is started again, so they share a file.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

AT_MOST = 50
OTHER = "other"


class WatchedInstances:
    def __init__(self, file: Path | None, at_most: int = AT_MOST) -> None:
        """Without a file this process is the only one."""
        self._file, self._at_most = file, at_most
        self._labels: dict[str, str] = {}

    @classmethod
    def of_this_gateway(cls) -> WatchedInstances:
        """Beside the counters; prometheus-client finds those by this variable too."""
        directory = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        return cls(Path(directory) / "instances" if directory else None)

    def label(self, instance_id: str) -> str:
        label = self._labels.get(instance_id)
        if label is None:
            label = self._labels[instance_id] = self._enrol(instance_id)
        return label

    def _enrol(self, instance_id: str) -> str:
        if self._file is None:
            return instance_id if len(self._labels) < self._at_most else OTHER
        try:
            return self._enrol_in(self._file, instance_id)
        except OSError:  # somebody deleted the files: no hook is to fail for that
            return OTHER

    def _enrol_in(self, shared: Path, instance_id: str) -> str:
        """Raises OSError."""
        with shared.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            enrolled = file.read().split()
            if instance_id in enrolled:
                return instance_id
            if len(enrolled) >= self._at_most:
                return OTHER
            file.write(f"{instance_id}\n")
        return instance_id
