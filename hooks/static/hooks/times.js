// Shows each time of the page, which comes in UTC, in the zone and the writing that the person chose.
"use strict";
{
  const chosen = document.querySelector('meta[name="time-display"]').dataset;
  const PARTS = {
    year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short",
  };

  function makeFormat() {
    const writing = chosen.writing || undefined; // undefined: the browser's own
    try {
      return new Intl.DateTimeFormat(writing, { ...PARTS, timeZone: chosen.zone || undefined });
    } catch {
      return new Intl.DateTimeFormat(writing, PARTS); // a zone that this browser does not know
    }
  }

  const format = makeFormat();

  function show(time) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) return;
    time.title = time.dateTime;
    time.textContent = format.format(at);
  }

  const showAll = (within) => within.querySelectorAll("time[datetime]").forEach(show);

  showAll(document);
  // Rows that a stream adds later, too.
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) if (node.nodeType === Node.ELEMENT_NODE) showAll(node);
    }
  }).observe(document.body, { childList: true, subtree: true });
}
