// The proof of work before a ticket, as the gateway's challenge asks for it.
const SOLVED_WITHIN = 5_000; // ms; then the call goes on without a ticket

/** Uses nothing from around it: a worker gets its text. */
async function solveChallenge({ nonce, salt, cost, keyLength, keyPrefix }) {
  const toBytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const toHex = (bits) =>
    Array.from(new Uint8Array(bits), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const fixed = toBytes(nonce);
  const derivation = { name: "PBKDF2", hash: "SHA-256", salt: toBytes(salt), iterations: cost };
  const attempt = async (counter) => {
    const password = new Uint8Array(fixed.length + 4);
    password.set(fixed);
    new DataView(password.buffer).setUint32(fixed.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = toHex(await crypto.subtle.deriveBits(derivation, key, keyLength * 8));
    return { counter, derivedKey };
  };

  // Four at once: more of an attempt is waiting for WebCrypto's threads than work.
  for (let counter = 0; ; counter += 4) {
    const attempts = await Promise.all([0, 1, 2, 3].map((ahead) => attempt(counter + ahead)));
    const found = attempts.find(({ derivedKey }) => derivedKey.startsWith(keyPrefix));
    if (found) return found;
  }
}

/** In a worker where the page's policies allow one, else in the page: WebCrypto has threads. */
async function solve(parameters) {
  let worker;
  try {
    worker = startWorker();
  } catch {
    return solveChallenge(parameters);
  }
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = () => resolve(solveChallenge(parameters)); // worker-src forbids it
      setTimeout(() => reject(new Error("The challenge took too long.")), SOLVED_WITHIN);
      worker.postMessage(parameters);
    });
  } finally {
    worker.terminate();
  }
}

function startWorker() {
  const text = `${solveChallenge}
onmessage = async ({ data }) => postMessage(await solveChallenge(data));`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  trustedScripts.add(url);
  try {
    return new Worker(trustedUrl(url));
  } finally {
    trustedScripts.delete(url);
    URL.revokeObjectURL(url);
  }
}
