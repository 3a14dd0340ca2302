// What a visitor may do where no call came about: follow a link, or ask to be called back. It takes the controls' place.
const REASONS_FOR_WAY_OUT = {
  "closed": "closed", "busy": "busy", "no-answer": "no-answer", "call-failed": "failed",
  "refused": "refused", "refused-here": "refused", "refused-now": "refused",
};
const WISHES = { name: ["name", 100], reach: ["tel", 100], sentence: ["off", 300] }; // autocomplete, most characters

class WayOut {
  element = part("div", "clickhook-way-out");
  #words;
  #send;
  #say;

  /** `offer` is the gateway's; `send(wish)` asks to be called back, `say(key)` tells how that went. */
  constructor(offer, words, send, say) {
    this.#words = words;
    this.#send = send;
    this.#say = say;
    if (offer.kind === "link") this.element.append(wayOutLink(offer));
    else this.#showButton();
  }

  #showButton() {
    const button = this.#button("clickhook-mute", "callback", () => this.#showForm());
    this.element.replaceChildren(button);
    return button;
  }

  #showForm() {
    const form = part("form", "clickhook-form");
    const fields = Object.entries(WISHES).map((wish) => this.#field(...wish));
    const send = part("button", "clickhook-mute", { type: "submit", dir: "auto" });
    send.textContent = this.#words["callback-send"];
    const cancel = this.#button("clickhook-mute", "cancel", () => this.#showButton().focus());
    form.append(...fields, send, cancel);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation(); // the page's own form may be around it
      this.#submit(form, send);
    });
    this.element.replaceChildren(form);
    form.querySelector("input").focus();
  }

  async #submit(form, send) {
    if (send.disabled) return;
    send.disabled = true;
    const typed = [...form.querySelectorAll("input")].map(({ name, value }) => [name, value.trim()]);
    try {
      await this.#send(Object.fromEntries(typed));
      this.element.remove();
      this.#say("callback-asked");
    } catch (error) {
      console.error(`${NAME}: ${error.message}`);
      send.disabled = false;
      this.#say("callback-failed");
    }
  }

  #field(name, [autocomplete, most]) {
    const label = part("label", "clickhook-choice", { dir: "auto" });
    const input = part("input", "clickhook-select", { name, autocomplete, maxlength: most, dir: "auto" });
    input.required = name === "reach";
    label.append(this.#words[`callback-${name}`], input);
    return label;
  }

  #button(look, key, clicked) {
    const button = part("button", look, { type: "button", dir: "auto" });
    button.textContent = this.#words[key];
    button.addEventListener("click", clicked);
    return button;
  }
}

/** Whether it can be offered here: a link leads to a page, and only the gateway takes wishes. */
function isWayOut(offer, takesWishes) {
  if (offer?.kind === "callback") return takesWishes;
  return offer?.kind === "link" && typeof offer.text === "string" && /^https:\/\//.test(offer.url);
}

function wayOutLink({ text, url }) {
  const link = part("a", "clickhook-link", { href: url, dir: "auto" });
  link.textContent = text;
  return link;
}
