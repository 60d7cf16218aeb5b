// Fingers, mouse and keys on the drawing.
import { Camera } from "./camera";
import { Hall, Section } from "./hall";
import { Painter } from "./draw";

export interface Acts {
  toggle(no: number): void;
  look(no: number): void; // tell of a seat that was reached
  enter(part: Section): void;
  stand(zone: number): void; // go to where places of a standing area are chosen
  tip(no: number, x: number, y: number): void;
}

export function listen(canvas: HTMLCanvasElement, hall: Hall, camera: Camera, painter: Painter, acts: Acts): void {
  pointers(canvas, hall, camera, painter, acts);
  canvas.addEventListener("wheel", (e) => {
    e.preventDefault();
    const at = spot(canvas, e);
    camera.zoomAt(at.x, at.y, Math.exp(-e.deltaY * (e.ctrlKey ? 0.01 : e.deltaMode ? 0.05 : 0.0016)));
  }, { passive: false });
  canvas.addEventListener("keydown", (e) => {
    if (e.altKey || e.ctrlKey || e.metaKey) return;
    if (key(e.key, hall, camera, painter, acts)) e.preventDefault();
  });
  canvas.addEventListener("blur", () => { painter.focus = -1; painter.ask(); });
}

const spot = (canvas: HTMLCanvasElement, e: MouseEvent) => {
  const box = canvas.getBoundingClientRect();
  return { x: e.clientX - box.left, y: e.clientY - box.top };
};

function pointers(canvas: HTMLCanvasElement, hall: Hall, camera: Camera, painter: Painter, acts: Acts): void {
  const down = new Map<number, { x: number; y: number }>();
  let travelled = 0;
  canvas.addEventListener("pointerdown", (e) => {
    if (e.button !== 0) return;
    if (!down.size) travelled = 0;
    down.set(e.pointerId, spot(canvas, e));
    canvas.setPointerCapture(e.pointerId);
  });
  canvas.addEventListener("pointermove", (e) => {
    const now = spot(canvas, e), was = down.get(e.pointerId);
    if (!was) {
      if (e.pointerType === "mouse") hover(hall, camera, painter, acts, now);
      return;
    }
    const other = [...down].find(([id]) => id !== e.pointerId)?.[1];
    travelled += Math.hypot(now.x - was.x, now.y - was.y);
    if (other) {
      const factor = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(was.x - other.x, was.y - other.y));
      camera.pan((now.x - was.x) / 2, (now.y - was.y) / 2);
      camera.zoomAt((now.x + other.x) / 2, (now.y + other.y) / 2, factor);
      travelled += 20;
    } else if (travelled > 6) camera.pan(now.x - was.x, now.y - was.y);
    down.set(e.pointerId, now);
  });
  const up = (e: PointerEvent) => {
    const was = down.get(e.pointerId);
    down.delete(e.pointerId);
    if (was && e.type === "pointerup" && travelled <= 6) tap(hall, camera, painter, acts, was, e.pointerType !== "mouse");
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => { painter.hover = -1; acts.tip(-1, 0, 0); painter.ask(); });
}

function hover(hall: Hall, camera: Camera, painter: Painter, acts: Acts, at: { x: number; y: number }): void {
  const [x, y] = camera.toPlan(at.x, at.y);
  const no = painter.far() ? -1 : hall.at(x, y, 0);
  if (no !== painter.hover) {
    painter.hover = no;
    painter.ask();
  }
  acts.tip(no, at.x, at.y);
}

// tap chooses a seat that can be met; from further away it comes nearer first.
function tap(hall: Hall, camera: Camera, painter: Painter, acts: Acts, at: { x: number; y: number }, finger: boolean): void {
  const [x, y] = camera.toPlan(at.x, at.y);
  const part = hall.partAt(x, y), zone = part ? -1 : hall.areaAt(x, y);
  if (zone >= 0) return acts.stand(zone);
  if (painter.far() && part) return acts.enter(part);
  if (finger && painter.tiny()) {
    const near = Math.min(camera.most, camera.scale * (11 / painter.radius()));
    return camera.goto(x, y, near);
  }
  const no = hall.at(x, y, (finger ? 18 : 6) / camera.scale);
  if (no >= 0) return acts.toggle(no);
  if (part && painter.tiny()) acts.enter(part);
}

const arrows: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function key(name: string, hall: Hall, camera: Camera, painter: Painter, acts: Acts): boolean {
  const [cx, cy] = [camera.width / 2, camera.height / 2];
  if (arrows[name]) {
    const from = painter.focus;
    const no = from < 0 ? firstFree(hall) : hall.beside(from, ...arrows[name]);
    if (no < 0) return true;
    painter.focus = no;
    show(hall, camera, painter, no);
    acts.look(no);
    return true;
  }
  switch (name) {
    case "Enter":
    case " ":
      if (painter.focus >= 0) acts.toggle(painter.focus);
      return true;
    case "+":
    case "=":
      camera.zoomAt(cx, cy, 1.4);
      return true;
    case "-":
      camera.zoomAt(cx, cy, 1 / 1.4);
      return true;
    case "0":
    case "Escape":
      camera.fitAll();
      return true;
  }
  return false;
}

function firstFree(hall: Hall): number {
  for (let no = 0; no < hall.count; no++) if (hall.isFree(no)) return no;
  return hall.count ? 0 : -1;
}

// show brings a seat into sight, large enough to read.
function show(hall: Hall, camera: Camera, painter: Painter, no: number): void {
  const sx = hall.x[no] * camera.scale + camera.x, sy = hall.y[no] * camera.scale + camera.y, edge = 60, tools = 130; // the zoom and the sheet lie over the lower edge
  const small = painter.radius() < 9;
  if (small || sx < edge || sy < edge || sx > camera.width - edge || sy > camera.height - tools) {
    camera.goto(hall.x[no], hall.y[no], small ? Math.min(camera.most, (camera.scale * 13) / painter.radius()) : camera.scale);
  } else painter.ask();
}
