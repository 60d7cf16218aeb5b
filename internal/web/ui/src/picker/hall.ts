// The drawing of a plan, unpacked into arrays by seat number; written by internal/web/site/performance/geometry.go.
import { PageData, money, say } from "./data";

export const ACCESSIBLE = 1, COMPANION = 2, RESTRICTED = 4;

export interface Shape {
  kind: string;
  at: [number, number];
  size?: number[];
  points?: number[];
  rotation?: number;
  color?: string;
  border?: string;
  text?: string;
  textAt?: [number, number];
  textSize?: number;
  textInk?: string;
}

interface RawRow {
  s: number; n: string; l?: string; t?: string; c: number; x: number[]; y: number[]; r: number;
  k: number; ks?: number[]; p?: string; i?: string[]; m?: string[]; a?: string;
}

interface RawPlan {
  bounds: Box;
  floors: string[];
  categories: string[];
  entrances?: { id: string; name: string; at?: [number, number] }[];
  sections: { id: string; name: string; floor: number; way: number; outline?: number[]; bounds: Box }[];
  rows: RawRow[];
  flags?: Record<string, number>;
  notes?: string[];
  noted?: Record<string, number>;
  ways?: Record<string, number>;
  areas?: { id: string; name: string; k: number; shape: Shape }[];
  tables?: Shape[];
  decor?: Shape[];
}

export type Box = [number, number, number, number];

export interface Row { section: number; name: string; number: string; first: number; count: number; at: string; box: Box }

export interface Section {
  id: string; name: string; floor: number; way: number; outline: number[]; box: Box; rows: number[]; seats: number; free: number; shown: number; color: string;
}

export class Hall {
  readonly count: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly r: Float64Array;
  readonly row: Int32Array;
  readonly zone: Int16Array; // -1: nobody sells it
  readonly flags: Uint8Array;
  readonly state: Uint8Array; // 0 free, 1 held, 2 sold, 3 blocked
  readonly ids: string[] = [];
  readonly numbers: string[] = [];
  readonly rows: Row[] = [];
  readonly sections: Section[];
  readonly byID = new Map<string, number>();

  constructor(readonly raw: RawPlan, readonly page: PageData) {
    const n = raw.rows.reduce((sum, r) => sum + r.c, 0);
    this.count = n;
    this.x = new Float64Array(n);
    this.y = new Float64Array(n);
    this.r = new Float64Array(n);
    this.row = new Int32Array(n);
    this.zone = new Int16Array(n);
    this.flags = new Uint8Array(n);
    this.state = new Uint8Array(n).fill(3);
    this.sections = raw.sections.map((s) => ({ ...s, outline: s.outline ?? [], box: s.bounds, rows: [], seats: 0, free: 0, shown: 0, color: "" }));
    const zones = raw.categories.map((c) => page.zones.findIndex((z) => z.categories.includes(c)));
    let no = 0;
    for (const r of raw.rows) no = this.addRow(r, no, zones);
    for (const [k, v] of Object.entries(raw.flags ?? {})) this.flags[Number(k)] = v;
    for (const z of page.zones) z.light = z.color;
  }

  // paint chooses the colours for a light or a dark ground.
  paint(dark: boolean): void {
    for (const z of this.page.zones) z.color = dark ? z.dark : z.light!;
    for (const s of this.sections) s.color = this.mainColor(s);
  }

  private addRow(r: RawRow, first: number, zones: number[]): number {
    const w = this.page.words;
    const name = r.t ? say(w.table, "table", r.t) : r.l ? r.l : r.n ? say(w.row, "row", r.n) : "";
    const row: Row = { section: r.s, name, number: r.t ? "" : r.n, first, count: r.c, at: r.a ?? "", box: [Infinity, Infinity, -Infinity, -Infinity] };
    const index = this.rows.push(row) - 1;
    this.sections[r.s].rows.push(index);
    this.sections[r.s].seats += r.c;
    let x = 0, y = 0;
    for (let i = 0; i < r.c; i++) {
      const no = first + i;
      x += r.x[i];
      y += r.y[i];
      this.x[no] = x;
      this.y[no] = y;
      this.r[no] = r.r;
      this.row[no] = index;
      this.zone[no] = zones[r.ks ? r.ks[i] : r.k];
      const number = r.m ? r.m[i] : String(i + 1);
      this.numbers.push(number);
      const id = r.i ? r.i[i] : (r.p ?? "") + number;
      this.ids.push(id);
      this.byID.set(id, no);
      row.box = [Math.min(row.box[0], x - r.r), Math.min(row.box[1], y - r.r), Math.max(row.box[2], x + r.r), Math.max(row.box[3], y + r.r)];
    }
    return first + r.c;
  }

  private mainColor(s: Section): string {
    const votes = new Map<number, number>();
    for (const r of s.rows) {
      const z = this.zone[this.rows[r].first];
      votes.set(z, (votes.get(z) ?? 0) + this.rows[r].count);
    }
    const [zone] = [...votes].sort((a, b) => b[1] - a[1])[0] ?? [-1];
    return this.page.zones[zone]?.color ?? "";
  }

