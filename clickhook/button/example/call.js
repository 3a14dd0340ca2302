// Click to Call with nothing but the Web SDK, for those who write their own page. It names neither a password nor a
// number: the gateway has both. What it does beyond the shortest possible page, it does for a reason that stands there.
const WCS = "wss://wcs.example:8443"; // your media server
const CALLEE = "sales"; // an alias. The gateway knows the number; without an alias it takes the default one

const { SESSION_STATUS, CALL_STATUS } = Flashphoner.constants;
const button = document.getElementById("call");
let session = null; // the one that is going on
let call = null; // as long as there is something to hang up

Flashphoner.init({ collectClientInfo: false });
button.addEventListener("click", () => (session ? end("The call has ended.") : start()));
// A page that is left would take its call with it in the end; this is sooner.
addEventListener("pagehide", () => session && end(""));

// Connects on the click, not with the page: whoever only reads the page costs no session and no registration.
function start() {
  const current = Flashphoner.createSession({ urlServer: WCS, sipOptions: { registerRequired: false } });
  session = current;
  button.textContent = "Hang up";
  show("Connecting …");
  // A session that was ended still reports its end; the next one may be under way by then.
  const on = (status, react) => current.on(status, (...given) => session === current && react(...given));
  on(SESSION_STATUS.ESTABLISHED, (_, data) => data.sipRegisterRequired || dial(current));
  on(SESSION_STATUS.REGISTERED, () => dial(current));
  // A refusal of the gateway comes here, not to the call; later warnings are about hooks that stop nothing.
  on(SESSION_STATUS.WARN, (warning) => isConnecting() && end(warning.info));
  // When the socket dies, the SDK tells the session alone: the call would seem to go on.
  on(SESSION_STATUS.DISCONNECTED, () => end("The connection was lost."));
  on(SESSION_STATUS.FAILED, () => end("The media server cannot be reached."));
}

function dial(current) {
  call = current.createCall({
    callee: CALLEE,
    constraints: { audio: true, video: false },
    receiveVideo: false,
    collectDeviceInfo: false,
    remoteVideoDisplay: document.getElementById("remote-audio"),
    localVideoDisplay: document.getElementById("local-audio"),
  });
  const on = (status, react) => call.on(status, () => session === current && react());
  on(CALL_STATUS.TRYING, () => show("Dialling …"));
  on(CALL_STATUS.RING, () => show("Ringing …"));
  on(CALL_STATUS.ESTABLISHED, () => show("You are connected."));
  on(CALL_STATUS.BUSY, () => finished("The line is busy."));
  on(CALL_STATUS.FAILED, () => finished(call.getErrorInfo() ? "The microphone cannot be used." : "The call did not go through."));
  on(CALL_STATUS.FINISH, () => finished("The call has ended."));
  call.call();
}

function finished(text) {
  call = null;
  end(text);
}

function end(text) {
  const [endedSession, endedCall] = [session, call];
  session = call = null;
  endedCall?.hangup();
  // Without this, a call that nobody answered yet would ring on and be answered into silence: for it, hangup() sends
  // nothing. And the session of every call would stay open, with its registration.
  endedSession.disconnect();
  button.textContent = "Call";
  show(text);
}

function isConnecting() {
  return document.getElementById("status").textContent === "Connecting …";
}

// As text, never as HTML: some of it comes from outside.
function show(text) {
  document.getElementById("status").textContent = text;
}
