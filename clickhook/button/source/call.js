// One call: microphone, session at WCS, SIP call. However it ends, it ends once, and leaves neither open.
const DIALLED_WITHIN = 40_000; // ms from connecting to the phone being dialled; WCS gives each of two hooks 15 s
const ASKS_AFTER = 600; // ms; whoever allowed the microphone before is asked nothing, and need not read it
const RETRIES_AFTER = 1500; // ms, in which the visitor reads why
const LONGEST_REASON = 200; // characters of a refusal in words we do not know

class Call {
  wantsKeypad; // the page says so, or the gateway with the ticket
  #attributes;
  #sound;
  #tell;
  #microphone;
  #voices = []; // its copies, one for each call
  #session;
  #sipCall;
  #deadline;
  #asking;
  #isEstablished = false; // the gateway accepted the session
  #isDialled = false; // and the call: WCS tried to reach the phone
  #talkingSince;
  #dial; // once more, in the same session: by it the gateway knows whom this visitor did not reach
  #hasRetried = false;
  #retrying;
  #isOver = false;

  /** `tell(state, reason, seconds, text)` hears of every state; `sound` is an element the SDK may fill. */
  constructor(attributes, sound, tell) {
    this.#attributes = attributes;
    this.wantsKeypad = attributes.keypad;
    this.#sound = sound;
    this.#tell = tell;
  }

