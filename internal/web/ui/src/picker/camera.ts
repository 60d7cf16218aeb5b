// Where the visitor looks: screen = plan × scale + shift. A move is smooth unless motion is unwelcome.
import { Box } from "./hall";

export class Camera {
  scale = 1;
  x = 0;
  y = 0;
  width = 1;
  height = 1;
  least = 0.01;
  most = 10;
  private world: Box = [0, 0, 1, 1];
  private running = 0;
  constructor(private readonly moved: () => void) {}

  // look sets what there is to see; most is the scale at which a seat is as large as it ever gets.
  look(world: Box, seatRadius: number): void {
    this.world = world;
    this.most = 26 / Math.max(seatRadius, 1);
    this.resize();
  }

  resize(): void {
    const [a, b, c, d] = this.world;
    this.least = Math.min(this.width / (c - a), this.height / (d - b)) * 0.94;
    this.most = Math.max(this.most, this.least * 1.5);
    this.clamp();
  }

  toPlan(sx: number, sy: number): [number, number] { return [(sx - this.x) / this.scale, (sy - this.y) / this.scale]; }

  pan(dx: number, dy: number): void {
    cancelAnimationFrame(this.running);
    this.x += dx;
    this.y += dy;
    this.clamp();
    this.moved();
  }

  zoomAt(sx: number, sy: number, factor: number): void {
    cancelAnimationFrame(this.running);
    const [px, py] = this.toPlan(sx, sy);
    this.scale = Math.min(this.most, Math.max(this.least, this.scale * factor));
    this.x = sx - px * this.scale;
    this.y = sy - py * this.scale;
    this.clamp();
    this.moved();
  }

  // fit shows a box whole.
  fit(box: Box, smooth = true, margin = 0.94): void {
    const w = Math.max(1, box[2] - box[0]), h = Math.max(1, box[3] - box[1]);
    const scale = Math.min(this.most, Math.max(this.least, Math.min(this.width / w, this.height / h) * margin));
    this.goto((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, scale, smooth);
  }

  fitAll(smooth = true): void { this.fit(this.world, smooth, 0.94); }

  // goto brings a point of the plan to the middle.
  goto(px: number, py: number, scale: number, smooth = true): void {
    cancelAnimationFrame(this.running);
    const from = { px: (this.width / 2 - this.x) / this.scale, py: (this.height / 2 - this.y) / this.scale, s: this.scale };
    const set = (t: number) => {
      this.scale = from.s * Math.pow(scale / from.s, t);
      const x = from.px + (px - from.px) * t, y = from.py + (py - from.py) * t;
      this.x = this.width / 2 - x * this.scale;
      this.y = this.height / 2 - y * this.scale;
      if (t >= 1) this.clamp();
      this.moved();
    };
    if (!smooth || matchMedia("(prefers-reduced-motion: reduce)").matches) return set(1);
    const start = performance.now();
    const step = (now: number) => {
      const t = Math.min(1, (now - start) / 280);
      set(1 - Math.pow(1 - t, 3));
      if (t < 1) this.running = requestAnimationFrame(step);
    };
    this.running = requestAnimationFrame(step);
  }

  // clamp never loses the hall: what is smaller than the screen stays in its middle, what is larger covers it.
  private clamp(): void {
    const [a, b, c, d] = this.world;
    this.x = hold(this.x, this.width, a * this.scale, c * this.scale);
    this.y = hold(this.y, this.height, b * this.scale, d * this.scale);
  }
}

function hold(shift: number, room: number, low: number, high: number): number {
  const size = high - low, slack = room * 0.3;
  if (size <= room) return (room - size) / 2 - low;
  return Math.min(slack - low, Math.max(room - slack - high, shift));
}
