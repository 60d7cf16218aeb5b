// Draws the hall: from far its parts, from near its seats. Colour says the price; shape says everything else.
import { ACCESSIBLE, COMPANION, Hall, RESTRICTED, Section, Shape } from "./hall";
import { Camera } from "./camera";

interface Ink { bg: string; surface: string; raised: string; text: string; muted: string; accent: string; onAccent: string; line: string }

export class Painter {
  private ink!: Ink;
  private due = 0;
  focus = -1;
  hover = -1;
  constructor(
    private readonly canvas: HTMLCanvasElement, private readonly hall: Hall, private readonly camera: Camera,
    private readonly chosen: ReadonlySet<number>,
  ) { this.readInk(); }

  readInk(): void {
    const css = getComputedStyle(document.documentElement);
    const get = (name: string) => css.getPropertyValue(`--color-${name}`).trim();
    this.hall.paint(matchMedia("(prefers-color-scheme: dark)").matches);
    this.ink = { bg: get("bg"), surface: get("surface"), raised: get("raised"), text: get("text"), muted: get("muted"), accent: get("accent"), onAccent: get("on-accent"), line: get("line") };
  }

  // far: seats are too small to tell apart, so the parts are drawn as wholes.
  far(): boolean { return this.radius() < 1.25 && this.hall.sections.some((s) => s.outline.length > 0); }

  // tiny: seats can be seen, but no finger can meet one.
  tiny(): boolean { return this.radius() < 5; }

  radius(): number { return (this.hall.count ? this.hall.r[0] : 100) * this.camera.scale; }

  ask(): void {
    if (!this.due) this.due = requestAnimationFrame(() => { this.due = 0; this.paint(); });
  }

  private paint(): void {
    const g = this.canvas.getContext("2d");
    if (!g) return;
    const dpr = Math.min(window.devicePixelRatio || 1, 2.5), { width, height, scale, x, y } = this.camera;
    if (this.canvas.width !== Math.round(width * dpr) || this.canvas.height !== Math.round(height * dpr)) {
      this.canvas.width = Math.round(width * dpr);
      this.canvas.height = Math.round(height * dpr);
    }
    g.setTransform(dpr, 0, 0, dpr, 0, 0);
    g.clearRect(0, 0, width, height);
    g.setTransform(dpr * scale, 0, 0, dpr * scale, dpr * x, dpr * y);
    for (const s of this.hall.raw.decor ?? []) this.shape(g, s);
    for (const a of this.hall.raw.areas ?? []) {
      const zone = this.hall.page.zones.find((z) => z.categories.includes(this.hall.raw.categories[a.k]));
      this.shape(g, zone ? { ...a.shape, color: zone.color, textInk: readable(zone.color) } : a.shape);
    }
    const far = this.far();
    for (const s of this.hall.sections) this.part(g, s, far);
    for (const t of this.hall.raw.tables ?? []) this.shape(g, t);
    if (!far) this.seats(g);
    else this.partNames(g);
    this.doors(g);
    this.marks(g);
  }

  private path(g: CanvasRenderingContext2D, p: number[]): void {
    g.beginPath();
    for (let i = 0; i < p.length; i += 2) i ? g.lineTo(p[i], p[i + 1]) : g.moveTo(p[i], p[i + 1]);
    g.closePath();
  }

  private shape(g: CanvasRenderingContext2D, s: Shape, alpha = 1): void {
    g.save();
    g.beginPath();
    const [w, h] = s.size ?? [0, 0];
    if (s.kind === "polygon" && s.points) this.path(g, s.points);
    g.translate(s.at[0], s.at[1]);
    g.rotate(((s.rotation ?? 0) * Math.PI) / 180);
    if (s.kind === "rectangle") g.roundRect(0, 0, w, h, Math.min(w, h) * 0.04);
    if (s.kind === "ellipse" || s.kind === "circle") g.ellipse(0, 0, w, h, 0, 0, 7);
    g.globalAlpha = alpha;
    if (s.color) {
      g.fillStyle = s.color;
      g.fill();
    }
    if (s.border) {
      g.strokeStyle = s.border;
      g.lineWidth = Math.max(8, 1 / this.camera.scale);
      g.stroke();
    }
    g.restore();
    if (s.text && s.textAt) this.word(g, s.text, s.textAt[0], s.textAt[1], s.textSize ?? 160, s.textInk || this.ink.text, 600);
  }

