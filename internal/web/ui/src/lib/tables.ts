// A table that is wider than a narrow screen becomes a list: each row a block, each cell with its column's name.
// The roles stay a table's, for who hears it.
const wide = window.matchMedia("(min-width: 40rem)");

export function tables(root: ParentNode): void {
  for (const box of root.querySelectorAll<HTMLElement>(".table")) {
    if (box.closest(".matrix")) continue; // a grid of marks is only read as a grid
    const fit = () => {
      box.classList.remove("table-stack");
      if (wide.matches || box.scrollWidth <= box.clientWidth) return;
      name(box);
      box.classList.add("table-stack");
    };
    fit();
    wide.addEventListener("change", fit);
    box.closest("details")?.addEventListener("toggle", fit);
  }
}

function name(box: HTMLElement): void {
  const head = [...box.querySelectorAll("thead th")].map((th) => th.textContent?.trim() ?? "");
  box.querySelector("table")?.setAttribute("role", "table");
  for (const row of box.querySelectorAll("tr")) {
    row.setAttribute("role", "row");
    let at = 0;
    for (const cell of row.cells) {
      const heads = cell.tagName === "TH";
      cell.setAttribute("role", heads ? (cell.getAttribute("scope") === "row" ? "rowheader" : "columnheader") : "cell");
      if (cell.closest("tbody") && at > 0 && cell.colSpan === 1) cell.dataset.label = head[at] ?? "";
      at += cell.colSpan;
    }
  }
}
