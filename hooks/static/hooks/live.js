// Puts what the stream tells into the table: a row for each session and call, the newest on top.
"use strict";
{
  const MOST = 100; // rows
  const QUIET = 2000; // milliseconds between two things that are read aloud
  const AGAIN = 10000; // milliseconds after the stream was refused

  const table = document.getElementById("live");
  const body = table.tBodies[0];
  const state = document.getElementById("live-state");
  const news = document.getElementById("live-news");
  const pause = document.getElementById("live-pause");
  let last = table.dataset.after;
  let kept = []; // what came while the page was paused
  let source = null;
  let saidAt = 0;

  const cell = (row, ...parts) => row.insertCell().append(...parts);

  function show(told) {
    const before = document.getElementById(told.key);
    const row = before || document.createElement("tr");
    row.replaceChildren();
    row.id = told.key;
    row.className = told.reason ? "is-refused" : told.going_on ? "going-on" : "";
    const link = document.createElement("a");
    link.href = told.address;
    link.textContent = told.what;
    const remedy = document.createElement("span");
    remedy.className = "remedy";
    remedy.textContent = told.remedy;
    cell(row, told.at);
    cell(row, told.tenant);
    cell(row, link);
    cell(row, told.state);
    cell(row, told.reason + " ", remedy);
    if (!before) body.prepend(row);
    row.classList.add("new");
    setTimeout(() => row.classList.remove("new"), 1500);
    while (body.rows.length > MOST) body.lastElementChild.remove();
    if (Date.now() - saidAt > QUIET) {
      saidAt = Date.now();
      news.textContent = `${told.tenant} ${told.what}: ${told.state}`;
    }
  }

  const isPaused = () => pause.getAttribute("aria-pressed") === "true";

  function connect() {
    source = new EventSource(`${table.dataset.stream}?after=${encodeURIComponent(last)}`);
    source.onopen = () => { state.textContent = "Live."; };
    source.addEventListener("change", (event) => {
      last = event.lastEventId;
      const told = JSON.parse(event.data);
      if (isPaused()) kept = [...kept, told].slice(-MOST);
      else show(told);
    });
    source.onerror = () => {
      // Between two connections it is CONNECTING, for a moment and every minute: nothing to say then.
      if (source.readyState === EventSource.CLOSED) {
        state.textContent = "The stream was refused: you are signed out, or too many look. Refresh the page; or wait, it tries again.";
        setTimeout(connect, AGAIN);
      } else {
        setTimeout(() => { if (source.readyState === EventSource.CONNECTING) state.textContent = "The gateway is away; trying again…"; }, 2000);
      }
    };
  }

  pause.hidden = false;
  pause.addEventListener("click", () => {
    const paused = !isPaused();
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Go on" : "Pause";
    state.textContent = paused ? "Paused." : "Live.";
    if (!paused) kept.splice(0).forEach(show);
  });
  connect();
}
