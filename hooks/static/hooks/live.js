// Puts what the stream sends into the table: a row for each session and call, the newest on top.
// The board (live_board.js) gets the same changes as events of the document.
"use strict";
{
  const MAX_ROWS = 100;
  const NEW_MILLISECONDS = 1500; // how long a row is marked as new
  const QUIET_MILLISECONDS = 2000; // between two rows that are read aloud
  const RETRY_MILLISECONDS = 10000; // after the stream was refused
  const AWAY_MILLISECONDS = 2000; // without a connection before the page says so

  const table = document.getElementById("live");
  const body = table.tBodies[0];
  const state = document.getElementById("live-state");
  const news = document.getElementById("live-news");
  const pause = document.getElementById("live-pause");
  let lastEvent = table.dataset.after;
  let held = []; // what came while the page was paused
  let source = null;
  let announcedAt = 0;

  const addCell = (row, ...parts) => row.insertCell().append(...parts);

  function fill(row, change) {
    row.replaceChildren();
    row.id = change.key;
    row.className = change.reason ? "is-refused" : change.in_progress ? "in-progress" : "";

    const link = document.createElement("a");
    link.href = change.address;
    link.textContent = change.title;
    const remedy = document.createElement("span");
    remedy.className = "remedy";
    remedy.textContent = change.remedy;

    const time = document.createElement("time");
    time.dateTime = change.moment;
    time.textContent = change.at;

    addCell(row, time);
    addCell(row, change.tenant);
    addCell(row, link);
    addCell(row, change.state);
    addCell(row, change.reason + " ", remedy);
  }

  function show(change) {
    const existing = document.getElementById(change.key);
    const row = existing || document.createElement("tr");
    fill(row, change);
    if (!existing) body.prepend(row);
    while (body.rows.length > MAX_ROWS) body.lastElementChild.remove();

    row.classList.add("new");
    setTimeout(() => row.classList.remove("new"), NEW_MILLISECONDS);
    announce(change);
    document.dispatchEvent(new CustomEvent("live:change", { detail: change }));
  }

  function announce(change) {
    if (Date.now() - announcedAt <= QUIET_MILLISECONDS) return;
    announcedAt = Date.now();
    news.textContent = `${change.tenant} ${change.title}: ${change.state}`;
  }

  const isPaused = () => pause.getAttribute("aria-pressed") === "true";

  function connect() {
    source = new EventSource(`${table.dataset.stream}?after=${encodeURIComponent(lastEvent)}`);
    source.onopen = () => {
      if (isPaused()) return;
      state.textContent = "Live.";
      document.dispatchEvent(new CustomEvent("live:connected"));
    };
    source.addEventListener("change", (event) => {
      lastEvent = event.lastEventId;
      const change = JSON.parse(event.data);
      if (isPaused()) held = [...held, change].slice(-MAX_ROWS);
      else show(change);
    });
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) {
        state.textContent = "The stream was refused: you are signed out, or too many people watch. The page tries again; or refresh it.";
        setTimeout(connect, RETRY_MILLISECONDS);
      } else {
        // Between two connections it is CONNECTING for a moment, every minute: not worth a message.
        setTimeout(sayThatItIsAway, AWAY_MILLISECONDS);
      }
    };
  }

  function sayThatItIsAway() {
    if (source.readyState === EventSource.CONNECTING) state.textContent = "The gateway does not answer; trying again…";
  }

  pause.hidden = false;
  pause.addEventListener("click", () => {
    const paused = !isPaused();
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Go on" : "Pause";
    state.textContent = paused ? "Paused." : "Live.";
    if (!paused) {
      held.splice(0).forEach(show);
      document.dispatchEvent(new CustomEvent("live:connected"));
    }
  });
  connect();
}
