// Which microphone and which speaker: one choice for all buttons of the page, kept beyond it only where the page says so.
const STORED = "clickhook-devices";
const chosenDevices = { microphone: "", speaker: "" }; // ids; empty: the browser's default
const KINDS = { microphone: "audioinput", speaker: "audiooutput" };

class DevicePicker {
  element;
  #words;
  #isRemembered;
  #say;
  #choices = {}; // select elements

  /** `changed(kind)` hears of a choice, `say(reason)` why there is none; `signal` ends it. */
  constructor(words, isRemembered, changed, say, signal) {
    this.#words = words;
    this.#isRemembered = isRemembered;
    this.#say = say;
    if (isRemembered) recallDevices();
    this.element = part("details", "clickhook-devices");
    const summary = part("summary", "clickhook-summary", { dir: "auto" });
    summary.textContent = words.devices;
    this.element.append(summary, ...this.#drawChoices(changed));
    const fill = () => this.element.open && this.#fill();
    this.element.addEventListener("toggle", fill);
    navigator.mediaDevices?.addEventListener("devicechange", fill, { signal });
  }

  #drawChoices(changed) {
    const kinds = "setSinkId" in HTMLMediaElement.prototype ? ["microphone", "speaker"] : ["microphone"];
    return kinds.map((kind) => {
      const label = part("label", "clickhook-choice", { dir: "auto" });
      const select = part("select", "clickhook-select", { dir: "auto" });
      label.append(this.#words[`${kind}-choice`], select);
      select.addEventListener("change", () => {
        chosenDevices[kind] = select.value;
        if (this.#isRemembered) rememberDevices();
        changed(kind);
      });
      this.#choices[kind] = select;
      return label;
    });
  }

  async #fill() {
    try {
      const devices = await listDevices();
      for (const [kind, select] of Object.entries(this.#choices)) {
        const fitting = devices.filter((device) => device.kind === KINDS[kind] && device.deviceId !== "default");
        const options = fitting.map(({ label, deviceId }) => new Option(label, deviceId));
        select.replaceChildren(new Option(this.#words["default-device"], ""), ...options);
        select.value = chosenDevices[kind];
        if (select.selectedIndex < 0) select.value = ""; // it was unplugged
      }
    } catch (error) {
      console.error(`${NAME}: ${error.message}`);
      this.element.open = false;
      this.#say(error.reason ?? "microphone-missing");
    }
  }
}

/** A browser names them only to a page that may have the microphone, so this asks for it where need be. */
async function listDevices() {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  if (devices.some(({ label }) => label)) return devices;
  const stream = await openMicrophone();
  try {
    return await navigator.mediaDevices.enumerateDevices();
  } finally {
    stop(stream);
  }
}

function rememberDevices() {
  try {
    localStorage.setItem(STORED, JSON.stringify(chosenDevices));
  } catch (error) {
    console.warn(`${NAME}: the devices are not remembered: ${error.message}`);
  }
}

function recallDevices() {
  try {
    const stored = JSON.parse(localStorage.getItem(STORED));
    for (const kind of Object.keys(chosenDevices)) {
      if (typeof stored?.[kind] === "string") chosenDevices[kind] ||= stored[kind];
    }
  } catch (error) {
    console.warn(`${NAME}: the devices are not remembered: ${error.message}`);
  }
}
