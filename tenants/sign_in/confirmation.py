"""Before something dangerous, a code is asked for again unless one was given minutes ago."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import django_otp
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django_otp.models import Device

CONFIRMED_AT, INTERRUPTED = "confirmed_at", "confirmation_interrupted"
LASTS = 5 * 60  # seconds
CODE_NEEDED = "The next page needs a code of your second factor again."
NOTHING_DONE = (
    "Nothing was done yet: this needs a code of your second factor again. "
    "Afterwards you return to the same page."
)
REPEAT = (
    "Thank you. Now repeat what was interrupted; "
    "no further code is needed for the next five minutes."
)
Act = TypeVar("Act", bound=Callable[..., Any])


def note_confirmation(request: HttpRequest) -> None:
    request.session[CONFIRMED_AT] = time.time()
    if request.session.pop(INTERRUPTED, False):
        messages.success(request, REPEAT)


def verify_session(request: HttpRequest, factor: Device) -> None:
    """From here on the session has another key, and is verified."""
    request.session.cycle_key()
    django_otp.login(request, factor)
    note_confirmation(request)


def is_confirmed(request: HttpRequest) -> bool:
    return bool(time.time() - request.session.get(CONFIRMED_AT, 0) < LASTS)


def ask_for_confirmation(request: HttpRequest) -> HttpResponse:
    """Leads to the code page and back. The posted data is not kept: it may hold secrets."""
    request.session[INTERRUPTED] = request.method == "POST"
    back = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{reverse('admin:code')}?{back}")


def reason_to_ask(request: HttpRequest) -> str:
    return NOTHING_DONE if request.session.get(INTERRUPTED) else CODE_NEEDED


def confirmed_recently(act: Act) -> Act:
    """For a view (request, …), and for a page's view or action (page, request, …)."""

    @wraps(act)
    def act_if_confirmed(*args: Any, **kwargs: Any) -> Any:
        request = next(argument for argument in args if isinstance(argument, HttpRequest))
        return act(*args, **kwargs) if is_confirmed(request) else ask_for_confirmation(request)

    return cast(Act, act_if_confirmed)
