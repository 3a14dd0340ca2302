// How well the call came through: sampled while people talk, told to the page, and once to the gateway for the call's record.
const SAMPLED_EVERY = 5_000; // ms

class Quality {
  #samples = [];
  #sampling;

  /** `readStats()` gives the browser's reports by their types; `tell(sample)` hears of each sample. */
  constructor(readStats, tell) {
    this.#sampling = setInterval(async () => {
      const sample = readSample(await readStats());
      if (!sample || !this.#sampling) return;
      this.#samples.push(sample);
      tell(sample);
    }, SAMPLED_EVERY);
  }

  /** The summary; undefined where the call was too short to be sampled. Times in ms. */
  end() {
    clearInterval(this.#sampling);
    this.#sampling = undefined;
    const last = this.#samples.at(-1);
    if (!last) return undefined;
    const jitter = middleAndMost(this.#samples.map((sample) => sample.jitter));
    const roundTrip = middleAndMost(this.#samples.map((sample) => sample.roundTrip));
    return {
      samples: this.#samples.length,
      received: last.received, lost: last.lost, sent: last.sent, sent_lost: last.sentLost,
      jitter: jitter.middle, jitter_most: jitter.most,
      round_trip: roundTrip.middle, round_trip_most: roundTrip.most,
    };
  }
}

/** Packets since the call began, times in ms; null for what a browser does not tell. */
function readSample(reports) {
  const ofAudio = (type) => reports[type]?.find(({ kind }) => kind === "audio");
  const [incoming, outgoing, theirs] = ["inbound-rtp", "outbound-rtp", "remote-inbound-rtp"].map(ofAudio);
  const pair = reports["candidate-pair"]?.find(({ nominated, state }) => nominated && state === "succeeded");
  if (!incoming) return undefined;
  return {
    received: atLeastZero(incoming.packetsReceived), lost: atLeastZero(incoming.packetsLost),
    sent: atLeastZero(outgoing?.packetsSent), sentLost: atLeastZero(theirs?.packetsLost),
    jitter: milliseconds(incoming.jitter), roundTrip: milliseconds(theirs?.roundTripTime ?? pair?.currentRoundTripTime),
  };
}

/** Packets that arrive twice make a loss below zero. */
function atLeastZero(number) {
  return number === undefined ? null : Math.max(0, number);
}

function milliseconds(seconds) {
  return seconds === undefined ? null : Math.round(seconds * 1000);
}

function middleAndMost(values) {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  return { middle: known[known.length >> 1] ?? null, most: known.at(-1) ?? null };
}
