"""GET /button.js: public, without session or cookie; browsers cache it and ask with its ETag."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from clickhook.button import script, websdk

# For five minutes the browser does not ask; then a visitor still gets the old one at once, while
# the browser asks for the new one.
CACHING = "public, max-age=300, stale-while-revalidate=86400"


@require_safe
@gzip_page
def button(request: HttpRequest) -> HttpResponseBase:
    headers = {"ETag": script.etag(), "Cache-Control": CACHING}
    whole = HttpResponse(
        script.text(), content_type="text/javascript; charset=utf-8", headers=headers
    )
    answer = get_conditional_response(request, etag=script.etag(), response=whole) or whole
    for name, value in websdk.ON_ANY_PAGE.items():
        answer.headers[name] = value
    return answer
