// Finds the answer to a task in the background: SHA-256 of "text.answer" must begin with so many zero bits. Written out here,
// because the browser's own digest answers one question at a time and this asks hundreds of thousands.
const K = new Uint32Array(64);
const start = new Uint32Array(8);
for (let n = 2, i = 0; i < 64; n++) {
  let prime = true;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break; }
  if (!prime) continue;
  const part = (x: number) => ((x - Math.floor(x)) * 0x100000000) >>> 0;
  if (i < 8) start[i] = part(Math.sqrt(n));
  K[i++] = part(Math.cbrt(n));
}

const w = new Uint32Array(64);

function block(h: Uint32Array, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i++) w[i] = (bytes[at + 4 * i] << 24) | (bytes[at + 4 * i + 1] << 16) | (bytes[at + 4 * i + 2] << 8) | bytes[at + 4 * i + 3];
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3)) + (((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10));
  }
  let [a, b, c, d, e, f, g, x] = h;
  for (let i = 0; i < 64; i++) {
    const t1 = (x + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const t2 = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    x = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += x;
}

function zeros(h: Uint32Array): number {
  let n = 0;
  for (const x of h) {
    n += Math.clz32(x);
    if (x) break;
  }
  return n;
}

addEventListener("message", (e: MessageEvent<{ text: string; bits: number }>) => {
  const { text, bits } = e.data, lead = text + ".", h = new Uint32Array(8);
  const room = new Uint8Array(64 * Math.ceil((lead.length + 30) / 64));
  for (let i = 0; i < lead.length; i++) room[i] = lead.charCodeAt(i);
  for (let n = 0; ; n++) {
    const answer = String(n), length = lead.length + answer.length, size = 64 * Math.ceil((length + 9) / 64);
    room.fill(0, lead.length);
    for (let i = 0; i < answer.length; i++) room[lead.length + i] = answer.charCodeAt(i);
    room[length] = 0x80;
    room[size - 2] = (length * 8) >> 8;
    room[size - 1] = (length * 8) & 255;
    h.set(start);
    for (let at = 0; at < size; at += 64) block(h, room, at);
    if (zeros(h) >= bits) return postMessage(answer);
  }
});
