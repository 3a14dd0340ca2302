"""docker/cells/ leads each hook to the cell of its instance, and a wrong cell refuses it."""

from __future__ import annotations

import subprocess

import pytest

from tests import cast as casting
from tests.clickhook.nginx import PROGRAM, Nginx
from tests.conftest import ROOT
from tests.operation.cells import Cell, running
from tests.operation.test_move_tenant import DJANGO_KEY, migrated  # noqa: F401 - a fixture

CONFIGURATION = (ROOT / "docker/cells/nginx.conf").read_text()
MAP = (ROOT / "docker/cells/cells.map").read_text()

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not PROGRAM, reason="needs nginx"),
]


class _Port:
    def __init__(self, port: int) -> None:
        self.port = port


def made(directory, gateways) -> Nginx:
    path = str(directory / "cells.map")
    (directory / "cells.map").write_text(MAP)
    configuration = CONFIGURATION.replace("/etc/nginx/cells.map", path)
    return Nginx(directory, gateways, configuration=configuration, named="cell")


def test_the_configuration_is_sound(tmp_path):
    made(tmp_path, [_Port(1), _Port(2)])
    command = [PROGRAM, "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_a_hook_reaches_the_cell_of_its_instance(tmp_path, migrated):  # noqa: F811
    cells = [Cell(tmp_path / f"cell-{number}", number, DJANGO_KEY) for number in (1, 2)]
    for cell in cells:
        cell.copy(migrated)
    with cells[0].cluster.running(), cells[1].cluster.running():
        for cell in cells:
            cell.manage("shell", "-c", "from tests.cast import assemble; assemble()")
        with running(cells[0]) as first, running(cells[1]) as second:
            nginx = made(tmp_path, [first, second])
            nginx.start()
            try:
                for key, secret, count in (
                    ("key-of-acme-1", casting.ACME_SIGNING, (0, 1)),
                    ("/key-of-acme-1", casting.ACME_SIGNING, (0, 2)),
                    ("key-of-shared-1", casting.SHARED_SIGNING, (1, 2)),
                ):
                    wcs = nginx.wcs(key, secret)
                    assert wcs.post("connect").status == 200
                    wcs.close()
                    seen = [cell.ask("SELECT count(*) FROM hooks_session")[0][0] for cell in cells]
                    assert tuple(seen) == count
                admin = nginx.wcs("x", None)
                assert admin.request("GET", "/admin/").status == 404
                admin.close()
            finally:
                nginx.stop()
            assert "key-of" not in nginx.log("access.log") + nginx.log("error.log")
