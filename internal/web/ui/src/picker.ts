// The seat picker: draws the hall and keeps it, the list and the form in step. Without it the list does everything.
import { Camera } from "./picker/camera";
import { pageData, PageData, money, say } from "./picker/data";
import { Painter } from "./picker/draw";
import { Box, Hall, Section } from "./picker/hall";
import { listen } from "./picker/input";
import { List } from "./picker/list";
import { Live } from "./picker/live";

const root = document.querySelector<HTMLElement>("[data-picker]");
const page = pageData();
if (root && page) void start(root, page);

async function start(root: HTMLElement, page: PageData): Promise<void> {
  root.classList.add("seats-live");
  const answer = await fetch(page.plan);
  if (!answer.ok) return root.classList.remove("seats-live");
  new Picker(root, new Hall(await answer.json(), page));
}

class Picker {
  private readonly chosen = new Set<number>();
  private readonly canvas: HTMLCanvasElement;
  private readonly camera = new Camera(() => this.painter.ask());
  private readonly painter: Painter;
  private readonly list: List;
  private readonly tip: HTMLElement;
  private readonly live: HTMLElement;
  private restored = false;

  constructor(private readonly root: HTMLElement, private readonly hall: Hall) {
    const find = <T extends HTMLElement>(what: string) => root.querySelector<T>(`[data-${what}]`)!;
    this.canvas = find<HTMLCanvasElement>("canvas");
    this.tip = find("tip");
    this.live = find("say");
    this.painter = new Painter(this.canvas, hall, this.camera, this.chosen);
    this.list = new List(root, hall, this.chosen, (no) => this.toggle(no), (id) => this.enterByID(id));
    this.measure();
    this.camera.look(hall.raw.bounds, hall.count ? hall.r[0] : 100);
    this.camera.fitAll(false);
    listen(this.canvas, hall, this.camera, this.painter, {
      toggle: (no) => this.toggle(no), look: (no) => this.say(this.describe(no)), enter: (part) => this.enter(part), stand: (zone) => this.stand(zone), tip: (no, x, y) => this.showTip(no, x, y),
    });
    for (const b of root.querySelectorAll<HTMLElement>("[data-zoom]")) b.addEventListener("click", () => this.zoom(b.dataset.zoom!));
    this.floors(find("floors"));
    this.prices();
    new ResizeObserver(() => { this.measure(); this.camera.resize(); this.painter.ask(); }).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.painter.readInk(); this.painter.ask(); });
    // Where a seat stands in the window: for those who drive the page by a script.
    Object.assign(root, { spot: (id: string) => this.spot(id) });
    void new Live(hall, (moved) => this.changed(moved), (yes) => this.stale(yes)).start().then(() => {
      find("loading").hidden = true;
      root.dataset.ready = "";
    });
  }

  private measure(): void {
    const box = this.canvas.getBoundingClientRect();
    this.camera.width = Math.max(1, box.width);
    this.camera.height = Math.max(1, box.height);
  }

  private spot(id: string): [number, number] {
    const no = this.hall.byID.get(id) ?? -1, box = this.canvas.getBoundingClientRect();
    return [this.hall.x[no] * this.camera.scale + this.camera.x + box.left, this.hall.y[no] * this.camera.scale + this.camera.y + box.top];
  }

  private zoom(how: string): void {
    const { width, height } = this.camera;
    if (how === "fit") this.camera.fitAll();
    else this.camera.zoomAt(width / 2, height / 2, how === "in" ? 1.5 : 1 / 1.5);
  }

  // prices makes the list of prices a switch: one of them alone, or all.
  private prices(): void {
    const buttons: HTMLButtonElement[] = [];
    for (const row of this.root.ownerDocument.querySelectorAll<HTMLElement>("[data-zone]")) {
      const zone = this.hall.page.zones.findIndex((z) => z.id === row.dataset.zone), name = row.querySelector(".seats-zone");
      if (zone < 0 || !name) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = name.className;
      button.textContent = name.textContent;
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => {
        this.hall.only = this.hall.only === zone ? -1 : zone;
        for (const b of buttons) b.setAttribute("aria-pressed", String(b === button && this.hall.only >= 0));
        this.hall.recount();
        this.painter.ask();
      });
      name.replaceWith(button);
      buttons.push(button);
    }
  }

  private floors(bar: HTMLElement): void {
    const names = this.hall.raw.floors;
    if (names.length < 2) return;
    names.forEach((name, i) => {
      const parts = this.hall.sections.filter((s) => s.floor === i && s.seats);
      if (!parts.length) return;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      button.addEventListener("click", () => this.camera.fit(union(parts.map((s) => s.box))));
      bar.append(button);
    });
    bar.hidden = bar.childElementCount < 2;
  }

  private enterByID(id: string): void {
    const part = this.hall.sections.find((s) => s.id === id);
    if (part) this.camera.fit(part.box, true, 0.86);
  }

  private enter(part: Section): void {
    this.camera.fit(part.box, true, 0.86);
    this.say(part.free ? `${part.name}: ${say(this.hall.page.words.left, "number", String(part.free))}` : `${part.name}: ${this.hall.page.words.sold}`);
    void this.list.open(part.id);
  }

  // stand leads from a standing area of the drawing to its numbers in the list.
  private stand(zone: number): void {
    const places = this.root.querySelector(`[data-places="${CSS.escape(this.hall.page.zones[zone].id)}"]`);
    places?.scrollIntoView({ block: "center" });
    places?.querySelector<HTMLInputElement>("input")?.focus({ preventScroll: true });
  }

  private toggle(no: number): void {
    const { hall } = this, w = hall.page.words;
    if (this.chosen.has(no)) {
      this.chosen.delete(no);
      this.say(say(w.removed, "seat", hall.place(no)));
    } else if (!hall.isFree(no)) {
      this.say(`${hall.place(no)}: ${w.taken}`);
    } else if (this.chosen.size >= hall.page.limit) {
      this.say(w.limit);
      this.flash(w.limit);
    } else {
      this.chosen.add(no);
      this.say(`${w.chosen}: ${hall.label(no)}`);
      const notes = hall.flags[no] ? hall.notes(no).join(" · ") : "";
      if (notes) this.flash(`${hall.place(no)} · ${notes}`);
    }
    this.update();
  }

  private update(): void {
    this.list.sync();
    this.painter.ask();
    try {
      sessionStorage.setItem(this.key(), JSON.stringify([...this.chosen].map((no) => this.hall.ids[no])));
    } catch { /* a browser that remembers nothing is a good browser too */ }
  }

  private key(): string { return "seats:" + this.hall.page.id; }

  // changed follows the stock: what somebody else took leaves the choice, and is told.
  private changed(moved: number[]): void {
    const { hall } = this;
    hall.recount();
    if (!this.restored) this.restore();
    for (const no of moved) {
      if (!this.chosen.has(no) || hall.isFree(no)) continue;
      this.chosen.delete(no);
      const words = say(hall.page.words.lost, "seat", hall.place(no));
      this.say(words);
      this.flash(words);
    }
    this.update();
  }

  private restore(): void {
    this.restored = true;
    const { page } = this.hall;
    let ids = page.chosen;
    if (!page.back) {
      try {
        ids = JSON.parse(sessionStorage.getItem(this.key()) ?? "[]") as string[];
      } catch { ids = []; }
    }
    for (const id of ids) {
      const no = this.hall.byID.get(id);
      if (no !== undefined && this.hall.isFree(no) && this.chosen.size < page.limit) this.chosen.add(no);
    }
  }

  private describe(no: number): string {
    const { hall } = this, w = hall.page.words;
    return `${hall.label(no)} · ${this.chosen.has(no) ? w.chosen : hall.isFree(no) ? w.free : w.taken}`;
  }

  private say(words: string): void { this.live.textContent = words; }

  private stale(yes: boolean): void {
    this.root.toggleAttribute("data-stale", yes);
    if (yes) this.flash(this.hall.page.words.stale);
  }

  private flashing = 0;

  // flash shows words at the drawing's lower edge for a while.
  private flash(words: string): void {
    this.tip.replaceChildren(words);
    this.tip.className = "seats-tip seats-tip-flash";
    this.tip.style.transform = "";
    this.tip.hidden = false;
    clearTimeout(this.flashing);
    this.flashing = window.setTimeout(() => { this.flashing = 0; this.tip.hidden = true; }, 4000);
  }

  private showTip(no: number, x: number, y: number): void {
    if (this.flashing) return;
    this.tip.hidden = no < 0;
    this.canvas.style.cursor = no >= 0 && this.hall.isFree(no) ? "pointer" : "";
    if (no < 0) return;
    const { hall } = this, lines = [hall.place(no), hall.sectionOf(no).name, hall.isFree(no) ? money(hall.price(no), hall.page.sign) : hall.page.words.taken, ...hall.notes(no)];
    this.tip.className = "seats-tip";
    this.tip.replaceChildren(...lines.map((line, i) => {
      const el = document.createElement(i ? "span" : "b");
      el.textContent = line;
      return el;
    }));
    const w = this.tip.offsetWidth, h = this.tip.offsetHeight;
    this.tip.style.transform = `translate(${Math.min(Math.max(8, x - w / 2), this.camera.width - w - 8)}px, ${y - h - 16 > 8 ? y - h - 16 : y + 20}px)`;
  }
}

function union(boxes: Box[]): Box {
  return boxes.reduce((a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]);
}
