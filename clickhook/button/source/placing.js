// Puts a button where the script tag stands. Every tag runs all of this anew; the element is defined by the first.
function place(script) {
  if (!script) {
    return console.error(`${NAME}: load button.js with a classic <script src>, not as a module or from other code.`);
  }
  if (!customElements.get(NAME)) customElements.define(NAME, ClickhookButton);
  const button = document.createElement(NAME);
  for (const name of ATTRIBUTES) {
    if (script.hasAttribute(name)) button.setAttribute(name, script.getAttribute(name));
  }
  button.sdk = { url: SDK && new URL(SDK.path, script.src).href, integrity: SDK?.integrity, nonce: script.nonce };
  if (script.parentNode && !script.closest("head")) return script.after(button);
  console.warn(`${NAME}: the script tag stands in <head> or nowhere; the button is put at the end of the page.`);
  if (document.body) return document.body.append(button);
  return addEventListener("DOMContentLoaded", () => document.body.append(button), { once: true });
}
place(document.currentScript);
