"""The OpenAPI document: as the code is, as programs need it, and as people read it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from clickhook.api.openapi import read_document
from clickhook.api.problems import Kind
from tenants.api_scopes import RESOURCES
from tests.api.document import PLACE, make_document, write
from tests.api.program import issue
from tests.conftest import Gateway
from tests.walk import a_day_of

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance"
CHECKS += ",response_schema_conformance"


def test_the_document_is_what_the_code_says():
    """If not: python -m tests.api.document"""
    assert PLACE.read_text() == write(make_document())


def test_every_resource_of_a_scope_is_documented_and_no_other():
    document = read_document()
    assert document["openapi"].startswith("3.1")
    tags = {one["tags"][0] for path in document["paths"].values() for one in path.values()}
    assert tags == set(RESOURCES)


def test_the_page_tells_every_operation_and_problem():
    answer = Client().get("/api/v1/")
    page = answer.content.decode()
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    for path, methods in read_document()["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in page
    for kind in Kind:
        assert f'id="{kind}"' in page
    assert "`" not in page
    assert "<code>… slug</code>" in page  # a field of a list's rows
    assert Client().get("/api/v1/openapi.json").json() == read_document()


@pytest.mark.proof
def test_a_few_requests_of_each_kind_are_answered_as_documented(cast, tmp_path):
    """With a key of everything, in less than a minute."""
    assert_as_documented(
        cast, [None], tmp_path, "--max-examples", "2", "--phases", "examples,fuzzing"
    )


@pytest.mark.long
def test_nothing_is_answered_that_is_not_documented(cast, tmp_path):
    """With keys of one tenant and of everything, half of the requests against the document."""
    more = ("--max-examples", "8", "--phases", "examples,coverage,fuzzing")
    assert_as_documented(cast, [cast.acme, None], tmp_path, *more)


def assert_as_documented(cast, tenants, folder, *more):
    a_day_of(cast.acme, cast.acme_1, cast.shared_1)
    gateway = Gateway({"CLICKHOOK_API_REQUESTS": "1000000"}).start()
    for tenant in tenants:
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")),
                *("run", str(PLACE), "--url", f"http://127.0.0.1:{gateway.port}"),
                *("--header", f"Authorization: Bearer {issue(tenant)[1]}"),
                *("--checks", CHECKS, "--mode", "all", "--seed", "1", "--no-color", *more),
                *("--generation-database", "none", "--suppress-health-check", "all"),
            ],
            cwd=folder,  # where it leaves a folder of its own
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-6000:]
    gateway.stop()
    assert "Traceback" not in gateway.log
