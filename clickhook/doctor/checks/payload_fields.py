"""Fields that no documentation names: the sign of a new WCS build."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from django.db import connection

from clickhook.doctor.finding import Finding, Findings, name_some
from hooks.methods import CALL_FIELDS, SIP_FIELDS
from hooks.payloads import CHECKED_FIELDS
from hooks.redaction import KEPT
from tenants.models import WcsInstance

NEWEST = 2_000  # events
# Documented or seen in the SDK, and of no use here.
OTHERS = {
    *("clientInfo", "localMediaInfo", "msePacketizationVersion", "restClientConfig"),
    *(
        "mediaSessionId",
        "rtmpStreamStatus",
        "urlServer",
        "width",
        "height",
        "supportedResolutions",
        "useDTLS",
    ),
    *("operationId", "payload", "streams", "stream", "streamName", "published", "constraints"),
    *("apiMethod", "message", "from", "to", "body", "contentType", "isImdn", "sipHeader"),
}
KNOWN = {*KEPT, *CHECKED_FIELDS, *SIP_FIELDS, *CALL_FIELDS, *OTHERS}
PLAIN = re.compile("[A-Za-z][A-Za-z0-9_]{0,63}")
OMITTED = """
SELECT DISTINCT instance_id, field
  FROM (SELECT instance_id, body->'omitted' AS omitted FROM hooks_eventlog
         WHERE received_at > now() - interval '1 day' ORDER BY received_at DESC LIMIT %s) AS newest,
       jsonb_array_elements_text(CASE jsonb_typeof(omitted) WHEN 'array' THEN omitted
                                      ELSE '[]' END) AS field
"""


def check_payload_fields() -> Findings:
    unknown = _read_unknown()
    names = dict(WcsInstance.objects.values_list("id", "name"))
    for id_, fields in unknown.items():
        sentence = f"{names.get(id_, 'A former WCS')} posts unknown fields: {name_some(fields)}."
        remedy = "A new WCS build? Read its release notes, and rehearse: manage.py rehearse."
        yield Finding("payloads", False, sentence, remedy)
    if not unknown:
        yield Finding("payloads", True, "Hooks have the fields that are known.")


def _read_unknown() -> dict[Any, list[str]]:
    """Whatever a browser could invent as a name is left out."""
    unknown: dict[Any, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(OMITTED, [NEWEST])
        for instance, field in sorted(cursor.fetchall(), key=str):
            if field not in KNOWN and PLAIN.fullmatch(field):
                unknown[instance].append(field)
    return unknown
