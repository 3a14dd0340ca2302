// Says, to whoever cannot see the page, what Django's own pages leave without a name.
"use strict";
{
  const name = (element, words) => element?.setAttribute("aria-label", words);
  const wordsOf = (select) => select.getAttribute("aria-label") || select.labels[0]?.textContent.replace(":", "").trim() || "";

  // A choice with a search in it (select2) is named by its field, and then by what is chosen.
  function nameChoice(select) {
    const box = select.nextElementSibling.querySelector("[role=combobox]");
    const chosen = box.querySelector(".select2-selection__rendered");
    name(box, wordsOf(select));
    name(box.querySelector("input"), wordsOf(select));
    box.id = `${select.id}-choice`;
    box.setAttribute("aria-labelledby", chosen.id ? `${box.id} ${chosen.id}` : box.id);
    box.setAttribute("aria-controls", `select2-${select.id}-results`);
    chosen.removeAttribute("role"); // it is no field of its own
    chosen.removeAttribute("aria-readonly");
  }

  const nameChoices = (within) => within.querySelectorAll("select.select2-hidden-accessible").forEach(nameChoice);

  function nameOpened(select) {
    const opened = document.querySelector(".select2-dropdown");
    opened.setAttribute("role", "region");
    name(opened, wordsOf(select));
    name(opened.querySelector("input"), wordsOf(select));
  }

  name(document.getElementById("searchbar"), "Search");
  for (const head of document.querySelectorAll(".tabular th:empty")) {
    const words = document.createElement("span");
    words.className = "visually-hidden";
    words.textContent = "Row";
    if (head.matches(".original")) head.append(words);
    else head.replaceWith(document.createElement("td")); // where nothing can be deleted
  }
  for (const input of document.querySelectorAll(".tabular td input:not([type=hidden], [aria-label])")) {
    const column = [...input.closest("td").classList].find((word) => word.startsWith("field-"));
    const head = input.closest("table").querySelector(`th.${column?.replace("field-", "column-")}`);
    if (head && !input.labels.length) name(input, head.textContent.trim());
  }
  // A table that is wider than the page is scrolled with the keyboard too.
  for (const group of document.querySelectorAll(".inline-group")) {
    if (!group.querySelector("a, button, input:not([type=hidden]), select")) group.tabIndex = 0;
  }
  addEventListener("load", () => { // Django's own scripts make these
    document.querySelectorAll(".help-tooltip[aria-label]").forEach((tip) => tip.setAttribute("role", "img"));
  });
  if (window.django?.jQuery?.fn.select2) {
    django.jQuery(() => nameChoices(document)); // after Django's own script has made them
    document.addEventListener("formset:added", (event) => nameChoices(event.target));
    django.jQuery(document).on("select2:open", (event) => nameOpened(event.target));
  }
}
