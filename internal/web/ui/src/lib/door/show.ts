// Puts answers on the screen: over everything, then into the list of the last ten.
import type { Answer } from "./types";

const rows = 10;

export class Screen {
  private over = get("door-over");
  private list = get("door-list");
  private timer = 0;
  private back: HTMLElement | null = null;

  constructor() {
    this.over.addEventListener("click", () => this.hide());
    document.addEventListener("keydown", (e) => this.key(e));
  }

  get visible(): boolean { return !this.over.hidden; }

  answer(a: Answer, from: HTMLElement | null): void {
    const e = clone("door-result");
    fill(e, a, { ".door-word": a.word, ".door-reason": a.reason, ".door-place": a.place, ".door-small": a.small });
    this.over.replaceChildren(e);
    this.over.hidden = false;
    this.back = from;
    this.over.focus({ preventScroll: true });
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.hide(), a.result === "admitted" ? 1800 : 6000);
    document.querySelector(".door-served")?.remove();
    this.row(a);
  }

  row(a: Answer): void {
    const e = clone("door-row");
    fill(e, a, { time: a.clock, ".door-row-word": a.word, ".door-row-place": a.place, ".door-row-reason": a.reason });
    this.list.prepend(e);
    while (this.list.children.length > rows) this.list.lastElementChild!.remove();
  }

  hide(): void {
    clearTimeout(this.timer);
    this.over.hidden = true;
    this.back?.focus();
    this.back = null;
  }

  // A scanner that types, as those on a cable do, must not wait for the answer to go away.
  private key(e: KeyboardEvent): void {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (this.visible && (e.key === "Escape" || e.key === "Enter")) {
      e.preventDefault();
      this.hide();
    } else if (e.key.length === 1 && e.key !== " " && !(document.activeElement instanceof HTMLInputElement)) {
      this.hide();
      get("door-code").focus();
    }
  }
}

function clone(id: string): HTMLElement {
  return (get(id) as HTMLTemplateElement).content.firstElementChild!.cloneNode(true) as HTMLElement;
}

function fill(e: HTMLElement, a: Answer, texts: Record<string, string>): void {
  e.dataset.result = a.result;
  for (const [where, text] of Object.entries(texts)) e.querySelector(where)!.textContent = text;
}

export function get(id: string): HTMLElement { return document.getElementById(id)!; }
