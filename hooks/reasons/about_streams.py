"""Reasons about streams."""

from __future__ import annotations

from hooks.reasons.advice import Advice

ADVICE = {
    "ticket_for_stream": Advice(
        "The connection's ticket or token is for a stream, and opens no call.",
        "The page connects anew for a call, with a ticket that names a callee.",
    ),
    "stream_right": Advice(
        "The connection's ticket or token does not give the right to this stream.",
        "The customer's back end signs a ticket with the alias in its claim publish or play; the "
        "page connects with it and names the same alias.",
    ),
    "stream_unknown": Advice(
        "The tenant lists no stream of that alias.",
        "List the alias on the page of stream aliases, or correct it in the ticket and the page.",
    ),
    "stream_kind": Advice(
        "The alias is not open for that: publishing and playing are opened separately.",
        "Open it on the alias's page, if visitors are to do that.",
    ),
    "stream_option": Advice(
        "The page asked for a recording, another size or bit rate, or another server.",
        "Take that out of the page's createStream: record, rtmpUrl, and constraints of the video's "
        "size, quality and bit rate.",
    ),
    "stream_id_reused": Advice(
        "The session used this mediaSessionId for another stream already.",
        "The page makes a new stream with createStream instead of choosing the id itself.",
    ),
    "stream_ended": Advice(
        "The stream of this mediaSessionId has ended already.",
        "The page makes a new stream with createStream instead of repeating the old one.",
    ),
    "stream_not_ours": Advice(
        "The page wanted to end a stream that this connection did not begin.",
        "Nothing to do, unless it happens often: then look at the session and its visitor.",
    ),
    "stream_hls": Advice(
        "A player of HLS asked, which has no connection of the Web SDK: WCS tells neither an "
        "origin nor a ticket, so nobody knows whose visitor it is.",
        "Play the stream with the Web SDK (playStream), or switch HLS off at that WCS.",
    ),
    "stream_publishers": Advice(
        "As many publish this stream, or streams of the tenant, as may at once.",
        "Wait until one ends, or raise the limit of the alias or the tenant.",
    ),
    "stream_players": Advice(
        "As many play this stream, or streams of the tenant, as may at once.",
        "Wait until one ends, or raise the limit of the alias or the tenant.",
    ),
    "stream_never_asked": Advice(
        "WCS has a stream that it never asked about: it does what the browser says.",
        "Attach publishStream, playStream and every other method to the application: "
        "manage.py wcs_config prints the line.",
    ),
    "refused_stream_went_on": Advice(
        "WCS went on with a stream that was refused.",
        "Look at that WCS: it does not obey restClientConfig.",
    ),
    "stream_went_elsewhere": Advice(
        "WCS has another stream than the one it was told.",
        "Look at that WCS: it does not take the name of the answer.",
    ),
}
