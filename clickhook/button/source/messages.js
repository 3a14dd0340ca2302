// Texts for the page. WCS may be told one twice, so each is heard once, by its operationId.
class Messages {
  #heard = new Set();
  #tell;

  constructor(tell) {
    this.#tell = tell;
  }

  hear = ({ operationId, payload }) => {
    if (typeof payload?.text !== "string" || this.#heard.has(operationId)) return;
    this.#heard.add(operationId);
    this.#tell(payload.text);
  };
}
