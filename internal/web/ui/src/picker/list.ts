// The list beside the drawing and the sheet below: the same choice in words. The form is the truth that is sent.
import { Hall } from "./hall";
import { money, say } from "./data";

export class List {
  private readonly form: HTMLFormElement;
  private readonly hidden = document.createElement("div");
  constructor(root: HTMLElement, private readonly hall: Hall, private readonly chosen: ReadonlySet<number>, private readonly toggle: (no: number) => void, private readonly enter: (section: string) => void) {
    this.form = root.querySelector<HTMLFormElement>("[data-form]")!;
    this.hidden.hidden = true;
    this.form.append(this.hidden);
    this.form.querySelector("[data-elsewhere]")?.remove();
    this.form.addEventListener("change", (e) => this.onChange(e));
    this.form.addEventListener("input", (e) => { if ((e.target as HTMLElement).dataset.minor) this.sync(); });
    this.form.addEventListener("click", (e) => this.onClick(e));
  }

  private boxes(): HTMLInputElement[] {
    return [...this.form.querySelectorAll<HTMLInputElement>("[data-list] input[name=seat]")];
  }

  private onChange(e: Event): void {
    const box = e.target as HTMLInputElement;
    if (box.name !== "seat") return;
    const no = this.hall.byID.get(box.value);
    if (no !== undefined && box.checked !== this.chosen.has(no)) this.toggle(no);
    this.sync();
  }

  private onClick(e: Event): void {
    const button = (e.target as HTMLElement).closest("button");
    if (button?.name === "section") {
      e.preventDefault();
      this.enter(button.value);
      void this.open(button.value);
    } else if (button?.dataset.remove) {
      this.toggle(Number(button.dataset.remove));
      this.form.querySelector<HTMLElement>("[data-picked] button, [data-sheet] .button")?.focus();
    }
  }

  // open fetches a part's rows, the same page as without JavaScript, and puts them in place.
  async open(section: string): Promise<void> {
    const list = this.form.querySelector("[data-list]");
    if (!list || list.querySelector(`[data-open="${CSS.escape(section)}"]`)) return;
    const answer = await fetch(`${location.pathname}?section=${encodeURIComponent(section)}`, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-list]");
    if (!page) return;
    list.replaceChildren(...page.childNodes);
    this.sync();
  }

  // sync makes boxes, hidden fields, sum and sheet say what is chosen.
  sync(): void {
    const shown = new Set<number>();
    for (const box of this.boxes()) {
      const no = this.hall.byID.get(box.value);
      if (no === undefined) continue;
      shown.add(no);
      box.checked = this.chosen.has(no);
      box.disabled = !this.hall.isFree(no);
    }
    this.hidden.replaceChildren(...[...this.chosen].filter((no) => !shown.has(no)).map((no) => {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "seat";
      field.value = this.hall.ids[no];
      return field;
    }));
    this.sheet();
  }

  private sheet(): void {
    let sum = 0, count = this.chosen.size;
    for (const no of this.chosen) sum += this.hall.price(no);
    for (const field of this.form.querySelectorAll<HTMLInputElement>("input[data-minor]")) {
      const n = Math.max(0, Math.floor(Number(field.value) || 0));
      count += n;
      sum += n * Number(field.dataset.minor);
    }
    const { page } = this.hall, sheet = this.form.querySelector<HTMLElement>("[data-sheet]")!;
    sheet.toggleAttribute("data-full", count > 0);
    sheet.querySelector("[data-sum]")!.textContent = count ? money(sum, page.sign) : "";
    sheet.querySelector("[data-count]")!.textContent = count ? (page.counts[count] ?? page.words.limit) : page.words.limit;
    const picked = sheet.querySelector<HTMLElement>("[data-picked]")!;
    picked.replaceChildren(...[...this.chosen].map((no) => this.chip(no)));
    picked.scrollLeft = picked.scrollWidth; // the newest choice is in sight
  }

  private chip(no: number): HTMLElement {
    const { hall } = this, chip = document.createElement("div"), button = document.createElement("button");
    chip.className = "picked";
    const part = document.createElement("span"), place = document.createElement("b"), price = document.createElement("span");
    part.textContent = hall.sectionOf(no).name;
    place.textContent = hall.place(no);
    price.textContent = money(hall.price(no), hall.page.sign);
    button.type = "button";
    button.dataset.remove = String(no);
    button.setAttribute("aria-label", say(hall.page.words.remove, "seat", hall.place(no)));
    button.textContent = "×";
    chip.title = hall.label(no);
    chip.append(place, part, price, button);
    return chip;
  }
}
