// The element: what is seen, heard and clicked. It holds at most one call, and the page holds at most one in all.
const NAME = "clickhook-button";
const HANDSET =
  "M6.6 10.8a15 15 0 0 0 6.6 6.6l2.2-2.2a1 1 0 0 1 1-.24 11.4 11.4 0 0 0 3.6.57 1 1 0 0 1 1 1V20a1 1 0 0 1-1 1A17 17 0 0 1 3 4a1 1 0 0 1 1-1h3.5a1 1 0 0 1 1 1c0 1.25.2 2.45.57 3.57a1 1 0 0 1-.25 1.02z";
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

  #clicked(event) {
    if (event.detail > 1) return; // the second half of a double click
    if (this.#call) return this.#call.hangUp();
    if (ClickhookButton.#caller) return this.#say(this.#sentence("other-call"));
    if (this.#attributes.hours && !this.#attributes.hours.isOpen()) return this.#showHours();
    ClickhookButton.#caller = this;
    this.#call = new Call(this.#attributes, this.#parts.sound, (...news) => this.#hear(...news));
    this.#call.start();
  }

  #hear(state, reason, seconds = 0, text = "") {
    const isNew = this.dataset.state !== state || !IN_CALL.includes(state);
    if (!IN_CALL.includes(state)) this.#call = ClickhookButton.#caller = null;
    this.#show(state, text || this.#sentence(reason));
    if (!isNew) return; // connecting, after the microphone
    const detail = { reason: IN_CALL.includes(state) ? null : reason, seconds };
    this.dispatchEvent(new CustomEvent(`clickhook:${state}`, { bubbles: true, composed: true, detail }));
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
    this.#showKeypad(state === "talking" && this.#call.wantsKeypad);
  }

  #showKeypad(isWanted) {
    if (isWanted === Boolean(this.#keypad)) return;
    this.#keypad?.remove();
    this.#keypad = isWanted ? new Keypad(SENTENCES[this.#attributes.language], (key) => this.#call?.press(key)) : null;
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
    if (!hours.isOpen()) this.#show("closed", this.#sentence("closed").replace("{when}", hours.nextOpening(language)));
    else if (this.dataset.state === "closed") this.#show("idle");
  }

  #say(text) {
    // The same words again would not be read out again, nor need they be.
    if (this.#parts.status.textContent !== text) this.#parts.status.textContent = text;
  }

  #sentence(key) {
    return SENTENCES[this.#attributes.language][key];
  }
}

let drawn = 0;

function part(tag, name, attributes = {}) {
  const element = document.createElement(tag);
  element.className = name;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function draw(host, { plain, language }) {
  // A copy of a button brings the markup of its original.
  host.querySelectorAll(":scope > .clickhook").forEach((copied) => copied.remove());
  const id = `clickhook-status-${++drawn}`;
  const frame = part("div", "clickhook", { lang: language });
  const button = part("button", "clickhook-button", { type: "button", "aria-describedby": id });
  const label = part("span", "clickhook-label");
  const status = part("p", "clickhook-status", { id, role: "status" });
  const timer = part("span", "clickhook-timer", { role: "timer", "aria-live": "off" }); // seen, not read out each second
  const sound = part("div", "clickhook-sound", { hidden: "" });
  if (!plain) button.append(handset());
  button.append(label);
  const news = part("div", "clickhook-news");
  news.append(status, timer);
  frame.append(button, news, sound);
  if (plain) host.append(frame);
  else styled(host).append(frame);
  return { frame, button, label, status, timer, sound };
}

/** A style sheet made by script is no inline style to a Content-Security-Policy. */
function styled(host) {
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(LOOK);
  root.adoptedStyleSheets = [sheet];
  return root;
}

/** A browser may pause sound that is taken out of the page. */
function playOn(sound) {
  for (const media of sound.querySelectorAll("video, audio")) {
    if (media.paused) media.play().catch(() => {});
  }
}

function handset() {
  const create = (tag, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const icon = create("svg", { viewBox: "0 0 24 24", class: "clickhook-icon", "aria-hidden": "true" });
  icon.append(create("path", { d: HANDSET }));
  return icon;
}