  // word writes in the plan's units, but not when nobody could read it.
  private word(g: CanvasRenderingContext2D, text: string, x: number, y: number, size: number, ink: string, weight = 500): void {
    if (size * this.camera.scale < 6.5) return;
    g.font = `${weight} ${size}px system-ui, sans-serif`;
    g.textAlign = "center";
    g.textBaseline = "middle";
    g.fillStyle = ink;
    g.fillText(text, x, y);
  }

  private part(g: CanvasRenderingContext2D, s: Section, far: boolean): void {
    if (!s.seats || !s.outline.length) return;
    this.path(g, s.outline);
    g.globalAlpha = far ? (s.shown ? 0.6 + 0.4 * Math.sqrt(s.shown / s.seats) : 1) : 1;
    g.fillStyle = far ? (s.shown ? this.hall.colorOf(s) : this.ink.raised) : this.ink.surface;
    g.fill();
    g.globalAlpha = 1;
    g.strokeStyle = this.ink.line;
    g.lineWidth = 1 / this.camera.scale;
    g.stroke();
  }

  // partNames writes the parts' names, or only their numbers when the names have no room: all in one way.
  private partNames(g: CanvasRenderingContext2D): void {
    const parts = this.hall.sections.filter((s) => s.seats), size = Math.min(13, Math.max(8, this.camera.width / 45)) / this.camera.scale;
    g.font = `700 ${size}px system-ui, sans-serif`;
    const short = (s: Section) => /\d+/.exec(s.name)?.[0] ?? s.name;
    const room = (s: Section) => Math.min(s.box[2] - s.box[0], s.box[3] - s.box[1]) * 1.1;
    const names = parts.every((s) => g.measureText(s.name).width < room(s));
    for (const s of parts) {
      const text = names ? s.name : short(s);
      if (g.measureText(text).width < (s.box[2] - s.box[0]) * 0.95) this.word(g, text, ...middle(s), size, s.shown ? readable(this.hall.colorOf(s)) : this.ink.muted, 700);
    }
  }

  private seats(g: CanvasRenderingContext2D): void {
    const { camera, hall } = this, [x0, y0] = camera.toPlan(0, 0), [x1, y1] = camera.toPlan(camera.width, camera.height);
    const lots = new Map<string, number[]>();
    const close = this.radius() >= 3;
    for (const r of hall.rows) {
      if (r.box[2] < x0 || r.box[0] > x1 || r.box[3] < y0 || r.box[1] > y1) continue;
      for (let no = r.first; no < r.first + r.count; no++) {
        if (this.chosen.has(no) || hall.zone[no] < 0) continue;
        const key = hall.isFree(no) && hall.shows(no) ? `${hall.color(no)} ${close ? hall.flags[no] & 7 : 0} ${hall.sign(no)}` : "taken";
        let lot = lots.get(key);
        if (!lot) lots.set(key, (lot = []));
        lot.push(no);
      }
      if (close) this.rowNumber(g, r.number, r.at, r.first, r.count);
    }
    for (const [key, lot] of lots) this.lot(g, key, lot, close);
    for (const no of this.chosen) this.picked(g, no);
    if (this.radius() >= 8.5) this.numbers(g, lots);
  }

