// What the scanner keeps on the phone: lists, entries it has seen, and scans that wait to be reported.
import type { Entry, List, Waiting } from "./types";

const stores = { lists: "performance", entries: "key", waiting: "id" } as const;
type Name = keyof typeof stores;

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((yes, no) => {
    const r = indexedDB.open("sahna-door", 1);
    r.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(stores)) r.result.createObjectStore(name, { keyPath });
    };
    r.onsuccess = () => yes(r.result);
    r.onerror = () => no(r.error);
  });
  return opened;
}

async function run<T>(name: Name, mode: IDBTransactionMode, fn: (s: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const tx = (await open()).transaction(name, mode, { durability: mode === "readwrite" ? "strict" : "default" });
  const req = fn(tx.objectStore(name));
  return new Promise((yes, no) => {
    tx.oncomplete = () => yes(req.result);
    tx.onabort = tx.onerror = () => no(tx.error);
  });
}

export const store = {
  list: (key: string) => run<List | undefined>("lists", "readonly", (s) => s.get(key)),
  keepList: (key: string, l: List) => run("lists", "readwrite", (s) => s.put({ ...l, performance: key })),
  forgetLists: async () => {
    await run("lists", "readwrite", (s) => s.clear());
    await run("entries", "readwrite", (s) => s.clear());
  },
  entry: (key: string) => run<Entry | undefined>("entries", "readonly", (s) => s.get(key)),
  enter: (e: Entry) => run("entries", "readwrite", (s) => s.put(e)),
  waiting: () => run<Waiting[]>("waiting", "readonly", (s) => s.getAll()),
  wait: (w: Waiting) => run("waiting", "readwrite", (s) => s.put(w)),
  reported: (id: string) => run("waiting", "readwrite", (s) => s.delete(id)),
};
