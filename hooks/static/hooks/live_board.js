// Keeps the board of living calls: by the changes that the live page gets, and counting their time.
"use strict";
{
  const MAX_ROWS = 100;
  const SECOND = 1000; // milliseconds
  const MICROS = 1_000_000; // of a unit of the currency

  const board = document.getElementById("live-board");
  const content = document.getElementById("live-board-content");
  const emptyRow = document.getElementById("live-board-row").content.querySelector("tr");
  let early = null; // changes that come while the board is read anew
  let serversLead = 0; // milliseconds by which the server's clock is before this browser's

  const table = () => content.querySelector("table");
  const rowOf = (key) => table().querySelector(`tr[data-key="${key}"]`);

  function takeServersTime() {
    serversLead = Date.parse(table().dataset.now) - Date.now();
    offerEnding();
    countTime();
  }

  function formatRunning(milliseconds) {
    const seconds = Math.max(0, Math.floor(milliseconds / SECOND));
    const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
    const hours = Math.floor(seconds / 3600);
    return hours ? `${hours}:${parts.join(":")}` : parts.join(":");
  }

  function countTime() {
    const now = Date.now() + serversLead;
    for (const cell of content.querySelectorAll("td.running")) {
      cell.textContent = formatRunning(now - Date.parse(cell.dataset.since));
    }
    for (const cell of content.querySelectorAll("td.cost")) cell.textContent = formatCost(cell.dataset, now);
  }

  // As hooks/limits/pricing.py reckons: the first increment, then further ones, and a connect fee.
  function price([perMinute, connectFee, first, next], seconds) {
    const billed = first + Math.ceil(Math.max(seconds - first, 0) / next) * next;
    return connectFee + Math.ceil((perMinute * billed) / 60);
  }

  // Empty where nobody has answered yet or no rate is known.
  function formatCost({ answered, rate, currency, digits }, now) {
    if (!answered || !rate) return "";
    const seconds = Math.max(Math.ceil((now - Date.parse(answered)) / SECOND), 1);
    return `${(price(rate.split(",").map(Number), seconds) / MICROS).toFixed(digits)} ${currency}`;
  }

  // The server refuses whoever may not; they are not offered the button either.
  function offerEnding() {
    const slugs = table().dataset.mayChange;
    for (const row of table().tBodies[0].rows) {
      const tenant = row.querySelector(".tenant").textContent;
      row.querySelector(".ending").hidden = slugs !== "*" && !slugs.split(" ").includes(tenant);
    }
  }

  function fill(row, change) {
    row.dataset.key = change.key;
    row.className = change.state === "talking" ? "is-talking" : "";
    row.querySelector(".tenant").textContent = change.tenant;
    const link = row.querySelector(".callee a");
    link.href = change.address;
    link.textContent = change.callee;
    row.querySelector(".state").textContent = change.state;
    row.querySelector(".running").dataset.since = change.since;
    const { answered, rate, currency, digits } = change;
    Object.assign(row.querySelector(".cost").dataset, { answered, rate, currency, digits });
    row.querySelector(".ending form").action = change.hang_up;
  }

  function applyStream(change) {
    const rows = content.querySelector("table.streams").tBodies[0].rows;
    [...rows].find((row) => row.dataset.key === change.key)?.remove();
    if (change.since) content.querySelector("table.streams").tBodies[0].prepend(streamRow(change));
    while (rows.length > MAX_ROWS) rows[rows.length - 1].remove();
    content.querySelector("#live-streams").hidden = !rows.length;
  }

  function streamRow(change) {
    const row = document.createElement("tr");
    row.dataset.key = change.key;
    const link = document.createElement("a");
    link.href = change.address;
    link.textContent = change.alias;
    const time = document.createElement("time");
    time.dateTime = change.since;
    time.textContent = change.at;
    for (const part of [change.tenant, link, change.stream_kind, change.state, time]) row.insertCell().append(part);
    return row;
  }

  function apply(change) {
    if (change.key.startsWith("stream-")) applyStream(change);
    if (!change.key.startsWith("call-")) return;
    const existing = rowOf(change.key);
    if (!change.since) {
      existing?.remove();
    } else {
      const row = existing || document.importNode(emptyRow, true);
      fill(row, change);
      if (!existing) table().tBodies[0].prepend(row);
    }
    tidy();
  }

  // More rows than fit count as more; the server counts anew with each connection.
  function tidy() {
    const rows = table().tBodies[0].rows;
    while (rows.length > MAX_ROWS) {
      rows[rows.length - 1].remove();
      table().dataset.more = Number(table().dataset.more) + 1;
    }
    const more = content.querySelector(".more");
    more.hidden = table().dataset.more === "0";
    more.querySelector("span").textContent = table().dataset.more;
    content.querySelector(".rows").hidden = !rows.length;
    content.querySelector(".nobody").hidden = Boolean(rows.length);
    offerEnding();
    countTime();
  }

  // What the stream left out, if anything, is put right.
  async function readAnew() {
    if (early) return;
    early = [];
    try {
      const answer = await fetch(board.dataset.board, { redirect: "error" });
      if (answer.ok) replace(await answer.text());
    } catch {
      // The gateway does not answer: the board stays as it is, and the feed says so.
    }
    early.splice(0).forEach(apply);
    early = null;
  }

  // Whoever uses the keyboard on the board keeps their place.
  function replace(html) {
    const key = content.contains(document.activeElement) && document.activeElement.closest("tr")?.dataset.key;
    content.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    if (key) rowOf(key)?.querySelector("a").focus();
    takeServersTime();
  }

  document.addEventListener("live:change", ({ detail }) => (early ? early.push(detail) : apply(detail)));
  document.addEventListener("live:connected", readAnew);
  setInterval(countTime, SECOND);
  takeServersTime();
}
