"""A stand-in for Flashphoner Web Call Server (WCS), which is closed source and was never seen
here. Not WCS.

It speaks the Web SDK's protocol with browsers, posts REST hooks and obeys restClientConfig, places
calls at a real SIP server and joins the voices. Where WCS's behaviour is not known it does the
worst that fits what is known, so that a gateway that is safe with it is safe. What it assumes of
WCS, each with its grade: D documented by Flashphoner, S read in its published source
(@flashphoner/websdk 2.0.276, samples), I inferred from these, GUESS.

Hooks
    D      POST <app url>/<method>, JSON, only 200 with a JSON object is a success; redirects are
           not followed (GUESS).
    D      `Authorization: WCS <hex HMAC-MD5 of the body>`; one secret for the node.
    D      15 s until a hook has failed. GUESS: counted from each byte received to the next, as
           Java's read timeout is.
    D, I   Up to 3 retries with the same body when a connection breaks; none after a timeout or a
           refused connection.
    GUESS  All that the browser put into a frame goes into the hook, but for nodeId, appKey,
           sessionId and origin.
    D      appKey is the browser's choice of application. GUESS: an unknown one is refused without
           a hook.
    I      `origin` is the Origin header of the WebSocket's handshake, and only in `connect`.
    GUESS  An invocation the SDK knows no name for is ignored, as is one before the session is
           accepted.
    GUESS  A second `connection` on one socket is posted as another `connect` of the same session.
    I      Events of a session go out one after another; with --out-of-order at the same time, in
           any order.
    D, I   An invocation does not wait for another: a `hangup` may be posted while `call` is
           unanswered.

restClientConfig
    D      A refused `connect` refuses the session whatever it says; the answer's fields are always
           taken; it is of the whole session; missing entries have WCS's defaults LOG, NOTIFY,
           empty.
    D      LOG or NOTIFY: WCS goes on with the browser's values, and dials them.
    D      FAIL stops an invocation; an event has happened all the same.
    I      Names in the lists are separated by commas alone; unknown words count as the default.
    GUESS  clientExclude of ConnectionStatusEvent alone decides what of a connection the browser
           sees, that of `connect` is not looked at. It would be kinder if both counted.

What the browser sees
    I      `getUserData` holds all of the connection, with password and restClientConfig, but for
           clientExclude.
    I      Frames of a call hold all of the call, with callee and sipMessageRaw, but for
           clientExclude of CallStatusEvent.
    GUESS  sipMessageRaw names the account or the number that was dialled. `registered` holds the
           connection, too.
    D      A refusal's text is the `reason` of a body of exactly {status, reason}, else the HTTP
           reason phrase.
    D      Refused connect: `fail` {status, info, apiMethod: ConnectionStatusEvent}. GUESS: then
           the socket is closed.
    D      The backend gets ConnectionStatusEvent FAILED of it, with the context, status and info
           only.
    GUESS  Refused call: `fail` with apiMethod CallStatusEvent has the reason, then `finish` FAILED
           ends the call, with the browser's own values; the backend gets CallStatusEvent FAILED.
           Others: `fail` with their event as apiMethod.
    GUESS  A failed registration is a `fail` with all of the connection and apiMethod
           RegistrationStatusEvent.
    S      Busy comes in `finish` and progress in `ring`: the SDK knows no others.
    D      A failed event hook under FAIL: `fail` with apiMethod ErrorEvent (GUESS: in that frame).

Calls
    D      A callee is dialled at sipDomain through sipOutboundProxy:sipPort; a SIP URI as it is
           (I).
    I      caller and visibleName are user and display name of the INVITE's From, or else sipLogin
           and sipVisibleName; the password stays the account's.
    GUESS  inviteParameters and sipHeaders (the SDK sends the second in no version seen) are
           headers of the INVITE: an object of names and values, or lines. Nobody checks them: a
           line break begins another header. What is no text to the SIP stack (other control
           characters; a quote or backslash in the display name) fails the call instead.
    GUESS  sipSDP changes nothing: the stack makes its own, and half of a caller's would be no
           call. Nor sipContactParams.
    GUESS  A hang-up before `call` is answered does not stop the call: it is placed, rings, and is
           answered into silence until the socket closes (S: the SDK does not even send one). A
           socket that closes first does stop it, with no CallStatusEvent.
    I      The socket's end ends its calls: CallStatusEvent FINISH, then ConnectionStatusEvent
           DISCONNECTED.
    GUESS  A callId used twice names two calls; a hang-up ends both.
    GUESS  486 and 600 are BUSY, all other refusals FAILED, info "SIP 404 NOT FOUND".
    D, I   Registered only if sipRegisterRequired; a call does not wait for it.
    D      An incoming call is posted as OnCallEvent. It is never answered here, but refused with
           486, where WCS has 403 under FAIL: the SIP stack's calls know no other refusal. The
           backend and the browser see the same of it.

Streams
    S      publishStream and playStream carry the name as the page gave it; the answer's name is the
           one that is published and played (D: restOverwrite).
    I      StreamStatusEvent holds all of the stream, with its real name, but for clientExclude.
    GUESS  A name that is published already fails a second publisher, and one that nobody publishes
           a player. A page ends any stream whose mediaSessionId it knows: nobody says that WCS
           looks at whose it is.
    S      With a publisher all who play end, and with the socket all of its streams.
    GUESS  Nothing is recorded, transcoded, or sent on to another server; record, width, bitrate and
           rtmpUrl stand in the events as WCS has them.

REST API (/rest-api on the same port; WCS: 8081)
    D      POST with JSON; void is 200 with Content-Length 0; HTTP Basic if it was set up; 404 if
           there is nothing such.
    I      call/terminate ends browsers' calls; connection/terminate closes the socket, with what
           follows from that.
    GUESS  401 without, and with wrong, credentials; 400 for what is no JSON object;
           connection/find_all is 404 when empty.
    D      stream/terminate takes its fields for a filter: with none it ends every stream. 404 if no
           stream passes.
    D, I   data/send: frame OnDataEvent; whom it cannot reach is left out, 404 if nobody is left
           (GUESS). The backend gets DataStatusEvent if the page answers, which the SDK does not
           (S).

Beyond that: a call without an SDP has no voice (for tests; WCS would refuse it). No TURN, video in
calls, early media, SIP over TLS, incoming calls; a registration that was refused is tried again by
the SIP stack until the process ends.
"""
