// The script tag's data-… attributes, checked.
const ATTRIBUTES = [
  "data-wcs", "data-callee", "data-app-key", "data-sdk", "data-style", "data-language", "data-label", "data-hours", "data-timezone",
  "data-tickets", "data-keypad", "data-retry", "data-devices", "data-words",
];
const ALIAS = /^[a-z][a-z0-9_-]{0,62}$/;

/** What the attributes say, and a sentence for each one that is wrong; `gatewaySdk` is the gateway's own Web SDK. */
function readAttributes(element, gatewaySdk) {
  const { wcs, callee, appKey, sdk, style, label, hours, timezone, tickets, keypad, retry, devices } = element.dataset;
  const problems = [];
  const attempt = (name, read) => {
    try {
      return read();
    } catch (error) {
      problems.push(`${name} ${error.message}.`);
      return undefined;
    }
  };
  const words = attempt("data-words", () => addressOfWords(element.dataset.words));
  const wished = attempt("data-language", () => languageOf(element, words)) ?? "en";
  const language = Object.hasOwn(SENTENCES, wished) ? wished : "en";
  return {
    wcs: attempt("data-wcs", () => wcsAddress(wcs)),
    callee: attempt("data-callee", () => calleeAlias(callee)),
    sdk: attempt("data-sdk", () => webSdk(sdk, gatewaySdk)),
    plain: attempt("data-style", () => isPlain(style)),
    tickets: attempt("data-tickets", () => ticketDesk(tickets, callee)),
    hours: attempt("data-hours", () => openingHours(hours, timezone)),
    keypad: attempt("data-keypad", () => isOn(keypad)) ?? false,
    retry: attempt("data-retry", () => isOnce(retry)) ?? false,
    devices: attempt("data-devices", () => deviceChoice(devices)),
    language,
    words: { ...SENTENCES[language] },
    own: words && { url: words, language: wished }, // once they have come
    appKey,
    label,
    problems,
  };
}

function wcsAddress(text) {
  if (!text) throw new Error('is missing: the address of the media server, like data-wcs="wss://wcs.example:8443"');
  let protocol = "";
  try {
    protocol = new URL(text).protocol;
  } catch {
    // said below
  }
  if (protocol === "ws:" && location.protocol === "http:") return text;
  if (protocol !== "wss:") throw new Error(`is "${text}", not like wss://wcs.example:8443`);
  return text;
}

function calleeAlias(text) {
  if (!text || ALIAS.test(text)) return text || undefined;
  throw new Error(`is "${text}", but is an alias like "sales"; a number or SIP URI is never called from a page`);
}

function webSdk(address, gatewaySdk) {
  if (address) return { url: new URL(address, document.baseURI).href, nonce: gatewaySdk.nonce };
  if (gatewaySdk.url) return gatewaySdk;
  throw new Error("is missing, and this gateway has no Web SDK of its own: `manage.py websdk` fetches it");
}

function isPlain(text) {
  if (text && text !== "none") throw new Error(`is "${text}", but can only be "none"`);
  return text === "none";
}

function isOn(text) {
  if (text && text !== "true") throw new Error(`is "${text}", but can only be "true"`);
  return text !== undefined;
}

function isOnce(text) {
  if (text && text !== "once") throw new Error(`is "${text}", but can only be "once"`);
  return text === "once";
}

function openingHours(text, zone) {
  if (!text && !zone) return undefined;
  if (!text || !zone) throw new Error('and data-timezone need each other, like data-timezone="Europe/Berlin"');
  try {
    return new OpeningHours(text, zone);
  } catch (error) {
    throw new Error(`or data-timezone is wrong: ${error.message}`);
  }
}

function deviceChoice(text) {
  if (text && !["true", "remember"].includes(text)) throw new Error(`is "${text}", but can only be "true" or "remember"`);
  return text === undefined ? undefined : { isRemembered: text === "remember" };
}

function addressOfWords(text) {
  if (text === undefined) return undefined;
  try {
    const { protocol, href } = new URL(text, document.baseURI);
    if (text && ["https:", location.protocol].includes(protocol)) return href;
  } catch {
    // said below
  }
  throw new Error(`is "${text}", but is the address of a JSON file like https://www.example/words.json`);
}

/** The page's language where the button speaks it, or has the customer's words; else English. A wished one it has to speak. */
function languageOf(element, hasWords) {
  const { language: wished } = element.dataset;
  const language = wished ?? nearestLanguage(element);
  if (Object.hasOwn(SENTENCES, mainLanguage(language))) return mainLanguage(language);
  if (hasWords && isLanguage(language)) return language;
  if (wished === undefined) return "en";
  const others = hasWords ? "" : "; data-words brings others";
  throw new Error(`is "${wished}", but can be ${Object.keys(SENTENCES).join(", ")}${others}`);
}

function mainLanguage(language) {
  return language.split("-")[0].toLowerCase();
}

function isLanguage(text) {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

function nearestLanguage(element) {
  const near = element.closest("[lang]");
  if (near) return near.getAttribute("lang"); // an SVG element has no .lang
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? nearestLanguage(root.host) : "";
}
