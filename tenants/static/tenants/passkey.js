// Adds a passkey, or uses one in place of a code.
"use strict";

(() => {
  const box = document.getElementById("passkey");
  if (!box) return;

  const button = box.querySelector("button");
  const said = box.querySelector("[role=status]");
  const csrf = document.querySelector("input[name=csrfmiddlewaretoken]").value;

  if (!window.PublicKeyCredential || !PublicKeyCredential.parseCreationOptionsFromJSON) {
    button.disabled = true;
    said.textContent = "This browser cannot use passkeys.";
    return;
  }

  async function post(url, body) {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "X-CSRFToken": csrf, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    const read = isJson ? await answer.json() : {};
    if (!answer.ok) throw new Error(read.problem || "The gateway does not answer. Load this page again.");
    return read;
  }

  async function ask(options) {
    if (box.dataset.does === "add") {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
      return navigator.credentials.create({ publicKey });
    }
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return navigator.credentials.get({ publicKey });
  }

  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = "";
    try {
      const credential = await ask(await post(box.dataset.options, {}));
      const name = box.querySelector("input")?.value || "";
      const done = await post(box.dataset.url, { name, credential: credential.toJSON() });
      location.assign(done.next);
    } catch (error) {
      const isBrowsers = error instanceof DOMException;
      said.textContent = isBrowsers ? "Nothing was done: no passkey was given." : error.message;
      button.disabled = false;
    }
  });
})();
