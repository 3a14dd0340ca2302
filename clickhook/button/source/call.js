// One call: microphone, session at WCS, SIP call. However it ends, it ends once, and leaves neither open.
const DIALLED_WITHIN = 40_000; // ms from connecting to the phone being dialled; WCS gives each of two hooks 15 s
const ASKS_AFTER = 600; // ms; whoever allowed the microphone before is asked nothing, and need not read it
const RETRIES_AFTER = 1500; // ms, in which the visitor reads why
const LONGEST_REASON = 200; // characters of a refusal in words we do not know

class Call {
  wantsKeypad; // the page says so, or the gateway with the ticket
  wayOut; // what the gateway offers where no call comes about
  tones = new Tones((key) => this.#sipCall.sendDTMF(key, "RFC2833"));
  #microphone = new Microphone();
  #attributes;
  #sound;
  #tell;
  #hearSample;
  #hearMessage;
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
  #ticket;
  #quality;

  /**
   * `tell(state, reason, seconds, text)` hears of every state, `hearSample` of each sample of the quality, `hearText` of each
   * text for the page; `sound` is an element the SDK may fill.
   */
  constructor(attributes, sound, tell, hearSample, hearText) {
    this.#attributes = attributes;
    this.wantsKeypad = attributes.keypad;
    this.#sound = sound;
    this.#tell = tell;
    this.#hearSample = hearSample;
    this.#hearMessage = new Messages(hearText).hear;
  }

  async start() {
    this.#tell("connecting", "connecting");
    this.#asking = setTimeout(() => this.#tell("connecting", "microphone"), ASKS_AFTER);
    try {
      const loading = loadSdk(this.#attributes.sdk);
      loading.catch(() => {}); // comes up again below, after the microphone
      const { tickets } = this.#attributes;
      if (tickets && this.#isClosed(await tickets.status())) return;
      await this.#microphone.open(chosenDevices.microphone);
      if (this.#isOver) return this.#release();
      clearTimeout(this.#asking);
      this.#tell("connecting", "connecting");
      const Flashphoner = await loading;
      const offer = (await tickets?.take()) ?? {};
      this.wantsKeypad ||= offer.keypad === true;
      this.#ticket = offer.ticket;
      if (!this.#isOver && !this.#isClosed(offer)) this.#connect(Flashphoner);
    } catch (error) {
      console.error(`${NAME}: ${error.message}`);
      this.#end("failed", error.reason ?? "unavailable");
    }
  }

  hangUp() {
    this.#end("ended", "ended");
  }

  get isTalking() {
    return Boolean(this.#talkingSince) && !this.#isOver;
  }

  get isMuted() {
    return this.#microphone.isMuted;
  }

  mute(isMuted) {
    this.#microphone.mute(isMuted);
  }

  async send(operation, text) {
    if (!this.#isEstablished) throw misuse("It is not connected yet.");
    try {
      await this.#session.sendData({ operation, text });
    } catch {
      // The SDK rejects with WCS's answer: no error, and the name of a node in it.
      throw new DOMException("The message was not taken.", "NotAllowedError");
    }
  }

  /** What the other side hears of the visitor; undefined before there is a call. */
  get voice() {
    return this.#microphone.sent;
  }

  /** Takes the chosen one; where that fails, the call goes on as it was. */
  async changeDevice(kind) {
    if (kind === "microphone") return this.#microphone.switchTo(chosenDevices.microphone);
    return this.#sipCall?.setAudioOutputId(chosenDevices.speaker);
  }

  #isClosed(offer) {
    this.wayOut = offer.way_out ?? this.wayOut;
    if (offer.open !== false) return this.#isOver;
    this.#end("closed", "closed", closedSentence(offer, this.#attributes));
    return true;
  }

  #connect(Flashphoner) {
    const { SESSION_STATUS, CALL_STATUS } = Flashphoner.constants;
    const { wcs, appKey } = this.#attributes;
    this.#awaitDialling();
    this.#dial = () => this.#call(CALL_STATUS);
    const dial = () => this.#dial();
    this.#session = Flashphoner.createSession({
      urlServer: wcs, appKey, sipOptions: { registerRequired: false }, sendClientInfo: false,
      custom: this.#ticket ? { ticket: this.#ticket } : undefined,
    })
      .on(SESSION_STATUS.ESTABLISHED, (session, data) => {
        this.#isEstablished = true;
        if (data?.sipRegisterRequired !== true) dial();
      })
      .on(SESSION_STATUS.REGISTERED, dial)
      .on(SESSION_STATUS.APP_DATA, this.#hearMessage)
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
    const voice = this.#microphone.copy(Boolean(this.#attributes.devices));
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
    if (chosenDevices.speaker) sipCall.setAudioOutputId(chosenDevices.speaker);
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
    const sipCall = this.#sipCall;
    const readStats = () => new Promise((resolve) => sipCall.getStats(resolve, true));
    this.#quality = new Quality(readStats, this.#hearSample);
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
    const quality = this.#quality?.end();
    if (quality && this.#ticket) this.#attributes.tickets.report(this.#ticket, this.#sipCall.id(), quality);
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
    this.tones.end();
    this.#microphone.close();
    this.#sound.replaceChildren();
  }
}
