"""What the fuzz has found before, as the bytes that did it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.attack.wire import PROBE, exchange
from tests.fuzz.judging import judge_answer, judge_log
from tests.fuzz.requests_file import read

FOUND = sorted((Path(__file__).parent / "found").glob("*.http"))


@pytest.mark.parametrize("file", FOUND, ids=lambda file: file.stem)
def test_what_was_found_stays_mended(cast, gateway, file):
    logged = len(gateway.log)
    for sent in read(file):
        received = asyncio.run(exchange(gateway.port, sent + PROBE))
        judge_answer(received, sent, must_answer=True)

    judge_log(gateway.log[logged:])
