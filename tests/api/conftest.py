"""Programs with keys of Acme, of Globex, and of the whole installation."""

from __future__ import annotations

import pytest

from tests.api.program import Program, issue


@pytest.fixture
def acmes(cast, gateway) -> Program:
    return Program(gateway.port, issue(cast.acme)[1])


@pytest.fixture
def globexs(cast, gateway) -> Program:
    return Program(gateway.port, issue(cast.globex)[1])


@pytest.fixture
def everybodys(cast, gateway) -> Program:
    return Program(gateway.port, issue()[1])
