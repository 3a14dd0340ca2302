// Tones for the menu of whoever was called, as slowly as the gateway lets them pass.
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const TONE_EVERY = 220; // ms; the gateway lets 5 in a second pass
const MOST_TONES = 60; // in a call; the gateway lets no more pass

class Tones {
  whenUsedUp = () => {};
  #send;
  #waiting = []; // [key, sent, failed]
  #left = MOST_TONES;
  #pacing;

  /** `send(key)` sends a tone. */
  constructor(send) {
    this.#send = send;
  }

  /** How many may still be asked for. */
  get left() {
    return this.#left;
  }

  /** Resolves when the last one was sent; rejects when the call ends before. Those that are too many are left out. */
  async send(keys) {
    const sending = [...keys].slice(0, this.#left).map((key) => new Promise((...settle) => this.#waiting.push([key, ...settle])));
    this.#left -= sending.length;
    if (!this.#pacing) this.#sendNext();
    await Promise.all(sending);
  }

  end() {
    clearTimeout(this.#pacing);
    const error = new DOMException("The call ended before all digits were sent.", "AbortError");
    for (const [, , failed] of this.#waiting.splice(0)) failed(error);
  }

  #sendNext() {
    const [key, sent] = this.#waiting.shift() ?? [];
    this.#pacing = key && setTimeout(() => this.#sendNext(), TONE_EVERY);
    if (!key) return;
    this.#send(key);
    sent();
    if (!this.#left && !this.#waiting.length) this.whenUsedUp();
  }
}
