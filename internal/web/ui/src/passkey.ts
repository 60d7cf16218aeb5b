// Passkeys: asks the site for a question, the device for an answer, and sends the form with it. Without it there is the code from the app.
function bytes(text: string): ArrayBuffer {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(raw, (c) => c.charCodeAt(0)).buffer;
}

function text(b: ArrayBuffer): string {
  let raw = "";
  for (const one of new Uint8Array(b)) raw += String.fromCharCode(one);
  return btoa(raw).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

interface Descriptor {
  id: string;
  type: "public-key";
  transports?: AuthenticatorTransport[];
}

const descriptors = (list?: Descriptor[]) => list?.map((d) => ({ ...d, id: bytes(d.id) }));

async function question(url: string): Promise<any> {
  const answer = await fetch(url, { method: "POST", headers: { Accept: "application/json" } });
  if (answer.status === 401) location.reload(); // the second factor is not fresh any more
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

// json words an answer as the site reads it.
const json = (c: PublicKeyCredential, response: object) => JSON.stringify({ id: c.id, rawId: c.id, type: "public-key", clientExtensionResults: {}, response });

async function create(url: string): Promise<string> {
  const q = await question(url);
  const made = (await navigator.credentials.create({
    publicKey: { ...q, challenge: bytes(q.challenge), user: { ...q.user, id: bytes(q.user.id) }, excludeCredentials: descriptors(q.excludeCredentials) },
  })) as PublicKeyCredential;
  const r = made.response as AuthenticatorAttestationResponse;
  return json(made, { clientDataJSON: text(r.clientDataJSON), attestationObject: text(r.attestationObject), transports: r.getTransports?.() ?? [] });
}

async function get(url: string): Promise<string> {
  const q = await question(url);
  const got = (await navigator.credentials.get({
    publicKey: { ...q, challenge: bytes(q.challenge), allowCredentials: descriptors(q.allowCredentials) },
  })) as PublicKeyCredential;
  const r = got.response as AuthenticatorAssertionResponse;
  return json(got, {
    clientDataJSON: text(r.clientDataJSON), authenticatorData: text(r.authenticatorData), signature: text(r.signature),
    ...(r.userHandle ? { userHandle: text(r.userHandle) } : {}),
  });
}

// send fills the answer in and sends the form as it stands: what the answer replaces need not be filled in.
async function send(part: HTMLElement, form: HTMLFormElement, answer: (url: string) => Promise<string>): Promise<void> {
  const failed = part.querySelector<HTMLElement>("[data-passkey-failed]")!;
  const buttons = form.querySelectorAll<HTMLButtonElement>("button");
  failed.hidden = true;
  for (const b of buttons) b.disabled = true;
  try {
    part.querySelector<HTMLInputElement>("input[type=hidden][name*=passkey]")!.value = await answer(part.dataset.ask!);
    form.submit();
  } catch {
    failed.hidden = false; // not there, not allowed, or called off
    for (const b of buttons) b.disabled = false;
  }
}

const able = "PublicKeyCredential" in window && "credentials" in navigator;

for (const part of document.querySelectorAll<HTMLElement>("[data-passkey]")) {
  const form = (part instanceof HTMLFormElement ? part : part.closest("form"))!;
  if (part.dataset.passkey === "add") {
    part.querySelector<HTMLElement>("[data-passkey-cannot]")!.hidden = able;
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      if (able) void send(part, form, create);
    });
    continue;
  }
  part.hidden = !able;
  part.querySelector("button")!.addEventListener("click", () => {
    const missing = [...form.querySelectorAll<HTMLInputElement>("input[type=email], input[type=password]")].find((i) => !i.checkValidity());
    if ("typed" in part.dataset && missing) missing.reportValidity();
    else void send(part, form, get);
  });
}
