"""Plays a rehearsal from its first hook to its last: the visit, the attacks, the end of calls."""

from __future__ import annotations

from hooks.wcs.configuration import DEFAULT_APP
from hooks.wcs.named_instance import reveal_signing_secret
from hooks.wcs.rehearsal.attacks import play_attacks
from hooks.wcs.rehearsal.ending import play_ending
from hooks.wcs.rehearsal.explanations import explain_from_events
from hooks.wcs.rehearsal.page import find_page
from hooks.wcs.rehearsal.play import Play
from hooks.wcs.rehearsal.stand_in import StandIn, Unreachable
from hooks.wcs.rehearsal.steps import Part, RehearsalStep, Scene, list_findings
from hooks.wcs.rehearsal.ticket_desk import TicketDesk
from hooks.wcs.rehearsal.visit import play_visit
from hooks.wcs.rest_api.client import RestApi
from tenants.models import WcsInstance
from tenants.secrets.encryption import SecretUnreadable


def rehearse(
    instance: WcsInstance, wcs: StandIn, origin: str, callee: str | None
) -> tuple[list[RehearsalStep], list[str]]:
    """The steps that were played, and the findings about them."""
    if instance.answers_nobody:
        return [], [
            f"The instance {instance} has no signing secret, so the gateway answers nobody. "
            "Give it one in the admin."
        ]
    try:
        secret = reveal_signing_secret(instance)
    except SecretUnreadable:
        return [], [
            f"The signing secret of {instance} does not open: restore the key of the key ring, or "
            "enter a new secret."
        ]

    page, desk = find_page(instance, origin, callee), None
    if page and page.gets_tickets:
        desk = TicketDesk(wcs.base, page.public_key, origin, callee)
    app_key, rest_api = instance.app_key or DEFAULT_APP, _open_rest_api(instance)
    scene = Scene(app_key, origin, callee, secret, page, desk, rest_api)
    play = Play(wcs, scene, explain_from_events(instance))
    _run(play)
    return play.steps, list_findings(play.steps)


def _open_rest_api(instance: WcsInstance) -> RestApi | None:
    url, password = instance.rest_api_url, instance.rest_api_password
    return RestApi(url, instance.rest_api_user, password or None) if url else None


def _run(play: Play) -> None:
    try:
        if play_visit(play):
            play.part = Part.ATTACKS
            play_attacks(play)
            play.part = Part.ENDING
            play_ending(play)
    except Unreachable as error:
        play.note("connection", None, "no hook can be posted", [str(error)])
    finally:
        play.close()
