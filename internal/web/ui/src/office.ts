// Keys of the office: "/" goes to the search, j and k walk the list, enter opens what is marked.
const rows = () => [...document.querySelectorAll<HTMLElement>("[data-row]")].filter((r) => r.querySelector("a"));
let at = -1;

function typing(e: KeyboardEvent): boolean {
  const t = e.target as HTMLElement;
  return e.ctrlKey || e.metaKey || e.altKey || t.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName);
}

function go(step: number): void {
  const all = rows();
  if (all.length === 0) return;
  at = Math.min(all.length - 1, Math.max(0, at + step));
  all[at].querySelector<HTMLElement>("a")?.focus();
}

document.addEventListener("keydown", (e) => {
  if (e.key === "Escape" && typing(e)) (e.target as HTMLElement).blur();
  if (typing(e)) return;
  if (e.key === "/") {
    const search = document.querySelector<HTMLInputElement>("[data-search]");
    if (search) {
      e.preventDefault();
      search.focus();
      search.select();
    }
  } else if (e.key === "j") go(1);
  else if (e.key === "k") go(-1);
});

document.addEventListener("focusin", (e) => {
  const row = (e.target as HTMLElement).closest<HTMLElement>("[data-row]");
  if (row) at = rows().indexOf(row);
});
