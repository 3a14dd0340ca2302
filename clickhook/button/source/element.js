// The element: what is seen, heard and clicked. It holds at most one call, and the page holds at most one in all.
const NAME = "clickhook-button";
const IN_CALL = ["connecting", "ringing", "talking"];

class ClickhookButton extends HTMLElement {
  static #caller = null; // the button whose call is going on
  static #gatewaySdk = {};
  static #isAuthorTold = false; // why the page cannot call where it stands

  /** {url, integrity, nonce}, set by the script tag; a copy of a button takes the first tag's. */
  sdk;
  #attributes;
  #call = null;
  #keypad = null;
  #controls = null;
  #wayOut = null;
  #calling = null; // the promise that call() gave: [resolve, reject]
  #ticking;
  #watching;
  #parts;

  /** Each script tag names its gateway's Web SDK, and perhaps the URL of another copy. */
  static introduce(gatewaySdk, copy) {
    if (!this.#gatewaySdk.url) this.#gatewaySdk = gatewaySdk;
    trustSdk(gatewaySdk.url);
    trustSdk(copy);
  }

  connectedCallback() {
    if (!this.#parts) this.#build();
    if (this.#call) playOn(this.#parts.sound);
    if (this.#watching || this.dataset.state === "unavailable") return;
    this.#watching = new AbortController();
    addEventListener("pagehide", () => this.#call?.hangUp(), { signal: this.#watching.signal });
    this.#offerDevices();
    if (this.#attributes.hours) {
      this.#showHours();
      const clock = setInterval(() => this.#showHours(), 30_000);
      this.#watching.signal.addEventListener("abort", () => clearInterval(clock));
    }
  }

  /** A move takes the element out and puts it back; only what stays out has been removed. */
  disconnectedCallback() {
    setTimeout(() => {
      if (this.isConnected && this.ownerDocument.defaultView) return;
      this.#watching?.abort();
      this.#watching = undefined;
      this.#call?.hangUp();
    });
  }

  /** Resolves when people talk; rejects with an Error whose `reason` is that of the event. */
  async call() {
    if (this.#call) throw misuse("A call of this button is still going on.");
    if (!this.#watching) throw misuse("This button cannot call: it is not in the page, or the console says why.");
    if (ClickhookButton.#caller) throw misuse(this.#sentence("other-call"));
    const calling = new Promise((...settle) => (this.#calling = settle));
    this.#start();
    return calling;
  }

  async hangUp() {
    this.#currentCall.hangUp();
  }

  async mute(isMuted) {
    if (typeof isMuted !== "boolean") throw new TypeError("mute() takes true or false.");
    this.#mute(this.#currentCall, isMuted);
  }

  /** Resolves when the last one was sent. No error repeats them, since they may be a PIN. */
  async sendDigits(digits) {
    if (typeof digits !== "string" || !/^[0-9*#]+$/.test(digits)) throw new TypeError('sendDigits() takes a text like "12#".');
    const call = this.#currentCall;
    if (!call.isTalking) throw misuse("Nobody is talking yet.");
    if (!call.wantsKeypad) throw new DOMException("The callee's keypad is off.", "NotAllowedError");
    if (digits.length > call.tones.left) throw new RangeError(`Only ${call.tones.left} more digits pass in this call.`);
    return call.tones.send(digits);
  }

  /** Resolves when the gateway took it; an answer comes as the event clickhook:message. */
  async send(operation, text) {
    if (typeof operation !== "string" || typeof text !== "string") throw new TypeError('send() takes two texts, like "chat" and "Hello".');
    return this.#currentCall.send(operation, text);
  }

  get #currentCall() {
    if (!this.#call) throw misuse("There is no call.");
    return this.#call;
  }

  #build() {
    this.#attributes = readAttributes(this, this.sdk ?? ClickhookButton.#gatewaySdk);
    this.#parts = draw(this, this.#attributes);
    this.#parts.button.addEventListener("click", (event) => this.#clicked(event));
    // A key that is held down clicks again and again.
    this.#parts.button.addEventListener("keydown", (event) => event.repeat && event.preventDefault());
    this.#parts.frame.addEventListener("keydown", (event) => this.#typed(event));
    for (const near of ["pointerenter", "focus"]) {
      this.#parts.button.addEventListener(near, () => this.#attributes.tickets?.status());
    }
    if (this.#attributes.own) this.#takeWords(this.#attributes.own);
    this.#show("idle");
    const obstacles = listObstacles();
    if (this.#attributes.problems.length) this.#giveUp(this.#attributes.problems);
    else if (obstacles.length) this.#pointElsewhere(obstacles);
  }

  /** The page's author sees the reasons in the console; visitors could do nothing about them. */
  #giveUp(reasons) {
    for (const reason of reasons) console.error(`${NAME}: ${reason}`);
    this.dataset.state = "unavailable";
    this.#parts.button.disabled = true;
    this.#parts.label.textContent = this.#sentence("not-available");
  }

  /** The page cannot call where it stands, but perhaps in a tab of its own. */
  #pointElsewhere(obstacles) {
    this.#giveUp(ClickhookButton.#isAuthorTold ? [] : obstacles);
    ClickhookButton.#isAuthorTold = true;
    this.#say(this.#sentence("not-here"));
    const address = addressForTab();
    if (!address) return;
    const link = tabLink(address, this.#sentence("open-page"), () => {
      link.remove();
      this.#say(this.#sentence("open-address").replace("{address}", () => address));
    });
    this.#parts.status.after(link);
  }

  async #takeWords({ url, language }) {
    const words = await loadWords(url);
    if (!Object.keys(words).length) return;
    Object.assign(this.#attributes.words, words);
    this.#attributes.language = this.#parts.frame.lang = language;
    this.#offerDevices();
    const { state } = this.dataset;
    if (state === "idle") this.#show("idle");
    if (state === "closed") this.#showHours();
    if (state === "unavailable") this.#parts.label.textContent = this.#sentence("not-available");
  }

  #offerDevices() {
    const { devices, words } = this.#attributes;
    this.#parts.frame.querySelector(".clickhook-devices")?.remove();
    if (!devices || !this.#watching) return;
    const say = (reason) => this.#say(this.#sentence(reason));
    const picker = new DevicePicker(words, devices.isRemembered, (kind) => this.#changeDevice(kind), say, this.#watching.signal);
    this.#parts.frame.append(picker.element);
  }

  async #changeDevice(kind) {
    const call = this.#call;
    try {
      await call?.changeDevice(kind);
      if (call === this.#call && call?.voice) this.#controls?.listenTo(call.voice);
    } catch (error) {
      console.error(`${NAME}: ${error.message}`);
      this.#say(this.#sentence(error.reason ?? "device-failed"));
    }
  }

  #clicked(event) {
    if (event.detail > 1) return; // the second half of a double click
    if (this.#call) return this.#call.hangUp();
    if (ClickhookButton.#caller) return this.#say(this.#sentence("other-call"));
    this.#start();
  }

  #start() {
    const { hours, tickets } = this.#attributes;
    if (hours && !hours.isOpen()) {
      this.#showHours();
      tickets?.status().then(({ way_out: offer }) => this.dataset.state === "closed" && this.#offer(offer, "closed"));
      return this.#settleCall("closed", "closed");
    }
    ClickhookButton.#caller = this;
    const tellSample = (sample) => this.#dispatch("quality", sample);
    const tellText = (text) => this.#dispatch("message", { text });
    this.#call = new Call(this.#attributes, this.#parts.sound, (...news) => this.#hear(...news), tellSample, tellText);
    this.#call.start();
  }

  /** In the same turn as the controls go, so that nothing around it moves. */
  #offer(offer, reason) {
    const { tickets, words } = this.#attributes;
    const because = REASONS_FOR_WAY_OUT[reason];
    if (!because || !isWayOut(offer, tickets?.takesWishes)) return;
    const say = (key) => {
      this.#say(words[key]);
      if (key === "callback-asked") this.#parts.button.focus();
    };
    this.#wayOut?.element.remove();
    this.#wayOut = new WayOut(offer, words, (wish) => tickets.wish({ because, ...wish }), say);
    this.#parts.news.after(this.#wayOut.element);
  }

  #settleCall(state, reason) {
    if (!this.#calling || ["connecting", "ringing"].includes(state)) return;
    const [resolve, reject] = this.#calling;
    this.#calling = null;
    if (state === "talking") return resolve();
    reject(Object.assign(new Error(`No call: ${reason}.`), { name: "CallError", reason }));
  }

  #mute(call, isMuted) {
    if (call.isMuted === isMuted) return;
    call.mute(isMuted);
    this.#controls?.show(isMuted);
    this.#dispatch("muted", { muted: isMuted });
  }

  #hear(state, reason, seconds = 0, text = "") {
    const isNew = this.dataset.state !== state || !IN_CALL.includes(state);
    const { wayOut } = this.#call;
    if (!IN_CALL.includes(state)) this.#call = ClickhookButton.#caller = null;
    this.#show(state, text || this.#sentence(reason));
    if (!this.#call) this.#offer(wayOut, reason);
    if (!isNew) return; // connecting, after the microphone
    this.#dispatch(state, { reason: IN_CALL.includes(state) ? null : reason, seconds });
    this.#settleCall(state, reason);
  }

  #dispatch(name, detail) {
    this.dispatchEvent(new CustomEvent(`clickhook:${name}`, { bubbles: true, composed: true, detail }));
  }

  #show(state, sentence = "") {
    this.dataset.state = state;
    this.#parts.button.ariaDisabled = state === "closed" ? "true" : null;
    const { label } = this.#attributes;
    this.#parts.label.textContent = IN_CALL.includes(state) ? this.#sentence("hang-up") : label || this.#sentence("call");
    this.#say(sentence);
    clearInterval(this.#ticking);
    this.#parts.timer.textContent = "";
    if (state === "talking") this.#tick(performance.now());
    if (state !== "closed" || !this.#attributes.hours) this.#wayOut?.element.remove();
    this.#showControls(IN_CALL.includes(state));
    this.#showKeypad(state === "talking" && this.#call.wantsKeypad);
  }

  #showControls(isWanted) {
    if (!isWanted) {
      this.#controls?.remove();
      this.#controls = null;
      return;
    }
    if (!this.#controls) {
      this.#controls = new Controls(this.#attributes.words, (isMuted) => this.#mute(this.#call, isMuted));
      this.#controls.show(this.#call.isMuted);
      this.#parts.news.after(this.#controls.element);
    }
    if (this.#call.voice) this.#controls.listenTo(this.#call.voice);
  }

  #showKeypad(isWanted) {
    if (isWanted === Boolean(this.#keypad)) return;
    this.#keypad?.element.remove();
    this.#keypad = isWanted ? new Keypad(this.#attributes.words, this.#call.tones) : null;
    if (this.#keypad) this.#parts.frame.append(this.#keypad.element);
  }

  #typed(event) {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    this.#keypad?.press(event.key);
  }

  #tick(since) {
    const show = () => {
      const seconds = Math.floor((performance.now() - since) / 1000);
      this.#parts.timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    };
    show();
    this.#ticking = setInterval(show, 1000);
  }

  #showHours() {
    const { hours, language } = this.#attributes;
    if (this.#call) return;
    if (!hours.isOpen()) this.#show("closed", this.#sentence("closed").replace("{when}", () => hours.nextOpening(language)));
    else if (this.dataset.state === "closed") this.#show("idle");
  }

  #say(text) {
    // The same words again would not be read out again, nor need they be.
    if (this.#parts.status.textContent !== text) this.#parts.status.textContent = text;
  }

  #sentence(key) {
    return this.#attributes.words[key];
  }
}

function misuse(text) {
  return new DOMException(text, "InvalidStateError");
}
