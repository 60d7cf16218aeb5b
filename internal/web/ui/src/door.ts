// The scanner: camera, typed codes, answers, and the time without a network. Without this script the form still works.
import { Camera } from "./lib/door/camera";
import { Desk, SignedOut, clock, type State } from "./lib/door/desk";
import { Screen, get } from "./lib/door/show";
import { signal, unlock } from "./lib/door/signal";
import type { Answer, Config } from "./lib/door/types";

const root = get("door");
const cfg = JSON.parse(root.dataset.door!) as Config;
const screen = new Screen();
const line = get("door-line");
const desk = new Desk(cfg, tell);
const sameCode = 3000; // ms for which a code that stays before the camera is not asked again

function tell(s: State): void {
  const words = [s.online ? cfg.words.online : cfg.words.offline];
  if (s.waiting > 0) words.push(cfg.words.waiting.replace("%n", String(s.waiting)));
  if (!s.online && s.listAt) words.push(cfg.words.list_from.replace("%c", clock(s.listAt, cfg.zone)));
  line.hidden = false;
  line.dataset.online = String(s.online);
  line.dataset.waiting = String(s.waiting);
  line.dataset.list = s.listAt ? "true" : "false";
  line.dataset.at = String(s.listAt);
  line.textContent = words.join(" · ");
  if (s.in !== undefined) get("door-in").textContent = String(s.in);
  if (s.sold !== undefined) get("door-sold").textContent = String(s.sold);
}

let busy = false;

async function check(code: string, from: HTMLElement | null): Promise<void> {
  if (busy) return;
  busy = true;
  try {
    const a = await desk.scan(code);
    signal(a.result);
    screen.answer(a, from);
  } catch (err) {
    trouble(err);
  } finally {
    busy = false;
  }
}

function trouble(err: unknown): void {
  if (err instanceof SignedOut) {
    line.dataset.online = "false";
    line.textContent = cfg.words.signed_out;
    navigator.serviceWorker?.controller?.postMessage({ forget: true });
    setTimeout(() => location.assign(cfg.signIn), 3000);
    return;
  }
  const say = err instanceof Error && err.message ? err.message : cfg.words.refused;
  screen.answer({ id: "", result: "refused", word: cfg.words.refused, reason: say, place: "", small: "", clock: clock(Date.now(), cfg.zone), double: false }, null);
}

// Typed codes.
const form = get("door-form") as HTMLFormElement;
form.addEventListener("submit", (e) => {
  e.preventDefault();
  unlock();
  const input = get("door-code") as HTMLInputElement;
  const code = input.value.trim();
  if (!code) return;
  input.value = "";
  void check(code, input);
});

// The camera.
let last = "", lastAt = 0;
const camera = new Camera(get("door-video") as HTMLVideoElement, cfg.decoder, (code) => {
  const now = Date.now();
  if (code === last && now - lastAt < sameCode) {
    lastAt = now;
    return;
  }
  last = code;
  lastAt = now;
  void check(code, null);
});
const word = get("door-camera-word"), startButton = get("door-start"), light = get("door-light");
get("door-camera").hidden = false;
if (!navigator.mediaDevices?.getUserMedia) {
  startButton.hidden = true;
  word.textContent = cfg.words.camera_none;
}

async function openCamera(): Promise<void> {
  try {
    await camera.start();
    word.textContent = "";
    startButton.textContent = cfg.words.camera_off;
    light.hidden = !camera.hasLight;
    sessionStorage.setItem("door-camera", "on");
  } catch (err) {
    camera.stop();
    word.textContent = err instanceof DOMException && err.name === "NotFoundError" ? cfg.words.camera_none : cfg.words.camera_denied;
  }
  get("door-camera").dataset.running = String(camera.running);
}

startButton.addEventListener("click", () => {
  unlock();
  if (!camera.running) return void openCamera();
  camera.stop();
  sessionStorage.removeItem("door-camera");
  startButton.textContent = cfg.words.camera_on;
  light.hidden = true;
  get("door-camera").dataset.running = "false";
});
let lit = false;
light.addEventListener("click", () => void camera.light((lit = !lit)));

// The time without a network.
async function report(): Promise<void> {
  try {
    for (const a of await desk.sync()) {
      const double: Answer = { ...a, word: cfg.words.double };
      signal("already_admitted");
      screen.answer(double, null);
    }
  } catch (err) {
    if (err instanceof SignedOut) trouble(err);
    await desk.tell();
  }
}

async function refresh(): Promise<void> {
  try {
    await desk.refresh();
  } catch (err) {
    if (err instanceof SignedOut) trouble(err);
    await desk.tell();
  }
}

async function keepPage(): Promise<void> {
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register(cfg.worker, { scope: cfg.scope, type: "classic" });
    const ready = await navigator.serviceWorker.ready;
    const keep = performance.getEntriesByType("resource").map((x) => x.name).filter((x) => new URL(x).pathname.startsWith("/static/"));
    ready.active?.postMessage({ keep: [location.href, new URL(cfg.decoder, location.href).href, ...keep] });
  } catch { /* a browser without service workers: the page must stay open */ }
}

async function main(): Promise<void> {
  await desk.start();
  await keepPage();
  await report();
  await refresh();
  if (sessionStorage.getItem("door-camera") === "on") await openCamera();
  setInterval(() => void report(), 5000);
  setInterval(() => { if (!document.hidden) void refresh(); }, 60000);
  window.addEventListener("online", () => void report());
}

void main();