  // shows tells whether a price is shown: all are, or the one that was asked for.
  only = -1;
  shows(no: number): boolean { return this.only < 0 || this.zone[no] === this.only; }

  // colorOf is a part's colour from far: of most of its seats, or of the price that was asked for.
  colorOf(s: Section): string { return this.page.zones[this.only]?.color ?? s.color; }

  // recount says how many seats of each part are free.
  recount(): void {
    for (const s of this.sections) {
      s.free = s.shown = 0;
      for (const r of s.rows) {
        const { first, count } = this.rows[r];
        for (let no = first; no < first + count; no++) if (this.isFree(no)) {
          s.free++;
          if (this.shows(no)) s.shown++;
        }
      }
    }
  }

  isFree(no: number): boolean { return this.state[no] === 0 && this.zone[no] >= 0; }

  price(no: number): number { return this.page.zones[this.zone[no]]?.minor ?? 0; }

  color(no: number): string { return this.page.zones[this.zone[no]]?.color ?? ""; }

  sign(no: number): number { return this.page.zones[this.zone[no]]?.sign ?? 0; }

  sectionOf(no: number): Section { return this.sections[this.rows[this.row[no]].section]; }

  // place says which seat: "Row 5, seat 12".
  place(no: number): string {
    const seat = say(this.page.words.seat, "seat", this.numbers[no]);
    const row = this.rows[this.row[no]].name;
    return row ? `${row}, ${seat}` : seat;
  }

  notes(no: number): string[] {
    const w = this.page.words, f = this.flags[no], out: string[] = [];
    if (f & ACCESSIBLE) out.push(w.accessible);
    if (f & COMPANION) out.push(w.companion);
    if (f & RESTRICTED) out.push(w.restricted);
    const note = this.raw.noted?.[no];
    if (note !== undefined) out.push(this.raw.notes?.[note] ?? "");
    const way = this.raw.ways?.[no] ?? this.sectionOf(no).way;
    if (way >= 0) out.push(this.raw.entrances?.[way]?.name ?? "");
    return out;
  }

  // label says everything that matters before choosing.
  label(no: number): string {
    return [this.place(no), this.sectionOf(no).name, money(this.price(no), this.page.sign), ...this.notes(no)].join(" · ");
  }

  // at finds the seat nearest to a point, not further than reach.
  at(x: number, y: number, reach: number): number {
    let best = -1, least = Infinity;
    for (const r of this.rows) {
      if (x < r.box[0] - reach || x > r.box[2] + reach || y < r.box[1] - reach || y > r.box[3] + reach) continue;
      for (let no = r.first; no < r.first + r.count; no++) {
        const d = Math.hypot(this.x[no] - x, this.y[no] - y);
        if (d < Math.max(reach, this.r[no]) && d < least && this.zone[no] >= 0) [best, least] = [no, d];
      }
    }
    return best;
  }

  // partAt finds the section that a point lies in.
  partAt(x: number, y: number): Section | null {
    for (const s of this.sections) {
      const b = s.box;
      if (!s.seats) continue;
      if (s.outline.length ? inside(s.outline, x, y) : x >= b[0] && x <= b[2] && y >= b[1] && y <= b[3]) return s;
    }
    return null;
  }

  // areaAt finds the price zone of the standing area that a point lies in, -1 when there is none.
  areaAt(x: number, y: number): number {
    for (const { k, shape: s } of this.raw.areas ?? []) {
      const [w, h] = s.size ?? [0, 0], a = (-(s.rotation ?? 0) * Math.PI) / 180, dx = x - s.at[0], dy = y - s.at[1];
      const px = dx * Math.cos(a) - dy * Math.sin(a), py = dx * Math.sin(a) + dy * Math.cos(a);
      const hit = s.kind === "polygon" ? inside(s.points ?? [], x, y)
        : s.kind === "rectangle" ? px >= 0 && px <= w && py >= 0 && py <= h : w > 0 && h > 0 && (px / w) ** 2 + (py / h) ** 2 <= 1;
      if (hit) return this.page.zones.findIndex((z) => z.categories.includes(this.raw.categories[k]));
    }
    return -1;
  }

  // beside finds the next seat in a direction: near ahead is better than far aside.
  beside(no: number, dx: number, dy: number): number {
    let best = no, least = Infinity;
    for (let i = 0; i < this.count; i++) {
      if (i === no || this.zone[i] < 0) continue;
      const ax = this.x[i] - this.x[no], ay = this.y[i] - this.y[no];
      const ahead = ax * dx + ay * dy, aside = Math.abs(ax * dy - ay * dx);
      if (ahead <= 1 || aside > ahead * 1.6) continue;
      const cost = ahead + aside * 2;
      if (cost < least) [best, least] = [i, cost];
    }
    return best;
  }
}

function inside(p: number[], x: number, y: number): boolean {
  let odd = false;
  for (let i = 0, j = p.length - 2; i < p.length; j = i, i += 2) {
    if (p[i + 1] > y !== p[j + 1] > y && x < ((p[j] - p[i]) * (y - p[i + 1])) / (p[j + 1] - p[i + 1]) + p[i]) odd = !odd;
  }
  return odd;
}
