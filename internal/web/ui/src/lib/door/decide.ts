// Decides without a network, by the same rules as admission: the ticket's signature, the list, and what this scanner has let in.
import { store } from "./store";
import type { Config, List, Result, Row } from "./types";

export type Decision = { result: Result; reason: string; place: string; small: string; hash: string; since?: number; sinceGate?: string };

const prefix = "SAHNA1.";
const domain = new TextEncoder().encode("sahna ticket 1\0");
const claimLength = 37;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

type Claim = { ticket: string; performance: string };

export async function decide(cfg: Config, list: List, code: string, now: number): Promise<Decision> {
  const no = (reason: string, row?: Row): Decision =>
    ({ result: "refused", reason: "admission.reason." + reason, place: row?.[2] ?? "", small: row?.[3] ?? "", hash: row?.[0] ?? "" });
  let hash = "";
  let row: Row | undefined;
  if (code.trim().toUpperCase().startsWith(prefix)) {
    const claim = parse(code.trim().toUpperCase());
    if (!claim) return no("signature");
    const signed = await verify(list.key, code.trim().toUpperCase());
    if (signed === false) return no("signature");
    if (claim.performance !== list.performance) return no("wrong_performance");
    hash = await digest(`${list.salt}|id|${claim.ticket}`, 8);
    row = list.tickets.find((t) => t[0] === hash);
    if (!row && signed === undefined) return no("unknown"); // an old browser that cannot check signatures goes by the list alone
  } else {
    const typed = await digest(`${list.salt}|code|${tidy(code)}`, 5);
    row = list.tickets.find((t) => t[1] === typed);
    if (!row) return no("unknown");
    hash = row[0];
  }
  if (row?.[4]) return no("void", row);
  if (list.cancelled) return no("cancelled", row);
  if (now < list.from) return no("too_early", row);
  if (now > list.until) return no("over", row);
  const place = { place: row?.[2] ?? "", small: row?.[3] ?? "", hash };
  const before = await store.entry(entryKey(list.performance, hash));
  if (before) return { result: "already_admitted", reason: "", since: before.at, sinceGate: before.gate, ...place };
  if (row && row[5]) return { result: "already_admitted", reason: "admission.reason.already", since: row[5], ...place };
  await store.enter({ key: entryKey(list.performance, hash), at: now, gate: cfg.gateName });
  return { result: "admitted", reason: "", ...place };
}

export function entryKey(performance: string, hash: string): string { return performance + "|" + hash; }

function tidy(code: string): string { return code.trim().replace(/[\s–-]/g, "").toUpperCase(); }

function decode(text: string): Uint8Array | undefined {
  const body = text.slice(prefix.length);
  const out = new Uint8Array(Math.floor((body.length * 5) / 8));
  let bits = 0, value = 0, n = 0;
  for (const c of body) {
    const v = alphabet.indexOf(c);
    if (v < 0) return undefined;
    value = ((value << 5) | v) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out[n++] = (value >> bits) & 0xff;
    }
  }
  return out;
}

function parse(text: string): Claim | undefined {
  const b = decode(text);
  if (!b || b.length !== claimLength + 64 || b[0] !== 1) return undefined;
  return { ticket: uuid(b.subarray(1, 17)), performance: uuid(b.subarray(17, 33)) };
}

/** true or false; undefined when this browser cannot check Ed25519. */
async function verify(key: string, text: string): Promise<boolean | undefined> {
  const b = decode(text);
  if (!b) return false;
  const raw = Uint8Array.from(atob(key), (c) => c.charCodeAt(0));
  const message = new Uint8Array(domain.length + claimLength);
  message.set(domain);
  message.set(b.subarray(0, claimLength), domain.length);
  try {
    const k = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, k, b.slice(claimLength), message);
  } catch {
    return undefined;
  }
}

async function digest(text: string, bytes: number): Promise<string> {
  const h = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return hex(new Uint8Array(h, 0, bytes));
}

function hex(b: Uint8Array): string { return Array.from(b, (x) => x.toString(16).padStart(2, "0")).join(""); }

function uuid(b: Uint8Array): string { return hex(b).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"); }
