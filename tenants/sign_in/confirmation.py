"""Before something dangerous the second factor is asked for again, unless that was minutes ago."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

CONFIRMED_AT, INTERRUPTED = "confirmed_at", "confirmation_interrupted"
LASTS = 5 * 60  # seconds
WHY = "What comes now needs a code of your second factor again."
NOT_DONE = "Nothing was done yet: that needs a code of your second factor again. Afterwards you are back where you were."
PRESS_AGAIN = "Thank you. Now do once more what was interrupted; no code is asked for in the next five minutes."
Act = TypeVar("Act", bound=Callable[..., Any])


def note_confirmation(request: HttpRequest) -> None:
    request.session[CONFIRMED_AT] = time.time()
    if request.session.pop(INTERRUPTED, False):
        messages.success(request, PRESS_AGAIN)


def is_confirmed(request: HttpRequest) -> bool:
    return bool(time.time() - request.session.get(CONFIRMED_AT, 0) < LASTS)


def ask_for_confirmation(request: HttpRequest) -> HttpResponse:
    """Leads to the code page and back to this address. What was posted is not kept: it may hold secrets."""
    request.session[INTERRUPTED] = request.method == "POST"
    back = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{reverse('admin:code')}?{back}")


def why_asked(request: HttpRequest) -> str:
    return NOT_DONE if request.session.get(INTERRUPTED) else WHY


def confirmed_recently(act: Act) -> Act:
    """For a view (request, …), and for a page's view or action (page, request, …)."""

    @wraps(act)
    def asked_first(*args: Any, **kwargs: Any) -> Any:
        request = next(one for one in args if isinstance(one, HttpRequest))
        return act(*args, **kwargs) if is_confirmed(request) else ask_for_confirmation(request)

    return cast(Act, asked_first)
