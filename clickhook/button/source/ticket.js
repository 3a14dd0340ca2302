// A ticket shows the gateway that a visitor came from this page a moment ago, and is good for one call.
const GATEWAY_URL = document.currentScript?.src || document.currentScript?.href?.baseVal;
const PUBLIC_KEY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PREPARED_FOR = 240_000; // ms; the challenge expires a minute later
const PLAIN = { "Content-Type": "text/plain" }; // another type would cost a request more
const ANSWERED_WITHIN = 8_000; // ms; then the call goes on without a ticket

/** `text` is the tenant's key at the gateway, or the address of the page's own back end. */
function ticketDesk(text, callee) {
  if (!text) return undefined;
  if (PUBLIC_KEY.test(text)) {
    return new TicketDesk(new URL(`tickets/${text}`, GATEWAY_URL).href, callee, true);
  }
  try {
    return new TicketDesk(new URL(text, document.baseURI).href, callee, false);
  } catch {
    throw new Error(`is "${text}", but is the tenant's key or the address of your back end`);
  }
}

class TicketDesk {
  #url;
  #callee;
  #hasChallenge;
  #prepared; // a promise of {challenge, offer, solution}, where the solution is one of its own
  #preparedAt = 0;

  constructor(url, callee, hasChallenge) {
    this.#url = url;
    this.#callee = callee;
    this.#hasChallenge = hasChallenge;
  }

  /** Ahead of the click, when the pointer or the keyboard comes near: by then the work is done. */
  prepare() {
    if (!this.#hasChallenge) return Promise.resolve({});
    const isFresh = performance.now() - this.#preparedAt < PREPARED_FOR;
    if (this.#prepared && isFresh) return this.#prepared;
    this.#preparedAt = performance.now();
    const preparing = (this.#prepared = this.#prepare());
    preparing.catch(() => this.#forget(preparing));
    return preparing;
  }

  /** {open, next_opening, time_zone, sentence}; empty where that cannot be known. Waits for no work. */
  async status() {
    try {
      return (await this.prepare()).offer ?? {};
    } catch (error) {
      return this.#goOn(error);
    }
  }

  /** The same with the ticket. It lives for two minutes, so it is taken just before it is used. */
  async take() {
    try {
      const { challenge, solution } = await this.prepare();
      this.#forget(this.#prepared);
      const offer = await ask(this.#url, {
        method: "POST",
        headers: PLAIN,
        body: JSON.stringify({
          alias: this.#callee, origin: self.origin, challenge, solution: await solution,
        }),
      });
      if (!offer.ticket && offer.open !== false) throw new Error('its answer has no "ticket".');
      return offer;
    } catch (error) {
      return this.#goOn(error);
    }
  }

  /** Once the call has ended, also while the page is left. The page's own back end is told nothing. */
  async report(ticket, call, quality) {
    if (!this.#hasChallenge) return;
    try {
      await send(`${this.#url}/quality`, { ticket, call, ...quality });
    } catch (error) {
      console.warn(`${NAME}: the quality of the call was not recorded: ${error.message}`);
    }
  }

  get takesWishes() {
    return this.#hasChallenge;
  }

  /** A visitor who reached nobody asks to be called back, after the same work as for a ticket. */
  async wish(wish) {
    const { challenge, solution } = await this.prepare();
    this.#forget(this.#prepared);
    const proof = { challenge, solution: await solution };
    await send(`${this.#url}/callback`, { alias: this.#callee, ...proof, ...wish });
  }

  async #prepare() {
    const alias = this.#callee ? `?alias=${encodeURIComponent(this.#callee)}` : "";
    const { challenge, ...offer } = await ask(`${this.#url}${alias}`);
    const solution = solve(challenge.parameters);
    solution.catch(() => {}); // comes up again where the ticket is taken
    return { challenge, offer, solution };
  }

  #forget(prepared) {
    if (this.#prepared === prepared) this.#prepared = undefined;
  }

  /** Whether a call may go on without a ticket is the gateway's to say. */
  #goOn(error) {
    this.#prepared = undefined;
    console.warn(`${NAME}: no ticket from ${this.#url}: ${error.message}`);
    return {};
  }
}

async function send(url, content) {
  const body = JSON.stringify(content);
  const answer = await fetch(url, { method: "POST", headers: PLAIN, credentials: "omit", keepalive: true, body });
  if (!answer.ok) throw new Error(`status ${answer.status}.`);
}

async function ask(url, options) {
  const answer = await fetch(url, {
    ...options, credentials: "same-origin", cache: "no-store",
    signal: AbortSignal.timeout?.(ANSWERED_WITHIN),
  });
  if (!answer.ok) throw new Error(`status ${answer.status}.`);
  return answer.json();
}

/** When the gateway opens again, in the visitor's language. */
function closedSentence({ next_opening: opening, time_zone: timeZone, sentence }, { language, words }) {
  if (!opening) return sentence;
  const when = new Intl.DateTimeFormat(language, {
    weekday: "long", hour: "2-digit", minute: "2-digit", timeZone, timeZoneName: "short",
  }).format(new Date(opening));
  return words.closed.replace("{when}", () => when);
}