  // lot draws seats of one colour and one shape with one stroke of the brush.
  private lot(g: CanvasRenderingContext2D, key: string, lot: number[], close: boolean): void {
    const hall = this.hall;
    if (key === "taken") {
      g.beginPath();
      for (const no of lot) {
        const r = hall.r[no] * (close ? 0.42 : 0.6);
        g.moveTo(hall.x[no] + r, hall.y[no]);
        g.arc(hall.x[no], hall.y[no], r, 0, 7);
      }
      g.fillStyle = this.ink.muted;
      g.globalAlpha = 0.38;
      g.fill();
      g.globalAlpha = 1;
      return;
    }
    const [color, flag, sign] = key.split(" "), flags = Number(flag), special = flags & (ACCESSIBLE | COMPANION);
    g.beginPath();
    for (const no of lot) {
      const r = hall.r[no], x = hall.x[no], y = hall.y[no];
      if (special) g.roundRect(x - r, y - r, 2 * r, 2 * r, r * 0.35);
      else {
        g.moveTo(x + r, y);
        g.arc(x, y, r, 0, 7);
      }
    }
    g.fillStyle = color;
    g.strokeStyle = color;
    g.lineWidth = 22;
    if (flags & COMPANION || flags & RESTRICTED) {
      g.globalAlpha = 0.18;
      g.fill();
      g.globalAlpha = 1;
      g.stroke();
    } else g.fill();
    if (flags & RESTRICTED) {
      g.beginPath();
      for (const no of lot) {
        g.moveTo(hall.x[no], hall.y[no] - hall.r[no]);
        g.arc(hall.x[no], hall.y[no], hall.r[no], -Math.PI / 2, Math.PI / 2);
        g.closePath();
      }
      g.fill();
    }
    if (this.radius() >= 4.5 && !flags) this.sign(g, lot, SIGNS[Number(sign)], readable(color));
  }

  // sign draws the price's second sign along the rims: colour alone would leave some people out.
  private sign(g: CanvasRenderingContext2D, lot: number[], strokes: [number, number][], ink: string): void {
    if (!strokes.length) return;
    const hall = this.hall, turn = Math.PI / 6;
    g.beginPath();
    for (const no of lot) {
      const r = hall.r[no] * 0.78, x = hall.x[no], y = hall.y[no];
      for (const [from, to] of strokes) {
        const begin = from * turn - Math.PI / 2;
        g.moveTo(x + r * Math.cos(begin), y + r * Math.sin(begin));
        g.arc(x, y, r, begin, to * turn - Math.PI / 2);
      }
    }
    g.strokeStyle = ink;
    g.lineWidth = hall.r[lot[0]] * 0.18;
    g.stroke();
  }

  private picked(g: CanvasRenderingContext2D, no: number): void {
    const { hall } = this, r = hall.r[no] * 1.12, x = hall.x[no], y = hall.y[no];
    g.beginPath();
    g.arc(x, y, r, 0, 7);
    g.fillStyle = this.ink.text;
    g.fill();
    g.beginPath();
    g.moveTo(x - r * 0.42, y + r * 0.02);
    g.lineTo(x - r * 0.1, y + r * 0.36);
    g.lineTo(x + r * 0.46, y - r * 0.34);
    g.strokeStyle = this.ink.bg;
    g.lineWidth = r * 0.24;
    g.lineCap = g.lineJoin = "round";
    g.stroke();
    g.lineCap = "butt";
  }

  private numbers(g: CanvasRenderingContext2D, lots: Map<string, number[]>): void {
    for (const [key, lot] of lots) {
      if (key === "taken") continue;
      const flags = Number(key.split(" ")[1]);
      for (const no of lot) {
        const ink = flags & COMPANION ? this.ink.text : flags & RESTRICTED ? this.ink.text : readable(this.hall.color(no));
        const text = flags & ACCESSIBLE ? "♿\ufe0e" : this.hall.numbers[no];
        if (flags & RESTRICTED) this.halo(g, text, no);
        else this.word(g, text, this.hall.x[no], this.hall.y[no] + this.hall.r[no] * 0.06, this.hall.r[no] * (text.length > 2 ? 0.8 : 1), ink, 600);
      }
    }
  }

