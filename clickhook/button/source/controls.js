// What the visitor has at hand in a call: mute, the level of their microphone, the devices.

class Controls {
  element = part("div", "clickhook-controls");
  #words;
  #mute = part("button", "clickhook-mute", { type: "button", dir: "auto" });
  #level;

  /** `muted(isMuted)` is called by the button. */
  constructor(words, muted) {
    this.#words = words;
    this.#level = new LevelMeter(words);
    this.#mute.addEventListener("click", () => muted(this.#mute.dataset.muted !== "true"));
    this.element.append(this.#mute, this.#level.element);
  }

  show(isMuted) {
    this.#mute.dataset.muted = isMuted;
    this.#mute.textContent = this.#words[isMuted ? "unmute" : "mute"];
  }

  /** Without it a call is as good: a browser may have too many audio contexts. */
  listenTo(stream) {
    try {
      this.#level.listenTo(stream);
    } catch (error) {
      console.warn(`${NAME}: no level of the microphone: ${error.message}`);
    }
  }

  remove() {
    this.#level.close();
    this.element.remove();
  }
}
