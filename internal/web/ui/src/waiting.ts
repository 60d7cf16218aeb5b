// The waiting room: works off the task in the background, and asks for the place ever more calmly the farther it is.
const root = document.querySelector<HTMLElement>("[data-waiting]");
const form = root?.querySelector<HTMLFormElement>("[data-join]");
if (form) form.addEventListener("submit", (e) => {
  e.preventDefault();
  void join(form);
});
else if (root?.dataset.again) watch(root, Number(root.dataset.again));

interface Told { stage: string; head: string; place: string; text: string; pace: string; go?: string; again: number }

async function join(form: HTMLFormElement): Promise<void> {
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
  try {
    const task = (await (await fetch(root!.dataset.base + "/task", { cache: "no-store" })).json()) as { text: string; bits: number };
    form.querySelector<HTMLInputElement>("[name=task]")!.value = task.text;
    if (task.bits) {
      form.querySelector<HTMLElement>("[data-working]")!.hidden = false;
      form.querySelector<HTMLInputElement>("[name=answer]")!.value = await work(task);
    }
  } catch { /* without work the server lets us wait instead */ }
  form.submit();
}

function work(task: { text: string; bits: number }): Promise<string> {
  return new Promise((done, fail) => {
    const worker = new Worker(new URL("waiting-worker.js", import.meta.url), { type: "module" });
    worker.onmessage = (e: MessageEvent<string>) => { worker.terminate(); done(e.data); };
    worker.onerror = fail;
    worker.postMessage(task);
  });
}

function watch(root: HTMLElement, wait: number): void {
  const put = (name: string, words: string) => { root.querySelector(`[data-${name}]`)!.textContent = words; };
  let timer = 0, next = 0;
  const later = (ms: number) => { clearTimeout(timer); next = performance.now() + ms; timer = window.setTimeout(ask, ms); };
  const ask = async (): Promise<void> => {
    let told: Told;
    try {
      const answer = await fetch(root.dataset.base + "/status", { cache: "no-store" });
      if (answer.status === 404) return location.assign(root.dataset.base!);
      told = (await answer.json()) as Told;
    } catch {
      return later(Math.min(60000, wait * 2)); // the place is safe: it is in this browser
    }
    if (told.go) return location.assign(told.go);
    if (told.stage === "missed" && root.dataset.stage !== "missed") return location.reload();
    root.dataset.stage = told.stage;
    put("head", told.head);
    put("place", told.place);
    put("text", told.text);
    put("pace", told.pace);
    wait = told.again;
    later(wait);
  };
  if (root.dataset.stage === "in") later(0); else later(wait);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && next < performance.now() + 500) void ask(); });
}