  // halo keeps a number readable over a seat of two halves.
  private halo(g: CanvasRenderingContext2D, text: string, no: number): void {
    const { hall } = this, size = hall.r[no];
    g.font = `700 ${size}px system-ui, sans-serif`;
    g.textAlign = "center";
    g.textBaseline = "middle";
    g.strokeStyle = this.ink.bg;
    g.lineWidth = size * 0.3;
    g.lineJoin = "round";
    g.strokeText(text, hall.x[no], hall.y[no]);
    g.fillStyle = this.ink.text;
    g.fillText(text, hall.x[no], hall.y[no]);
  }

  private rowNumber(g: CanvasRenderingContext2D, number: string, at: string, first: number, count: number): void {
    if (!number || !count) return;
    const h = this.hall, last = first + count - 1, size = h.r[first] * 1.15;
    const ends: [number, number][] = [];
    if (at !== "end") ends.push([first, Math.min(first + 1, last)]);
    if (at === "end" || at === "both") ends.push([last, Math.max(last - 1, first)]);
    for (const [no, next] of ends) {
      const dx = h.x[no] - h.x[next] || -1, dy = h.y[no] - h.y[next], d = Math.hypot(dx, dy);
      this.word(g, number, h.x[no] + (dx / d) * h.r[no] * 2.1, h.y[no] + (dy / d) * h.r[no] * 2.1, size, this.ink.muted);
    }
  }

  private doors(g: CanvasRenderingContext2D): void {
    const size = (this.camera.width < 600 ? 8 : 11) / this.camera.scale;
    for (const e of this.hall.raw.entrances ?? []) {
      if (!e.at) continue;
      const short = e.id.length <= 2 ? e.id : e.name.slice(0, 1);
      g.beginPath();
      g.roundRect(e.at[0] - size, e.at[1] - size, 2 * size, 2 * size, size * 0.4);
      g.fillStyle = this.ink.bg;
      g.fill();
      g.strokeStyle = this.ink.text;
      g.lineWidth = 1.5 / this.camera.scale;
      g.stroke();
      this.word(g, short, e.at[0], e.at[1] + size * 0.06, size * 1.15, this.ink.text, 700);
    }
  }

  private marks(g: CanvasRenderingContext2D): void {
    const ring = (no: number, ink: string, width: number) => {
      g.beginPath();
      g.arc(this.hall.x[no], this.hall.y[no], this.hall.r[no] * 1.3 + 2 / this.camera.scale, 0, 7);
      g.strokeStyle = ink;
      g.lineWidth = width / this.camera.scale;
      g.stroke();
    };
    if (this.hover >= 0 && !this.far()) ring(this.hover, this.ink.muted, 1.5);
    if (this.focus >= 0) ring(this.focus, this.ink.accent, 3);
  }
}

// The strokes of each sign, in twelfths of the rim from its top; the legend's are the same.
const SIGNS: [number, number][][] = [
  [], [[0, 12]], [[-1, 1]], [[5, 7]], [[2, 4], [8, 10]], [[-1, 1], [5, 7]], [[-1, 1], [2, 4], [5, 7], [8, 10]], [[8, 10]],
];

// middle is the mean of a part's corners: of a bent part it lies nearer to it than the middle of its box.
function middle(s: Section): [number, number] {
  const p = s.outline, n = p.length / 2;
  if (!n) return [(s.box[0] + s.box[2]) / 2, (s.box[1] + s.box[3]) / 2];
  let x = 0, y = 0;
  for (let i = 0; i < p.length; i += 2) [x, y] = [x + p[i], y + p[i + 1]];
  return [x / n, y / n];
}

const inks = new Map<string, string>();

// readable picks black or white for a text on a colour.
function readable(color: string): string {
  let ink = inks.get(color);
  if (!ink) {
    const m = /^#(..)(..)(..)/.exec(color);
    const [r, g, b] = m ? m.slice(1).map((h) => Math.pow(parseInt(h, 16) / 255, 2.2)) : [0, 0, 0];
    ink = 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#111111" : "#ffffff";
    inks.set(color, ink);
  }
  return ink;
}
