// The list for the time without a network: brought whole once, then only what has changed. A stadium's is written to the phone's
// store rarely, because that keeps the page from answering; what has changed since stands beside it.
import { store } from "./store";
import type { List, Row } from "./types";

const rewrite = 3000; // changed rows, after which the whole list is stored anew

export class Lists {
  list?: List;
  private places = new Map<string, number>(); // id hash → index
  private base = ""; // version of the whole list in the store
  private news: Row[] = []; // what has changed since

  constructor(private performance: string, private lang: string) {}

  private get newsKey(): string { return this.performance + "|news"; }

  async start(): Promise<void> {
    const whole = await store.list(this.performance);
    if (!whole) return;
    this.take(whole);
    const news = await store.list(this.newsKey);
    if (news?.since !== this.base) return;
    this.news = news.tickets;
    this.merge({ ...news, performance: this.performance });
  }

  async refresh(bring: (since: string) => Promise<List>): Promise<void> {
    const known = this.list && this.list.lang === this.lang ? this.list.version : "";
    let l = await bring(known);
    if (l.since && this.list && !this.merge(l)) l = await bring("");
    if (!l.since) {
      this.take(l);
      return this.keep();
    }
    this.news.push(...l.tickets);
    if (this.news.length > rewrite) return this.keep();
    await store.keepList(this.newsKey, { ...l, since: this.base, tickets: this.news });
  }

  private take(l: List): void {
    this.list = l;
    this.base = l.version;
    this.news = [];
    this.places = new Map(l.tickets.map((t, i) => [t[0], i]));
  }

  private async keep(): Promise<void> {
    const l = this.list!;
    await store.keepList(this.performance, { ...l, since: "" });
    this.base = l.version;
    this.news = [];
  }

  /** Puts changes in; false when the list is not what the server has. */
  private merge(changes: List): boolean {
    const tickets = this.list!.tickets;
    for (const t of changes.tickets) {
      const i = this.places.get(t[0]) ?? tickets.length;
      tickets[i] = t;
      this.places.set(t[0], i);
    }
    this.list = { ...changes, tickets };
    return tickets.length === changes.of;
  }
}
