// What the door's parts hand one another.
export type Result = "admitted" | "already_admitted" | "refused";

/** What the page knows; see knowledge in web/door/scan.go. */
export type Config = {
  performance: string; gate: string; gateName: string; zone: string;
  list: string; scans: string; worker: string; scope: string; decoder: string; signIn: string;
  words: Record<string, string>;
};

/** An answer in words, from the server or decided here. */
export type Answer = {
  id: string; result: Result; word: string; reason: string; place: string; small: string; clock: string; double: boolean; hash?: string;
};

/** A ticket of the list: id hash, code hash, place, small print, void, entered at (ms, 0 for not yet). */
export type Row = [string, string, string, string, boolean, number];

/** The list of a performance, or what has changed in it since a version; see listBody in web/door/api.go. */
export type List = {
  performance: string; lang: string; at: number; version: string; since: string; of: number; from: number; until: number; cancelled: boolean; key: string; salt: string;
  tickets: Row[];
};

/** A scan that waits to be reported. */
export type Waiting = { id: string; performance: string; gate: string; code: string; at: number; say: Result };

/** A ticket that came in, as this scanner knows. */
export type Entry = { key: string; at: number; gate: string };
