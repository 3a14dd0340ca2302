// The level of the visitor's own microphone, so that they see whether it hears them.
const MOVES_EVERY = 100; // ms
const MOVES_SLOWLY = 1000; // ms, for those who wish that nothing moves
const QUIETEST = -60; // decibels

class LevelMeter {
  element;
  #context;
  #analyser;
  #moving;
  #stream;

  constructor(words) {
    this.element = part("meter", "clickhook-level", { min: "0", max: "1", value: "0", "aria-label": words.level });
  }

  /** Of a stream, or of another one that took its place. */
  listenTo(stream) {
    if (stream === this.#stream) return;
    this.#stream = stream;
    this.#context ??= new AudioContext();
    this.#analyser?.disconnect();
    this.#analyser = new AnalyserNode(this.#context, { fftSize: 512 });
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    clearInterval(this.#moving);
    this.#moving = setInterval(() => this.#move(), isCalm ? MOVES_SLOWLY : MOVES_EVERY);
  }

  close() {
    clearInterval(this.#moving);
    this.#context?.close();
    this.element.remove();
  }

  #move() {
    const samples = new Float32Array(this.#analyser.fftSize);
    this.#analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const decibels = 10 * Math.log10(power || 1e-9);
    this.element.value = Math.max(0, 1 - decibels / QUIETEST).toFixed(2);
  }
}
