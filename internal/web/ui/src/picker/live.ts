// What is left: read whole once, then by changes as they happen. A line that was lost is taken up where it broke off.
import { Hall } from "./hall";

interface Change { since: number; version: number; seats?: Record<string, number>; areas?: Record<string, number> }

interface Left { version: number; seats: string }

export class Live {
  private version = -1;
  private reading: Promise<void> | null = null;
  private again = false;
  constructor(private readonly hall: Hall, private readonly changed: (seats: number[]) => void, private readonly stale: (yes: boolean) => void) {}

  async start(): Promise<void> {
    await this.read();
    // The server tells first what happened since this version, or since the last event when the line was lost.
    const source = new EventSource(this.hall.page.live + "?since=" + Math.max(0, this.version));
    // Where events do not pass, or too many watch already, the page asks by itself, each at a moment of its own. An event comes at
    // once when the line is open: one that stays silent is held back by somebody on the way.
    let asking = 0, doubt = 0;
    const ask = (): void => { asking = window.setTimeout(() => void this.read().then(ask), 4000 + Math.random() * 3000); };
    const begin = (): void => { if (!asking) { void this.read(); ask(); } };
    const wonder = (): void => { clearTimeout(doubt); doubt = window.setTimeout(begin, 4000); };
    const heard = (): void => {
      clearTimeout(doubt);
      clearTimeout(asking);
      asking = 0;
      this.stale(false);
    };
    wonder();
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) begin();
      else if (!asking) {
        this.stale(true);
        wonder();
      }
    });
    source.addEventListener("whole", (e) => { heard(); this.take(JSON.parse((e as MessageEvent<string>).data) as Left); });
    source.addEventListener("change", (e) => { heard(); this.apply(JSON.parse((e as MessageEvent<string>).data) as Change); });
    // A hidden page needs no stream; and a stream left open keeps the page from being brought back as it was.
    addEventListener("pagehide", () => source.close());
    addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
  }

  private read(): Promise<void> {
    if (this.reading) {
      this.again = true;
      return this.reading;
    }
    this.reading = this.whole().catch(() => this.stale(true)).finally(() => {
      this.reading = null;
      if (this.again) {
        this.again = false;
        void this.read();
      }
    });
    return this.reading;
  }

  private async whole(): Promise<void> {
    const answer = await fetch(this.hall.page.availability, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    this.take((await answer.json()) as Left);
    this.stale(false);
  }

  private take(left: Left): void {
    if (left.version < this.version) return;
    const bits = Uint8Array.from(atob(left.seats), (c) => c.charCodeAt(0)), moved: number[] = [];
    for (let no = 0; no < this.hall.count; no++) {
      const state = (bits[no >> 2] >> ((no & 3) * 2)) & 3;
      if (this.hall.state[no] !== state) moved.push(no);
      this.hall.state[no] = state;
    }
    this.version = left.version;
    this.changed(moved);
  }

  private apply(c: Change): void {
    if (c.version <= this.version) return;
    if (this.version < c.since) return void this.read();
    const moved: number[] = [];
    for (const [no, state] of Object.entries(c.seats ?? {})) {
      this.hall.state[Number(no)] = state;
      moved.push(Number(no));
    }
    this.version = c.version;
    this.changed(moved);
  }
}
