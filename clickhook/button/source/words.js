// Words of the customer's own, for a language that the button does not speak or to say something in another way.
const WORDS_WITHIN = 8_000; // ms
const LARGEST_WORDS = 20_000; // characters of the file
const LONGEST_WORDS = 200; // characters of one sentence
const wordings = new Map(); // by URL: a page's buttons fetch it once

/** Resolves to those that can be used; each one that cannot is named in the console. */
function loadWords(url) {
  if (!wordings.has(url)) wordings.set(url, fetchWords(url));
  return wordings.get(url);
}

async function fetchWords(url) {
  try {
    const answer = await fetch(url, { credentials: "omit", signal: AbortSignal.timeout?.(WORDS_WITHIN) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return readWords(JSON.parse(await readText(answer)), url);
  } catch (error) {
    console.error(`${NAME}: no words from ${url}: ${error.message}.`);
    return {};
  }
}

/** Gives up at the first piece that is too much. */
async function readText(answer) {
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    text += decoder.decode(piece.value, { stream: true });
    if (text.length > LARGEST_WORDS) {
      await reader.cancel();
      throw new Error(`it is longer than ${LARGEST_WORDS} characters`);
    }
  }
  return text + decoder.decode();
}

function readWords(given, url) {
  if (given === null || typeof given !== "object" || Array.isArray(given)) throw new Error("it is no JSON object");
  const entries = Object.entries(given).filter(([key, text]) => {
    const problem = problemOfWords(key, text);
    if (problem) console.error(`${NAME}: ${url}: ${JSON.stringify(key.slice(0, 40))} ${problem}.`);
    return !problem;
  });
  return Object.fromEntries(entries);
}

function problemOfWords(key, text) {
  if (!Object.hasOwn(SENTENCES.en, key)) return "is not among the button's sentences";
  if (typeof text !== "string" || !text.trim()) return "is not a text";
  if (text.length > LONGEST_WORDS) return `is longer than ${LONGEST_WORDS} characters`;
  const missing = SENTENCES.en[key].match(/\{\w+\}/)?.[0];
  return missing && !text.includes(missing) ? `has no ${missing}` : "";
}
