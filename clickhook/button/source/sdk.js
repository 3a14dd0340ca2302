// Loads the Web SDK on the first call, once for the page, and leaves no trace of it in window.
const loadings = new Map();
const trustedScripts = new Set(); // URLs that script tags name, and our worker; other markup may be an attacker's
let policy; // made once: a page may forbid another of the same name
// What the bundle sets in window: itself, and the functions of the tslib inside it.
const TSLIB = "addDisposableResource assign asyncDelegator asyncGenerator asyncValues await awaiter classPrivateFieldGet" +
  " classPrivateFieldIn classPrivateFieldSet createBinding decorate disposeResources esDecorate exportStar extends generator" +
  " importDefault importStar makeTemplateObject metadata param propKey read rest rewriteRelativeImportExtension" +
  " runInitializers setFunctionName spread spreadArray spreadArrays values";
const GLOBALS = ["Flashphoner", ...TSLIB.split(" ").map((name) => `__${name}`)];

/** `sdk` is {url, integrity, nonce}. What failed is forgotten, so that the next click tries again. */
function loadSdk(sdk) {
  if (!loadings.has(sdk.url)) {
    const loading = runSdk(sdk);
    loadings.set(sdk.url, loading);
    loading.catch(() => loadings.delete(sdk.url));
  }
  return loadings.get(sdk.url);
}

function trustSdk(address) {
  if (!address) return;
  try {
    trustedScripts.add(new URL(address, document.baseURI).href);
  } catch {
    // the button of this tag tells the page's author
  }
}

/** What a page with Trusted Types accepts as a script's URL. */
function trustedUrl(url) {
  try {
    policy ??= trustedTypes.createPolicy("clickhook", {
      createScriptURL: (text) => {
        if (!trustedScripts.has(text)) throw new TypeError(`no script tag names ${text}`);
        return text;
      },
    });
    return policy.createScriptURL(url);
  } catch {
    return url; // for a browser or a page without Trusted Types; others refuse it
  }
}

function setSource(script, url) {
  try {
    script.src = trustedUrl(url);
  } catch (error) {
    const remedy = 'the Content-Security-Policy has to say "trusted-types clickhook"';
    throw new Error(`${remedy}, and a script tag has to name ${url}. ${error.message}`);
  }
}

async function runSdk({ url, integrity, nonce }) {
  const script = document.createElement("script");
  setSource(script, url);
  if (integrity) Object.assign(script, { integrity, crossOrigin: "anonymous" });
  if (nonce) script.nonce = nonce;
  const traps = [...GLOBALS.map((name) => trap(window, name, script)), trap(window.define, "amd", script)];
  try {
    await new Promise((resolve, reject) => {
      script.onload = resolve;
      script.onerror = () => reject(new Error(`The Web SDK cannot be loaded from ${url}.`));
      document.head.append(script);
    });
  } finally {
    script.remove();
    for (const { release } of traps) release();
  }
  const Flashphoner = traps[0].caught();
  if (!Flashphoner) throw new Error(`What ${url} holds is not the Web SDK.`);
  await Flashphoner.init({ logger: { severity: "ERROR" }, collectClientInfo: false, createMicGainNode: false });
  return Flashphoner;
}

/**
 * While `script` itself runs, it finds nothing in object[name], and what it leaves there is caught. Everybody else goes on
 * with what was there: the bundle would overwrite the page's own Flashphoner, or give itself to the page's AMD loader.
 */
function trap(object, name, script) {
  if (!object) return { caught: () => undefined, release: () => undefined };
  const before = Object.getOwnPropertyDescriptor(object, name);
  let value = object[name];
  let caught;
  if (before?.configurable === false || before?.get) { // `var Flashphoner` in the page: put back right after the script
    return { caught: () => caught, release: () => ([caught, object[name]] = [object[name], value]) };
  }
  const isRunning = () => document.currentScript === script;
  Object.defineProperty(object, name, {
    configurable: true,
    enumerable: before?.enumerable ?? false,
    get: () => (isRunning() ? undefined : value),
    set: (given) => (isRunning() ? (caught = given) : (value = given)),
  });
  const release = () => {
    delete object[name];
    const kind = before ?? { configurable: true, enumerable: true, writable: true };
    if (before || value !== undefined) Object.defineProperty(object, name, { ...kind, value });
  };
  return { caught: () => caught, release };
}
