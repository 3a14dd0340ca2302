// Puts a button where the script tag stands. Every tag runs all of this anew; the element is defined by the first.
const DRAWING = "http://www.w3.org/2000/svg";

function place(script) {
  if (!script) {
    return console.error(
      `${NAME}: load button.js with a classic <script src>, ` +
        "not as a module, in a shadow root or from other code.",
    );
  }
  const address = new URL(script.src ?? script.href.baseVal, document.baseURI); // SVG has an href
  const url = SDK && new URL(SDK.path, address).href;
  const sdk = { url, integrity: SDK?.integrity, nonce: script.nonce };
  (customElements.get(NAME) ?? ClickhookButton).introduce(sdk, script.dataset.sdk);
  if (!customElements.get(NAME)) customElements.define(NAME, ClickhookButton);

  const button = document.createElement(NAME);
  for (const name of ATTRIBUTES) {
    if (script.hasAttribute(name)) button.setAttribute(name, script.getAttribute(name));
  }
  button.sdk = sdk;
  if (script.parentNode && !script.closest("head")) return putAfter(script, button);
  console.warn(`${NAME}: the script tag stands in <head> or nowhere; the button is put at the end of the page.`);
  if (document.body) return putAtEnd(button);
  return addEventListener("DOMContentLoaded", () => putAtEnd(button), { once: true });
}

function putAfter(script, button) {
  let place = script;
  // A drawing does not show HTML, so the button follows the drawing.
  while (isDrawn(place.parentNode)) place = place.parentNode;
  if (!isAlike(place.nextElementSibling, button)) place.after(button);
}

function isDrawn({ namespaceURI, localName }) {
  return namespaceURI === DRAWING && localName !== "foreignObject";
}

function putAtEnd(button) {
  const isThere = [...document.body.children].some((child) => isAlike(child, button));
  if (!isThere) document.body.append(button);
}

/** A page that comes back from a snapshot runs the tag again beside the button that it made. */
function isAlike(element, button) {
  if (element?.localName !== NAME) return false;
  return ATTRIBUTES.every((name) => element.getAttribute(name) === button.getAttribute(name));
}

place(document.currentScript);
