// Tells each cell its column's name: on a phone a row is a card, and the table's head is not seen.
"use strict";
{
  const nameOf = (head) => (head.querySelector(".text") ?? head).textContent.trim().replace(/\s+/g, " ");

  function labelRow(row, names) {
    for (const cell of row.cells) {
      const name = names[cell.cellIndex];
      if (cell.tagName === "TD" && cell.colSpan === 1 && name && !cell.matches(".action-checkbox, .original")) cell.dataset.label = name;
    }
  }

  function labelTable(table) {
    const heads = table.tHead?.rows[0]?.cells;
    if (!heads) return;
    const names = [...heads].flatMap((head) => [nameOf(head), ...Array(head.colSpan - 1).fill("")]);
    for (const body of table.tBodies) for (const row of body.rows) labelRow(row, names);
  }

  document.querySelectorAll("#content table").forEach(labelTable);
  document.addEventListener("formset:added", (event) => {
    const table = event.target.closest("table");
    if (table) labelTable(table);
  });
}
