// The microphone of a call. We open it ourselves, before anything connects, and we close it.

class Microphone {
  #stream;
  #voices = []; // its copies: the SDK stops what it is given, and a second call needs one too
  #sending; // catches what sends the last copy
  #isMuted = false;

  /** Errors have the `reason` that the visitor reads. */
  async open(device) {
    this.#stream = await openMicrophone(device);
  }

  /** What people hear of the visitor now; silent while muted. */
  get sent() {
    return this.#voices.at(-1);
  }

  get isMuted() {
    return this.#isMuted;
  }

  /** A copy for one call. `isSwitched`: another device may take its place. */
  copy(isSwitched) {
    const voice = this.#stream.clone();
    this.#voices.push(voice);
    this.#sending?.release();
    if (isSwitched) this.#sending = catchSender(voice.getAudioTracks()[0]);
    this.mute(this.#isMuted);
    return voice;
  }

  mute(isMuted) {
    this.#isMuted = isMuted;
    for (const voice of this.#voices) voice.getTracks().forEach((track) => (track.enabled = !isMuted));
  }

  /** Another device goes on where this one was, in the middle of a word. */
  async switchTo(device) {
    const before = this.#stream;
    const stream = await openMicrophone(device);
    if (before !== this.#stream) return stop(stream); // closed, or switched once more, meanwhile
    this.#stream = stream;
    stop(before);
    if (!this.#sending) return;
    const voice = stream.clone();
    this.#voices.push(voice);
    this.mute(this.#isMuted);
    const sender = await this.#sending.sender;
    await sender.replaceTrack(voice.getAudioTracks()[0]);
  }

  close() {
    this.#sending?.release();
    for (const stream of [this.#stream, ...this.#voices]) if (stream) stop(stream);
    this.#stream = undefined;
  }
}

function stop(stream) {
  stream.getTracks().forEach((track) => track.stop());
}

/** `device` is an id; where it is gone or not given, the browser takes its default. */
async function openMicrophone(device) {
  if (!navigator.mediaDevices) throw new Error("a browser gives the microphone to https:// pages only.");
  const open = (audio) => navigator.mediaDevices.getUserMedia({ audio, video: false });
  try {
    if (!device) return await open(true);
    // Chromium takes no notice of a wish that is not exact.
    return await open({ deviceId: { exact: device } }).catch((error) => {
      if (error.name === "OverconstrainedError") return open(true);
      throw error;
    });
  } catch (error) {
    const isDenied = ["NotAllowedError", "SecurityError"].includes(error.name);
    throw Object.assign(error, { reason: isDenied ? "microphone-denied" : "microphone-missing" });
  }
}

/**
 * The SDK keeps its connection to itself, and changes the device only of a microphone that it opened. Our own track tells
 * which connection is ours; those of the page pass through.
 */
function catchSender(track) {
  const { prototype } = RTCPeerConnection;
  const own = Object.getOwnPropertyDescriptor(prototype, "addTrack"); // none in a class of the page's
  const { addTrack } = prototype;
  let caught;
  const sender = new Promise((resolve) => (caught = resolve));
  const catching = function (added, ...streams) {
    const made = addTrack.call(this, added, ...streams);
    if (added === track) {
      release();
      caught(made);
    }
    return made;
  };
  const release = () => {
    if (prototype.addTrack !== catching) return;
    delete prototype.addTrack;
    if (own) Object.defineProperty(prototype, "addTrack", own);
  };
  Object.defineProperty(prototype, "addTrack", { configurable: true, enumerable: true, writable: true, value: catching });
  return { sender, release };
}
