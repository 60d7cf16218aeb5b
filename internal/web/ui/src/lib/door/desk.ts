// Asks the server, or decides here when it cannot be reached; reports later what was decided here.
import { decide, entryKey } from "./decide";
import { Lists } from "./lists";
import { store } from "./store";
import type { Answer, Config, List, Waiting } from "./types";

const patience = 4000; // ms; a guest waits no longer for the network
const batch = 100;

export class SignedOut extends Error {}
class Rejected extends Error {}

export type State = { online: boolean; waiting: number; listAt: number; in?: number; sold?: number };

export class Desk {
  private lists: Lists;
  private online = true;
  private syncing?: Promise<Answer[]>;
  private counts: { in?: number; sold?: number } = {};

  constructor(private cfg: Config, private changed: (s: State) => void) {
    this.lists = new Lists(cfg.performance, document.documentElement.lang);
  }

  private get list(): List | undefined { return this.lists.list; }

  async start(): Promise<void> {
    await this.lists.start();
    await this.tell();
  }

  /** What a code means, in words. */
  async scan(code: string): Promise<Answer> {
    const id = newID();
    try {
      const [answer] = await this.post([{ id, code, gate: this.cfg.gate }]);
      if (answer.result === "admitted" && answer.hash) {
        await store.enter({ key: entryKey(this.cfg.performance, answer.hash), at: Date.now(), gate: this.cfg.gateName });
      }
      await this.tell();
      return answer;
    } catch (err) {
      if (err instanceof SignedOut || err instanceof Rejected) throw err;
      this.online = false;
      return this.alone(id, code);
    }
  }

  private async alone(id: string, code: string): Promise<Answer> {
    const w = this.cfg.words, now = Date.now();
    const said = { id, clock: clock(now, this.cfg.zone), double: false };
    if (!this.list) {
      await this.tell();
      return { ...said, result: "refused", word: w.offline, reason: w.no_list, place: "", small: "" };
    }
    const d = await decide(this.cfg, this.list, code, now);
    // The same id as the one that may have reached the server: told twice, it is one scan.
    await store.wait({ id, performance: this.cfg.performance, gate: this.cfg.gate, code, at: now, say: d.result });
    if (d.result === "admitted" && this.counts.in !== undefined) this.counts.in++;
    await this.tell();
    let reason = d.reason ? w[d.reason] : "";
    if (d.since && d.sinceGate) reason = w.since.replace("%c", clock(d.since, this.cfg.zone)).replace("%g", d.sinceGate);
    const small = [d.small, w.offline_note].filter(Boolean).join(" · ");
    return { ...said, result: d.result, word: w[d.result], reason, place: d.place, small };
  }

  /** Reports what waits, and returns the double entries that came out. */
  sync(): Promise<Answer[]> {
    this.syncing ??= this.report().finally(() => { this.syncing = undefined; });
    return this.syncing;
  }

  private async report(): Promise<Answer[]> {
    const doubles: Answer[] = [];
    let rest = await store.waiting();
    while (rest.length > 0) {
      const performance = rest[0].performance; // the scanner may have moved on to another performance
      const some = rest.filter((x) => x.performance === performance).slice(0, batch);
      const answers = await this.post(some.map((x) => ({ ...x, offline: true })), performance);
      for (const a of answers) {
        await store.reported(a.id);
        if (a.double) doubles.push(a);
      }
      rest = await store.waiting();
    }
    await this.tell();
    return doubles;
  }

  /** Brings a fresh list for the time without a network. */
  async refresh(): Promise<void> {
    await this.lists.refresh(async (since) => await (await this.fetch(this.cfg.list + "&since=" + encodeURIComponent(since), {})).json() as List);
    await this.tell();
  }

  private async post(scans: (Partial<Waiting> & { offline?: boolean })[], performance = this.cfg.performance): Promise<Answer[]> {
    const r = await this.fetch(this.cfg.scans, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ performance, scans }) });
    const body = await r.json() as { results: Answer[]; in: number; sold: number };
    if (performance === this.cfg.performance) this.counts = { in: body.in, sold: body.sold };
    return body.results;
  }

  private async fetch(url: string, init: RequestInit): Promise<Response> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience);
    try {
      const r = await fetch(url, { ...init, signal: stop.signal, cache: "no-store" });
      if (r.status === 401) {
        await store.forgetLists();
        throw new SignedOut();
      }
      if (r.status >= 400 && r.status < 500 && r.status !== 408 && r.status !== 429) {
        throw new Rejected((await r.json() as { title?: string }).title ?? "");
      }
      if (!r.ok) throw new Error("server " + r.status);
      this.online = true;
      return r;
    } catch (err) {
      if (!(err instanceof SignedOut || err instanceof Rejected)) this.online = false;
      throw err;
    } finally {
      clearTimeout(timer);
    }
  }

  async tell(): Promise<void> {
    this.changed({ online: this.online, waiting: (await store.waiting()).length, listAt: this.list?.at ?? 0, ...this.counts });
  }
}

/** The hour on the hall's clocks: the phone may live in another zone. */
export function clock(ms: number, zone: string): string {
  return new Date(ms).toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit", timeZone: zone });
}

function newID(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (x) => x.toString(16).padStart(2, "0")).join("");
}
