// The keypad. It shows no digit, since they may be a PIN.
const SPOKEN = { "*": "star", "#": "hash" };

class Keypad {
  element;
  #keys;
  #tones;

  constructor(words, tones) {
    this.#tones = tones;
    this.#keys = KEYS.map((key) => this.#drawKey(key, words));
    // A telephone's keys run from left to right in every language.
    this.element = part("div", "clickhook-keypad", { role: "group", "aria-label": words.keypad, dir: "ltr" });
    this.element.append(...this.#keys);
    tones.whenUsedUp = () => this.#keys.forEach((button) => (button.disabled = true));
  }

  /** Also for a key that is typed while the button or the keypad has the focus. */
  press(key) {
    if (KEYS.includes(key)) this.#tones.send(key).catch(() => {}); // the call has ended, which the visitor sees
  }

  #drawKey(key, words) {
    const button = part("button", "clickhook-key", { type: "button" });
    if (SPOKEN[key]) button.ariaLabel = words[SPOKEN[key]];
    button.textContent = key;
    button.addEventListener("click", () => this.press(key));
    return button;
  }
}
