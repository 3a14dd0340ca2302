// The keypad: tones for the menu of whoever was called. It shows no digit, since they may be a PIN.
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const TONE_EVERY = 220; // ms; the gateway lets 5 in a second pass
const MOST_TONES = 60; // in a call; the gateway lets no more pass
const SPOKEN = { "*": "star", "#": "hash" };

class Keypad {
  element;
  #keys;
  #send;
  #waiting = [];
  #sent = 0;
  #pacing;

  /** `send(key)` sends a tone. */
  constructor(sentences, send) {
    this.#send = send;
    this.#keys = KEYS.map((key) => this.#drawKey(key, sentences));
    this.element = part("div", "clickhook-keypad", { role: "group", "aria-label": sentences.keypad });
    this.element.append(...this.#keys);
  }

  /** Also for a key that is typed while the button or the keypad has the focus. */
  press(key) {
    if (!KEYS.includes(key) || this.#sent + this.#waiting.length >= MOST_TONES) return;
    this.#waiting.push(key);
    if (!this.#pacing) this.#sendNext();
  }

  remove() {
    clearTimeout(this.#pacing);
    this.element.remove();
  }

  #drawKey(key, sentences) {
    const button = part("button", "clickhook-key", { type: "button" });
    if (SPOKEN[key]) button.ariaLabel = sentences[SPOKEN[key]];
    button.textContent = key;
    button.addEventListener("click", () => this.press(key));
    return button;
  }

  #sendNext() {
    const key = this.#waiting.shift();
    this.#pacing = key && setTimeout(() => this.#sendNext(), TONE_EVERY);
    if (!key) return;
    this.#send(key);
    if (++this.#sent === MOST_TONES) this.#keys.forEach((button) => (button.disabled = true));
  }
}