  async start() {
    this.#tell("connecting", "connecting");
    this.#asking = setTimeout(() => this.#tell("connecting", "microphone"), ASKS_AFTER);
    try {
      const loading = loadSdk(this.#attributes.sdk);
      loading.catch(() => {}); // comes up again below, after the microphone
      const { tickets } = this.#attributes;
      if (tickets && this.#isClosed(await tickets.status())) return;
      this.#microphone = await openMicrophone();
      if (this.#isOver) return this.#release();
      clearTimeout(this.#asking);
      this.#tell("connecting", "connecting");
      const Flashphoner = await loading;
      const offer = (await tickets?.take()) ?? {};
      this.wantsKeypad ||= offer.keypad === true;
      if (!this.#isOver && !this.#isClosed(offer)) this.#connect(Flashphoner, offer.ticket);
    } catch (error) {
      console.error(`${NAME}: ${error.message}`);
      this.#end("failed", error.reason ?? "unavailable");
    }
  }

  hangUp() {
    this.#end("ended", "ended");
  }

  press(key) {
    if (this.#talkingSince && !this.#isOver) this.#sipCall.sendDTMF(key, "RFC2833");
  }

  #isClosed(offer) {
    if (offer.open !== false) return this.#isOver;
    this.#end("closed", "closed", closedSentence(offer, this.#attributes.language));
    return true;
  }

  #connect(Flashphoner, ticket) {
    const { SESSION_STATUS, CALL_STATUS } = Flashphoner.constants;
    const { wcs, appKey } = this.#attributes;
    this.#awaitDialling();
    this.#dial = () => this.#call(CALL_STATUS);
    const dial = () => this.#dial();
    this.#session = Flashphoner.createSession({
      urlServer: wcs, appKey, sipOptions: { registerRequired: false }, sendClientInfo: false,
      custom: ticket ? { ticket } : undefined,
    })
      .on(SESSION_STATUS.ESTABLISHED, (session, data) => {
        this.#isEstablished = true;
        if (data?.sipRegisterRequired !== true) dial();
      })
      .on(SESSION_STATUS.REGISTERED, dial)
      .on(SESSION_STATUS.WARN, (warning) => this.#warned(warning))
      .on(SESSION_STATUS.FAILED, () => this.#lost())
      .on(SESSION_STATUS.DISCONNECTED, () => this.#lost());
  }

  #awaitDialling() {
    this.#deadline = setTimeout(() => this.#end("failed", "unavailable"), DIALLED_WITHIN);
  }

  #call(CALL_STATUS) {
    if (this.#isOver || this.#sipCall) return;
    const proceed = (state) => () => {
      this.#isDialled = true;
      clearTimeout(this.#deadline);
      if (state && !this.#isOver && !this.#talkingSince) this.#tell(state, state);
    };
    const voice = this.#microphone.clone(); // the SDK stops what it is given, and a second call needs one too
    this.#voices.push(voice);
    const sipCall = this.#session.createCall({
      callee: this.#attributes.callee,
      // Our own microphone stream: asked for before anything connects, and stopped by us.
      constraints: { audio: false, video: false, customStream: voice },
      receiveVideo: false,
      collectDeviceInfo: false,
      localVideoDisplay: document.createElement("div"),
      remoteVideoDisplay: this.#sound,
    });
    this.#sipCall = sipCall;
    const answers = {
      [CALL_STATUS.TRYING]: proceed(),
      [CALL_STATUS.RING]: proceed("ringing"),
      [CALL_STATUS.RING_MEDIA]: proceed("ringing"),
      [CALL_STATUS.SESSION_PROGRESS]: proceed("ringing"),
      [CALL_STATUS.ESTABLISHED]: () => this.#talk(),
      [CALL_STATUS.BUSY]: () => this.#endOrRetry("busy", "busy"),
      [CALL_STATUS.FAILED]: () => this.#endOrRetry("failed", "call-failed"),
      [CALL_STATUS.FINISH]: () => this.#endOrRetry("ended", this.#talkingSince ? "ended" : "no-answer"),
    };
    for (const [status, answer] of Object.entries(answers)) {
      sipCall.on(status, () => sipCall === this.#sipCall && answer());
    }
    sipCall.call();
  }

  #talk() {
    clearTimeout(this.#deadline);
    if (this.#isOver || this.#talkingSince) return; // again after a hold
    this.#talkingSince = performance.now();
    this.#tell("talking", "talking");
  }

  /** The SDK tells of a refused connect or call here alone, and also of a failed event hook, which stops nothing. */
  #warned({ info, apiMethod } = {}) {
    if (this.#isDialled || (this.#isEstablished && apiMethod === "ConnectionStatusEvent")) return;
    if (apiMethod === "RegistrationStatusEvent") return this.#end("failed", "unavailable");
    const known = Object.hasOwn(REFUSALS, info ?? "") ? REFUSALS[info] : undefined;
    this.#end("refused", known ?? "refused", known ? undefined : String(info ?? "").trim().slice(0, LONGEST_REASON));
  }

  /** The SDK does not tell its calls that the socket has died. */
  #lost() {
    this.#end("failed", this.#isEstablished ? "connection-lost" : "unavailable");
  }

  #endOrRetry(state, reason) {
    if (this.#isOver || this.#talkingSince || this.#hasRetried || !this.#attributes.retry) {
      return this.#end(state, reason);
    }
    this.#hasRetried = true;
    this.#sipCall = undefined;
    this.#isDialled = false;
    this.#tell("connecting", "trying-again");
    this.#retrying = setTimeout(() => {
      this.#awaitDialling();
      this.#dial();
    }, RETRIES_AFTER);
  }

  #end(state, reason, text) {
    if (this.#isOver) return;
    this.#isOver = true;
    const seconds = this.#talkingSince ? Math.round((performance.now() - this.#talkingSince) / 1000) : 0;
    this.#release();
    this.#tell(state, reason, seconds, text);
  }

  #release() {
    clearTimeout(this.#asking);
    clearTimeout(this.#deadline);
    clearTimeout(this.#retrying);
    // While a call is PENDING, hangup() sends nothing and WCS would go on to dial: the closed socket tells it.
    if (this.#sipCall && !["FINISH", "BUSY", "FAILED"].includes(this.#sipCall.status())) this.#sipCall.hangup();
    this.#session?.disconnect();
    for (const stream of [this.#microphone, ...this.#voices]) stream?.getTracks().forEach((track) => track.stop());
    this.#sound.replaceChildren();
  }
}

async function openMicrophone() {
  if (!navigator.mediaDevices) throw new Error("a browser gives the microphone to https:// pages only.");
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true, video: false });
  } catch (error) {
    const isDenied = ["NotAllowedError", "SecurityError"].includes(error.name);
    throw Object.assign(error, { reason: isDenied ? "microphone-denied" : "microphone-missing" });
  }
}
