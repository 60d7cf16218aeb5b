// Small comforts of basket, order and ticket. Everything works without them.
document.documentElement.classList.add("js-on");

// The basket's ticket types count at once.
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-submit-on-change]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

// One press is one order; the box office would not make two, but the buyer should see that it is working.
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-once]")) {
  form.addEventListener("submit", (e) => {
    if (form.dataset.sent) e.preventDefault();
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  });
}

// When the time is over, the page says what that means.
addEventListener("countdown-over", () => setTimeout(() => location.reload(), 1500));

// An order that waits for the bank looks again by itself, ever more rarely.
const watched = document.querySelector<HTMLElement>("[data-watch]");
if (watched) void watch(watched.dataset.watch!, watched.dataset.state!);

async function watch(url: string, state: string): Promise<void> {
  for (let wait = 2000; ; wait = Math.min(wait * 1.2, 15000)) {
    await new Promise((done) => setTimeout(done, wait));
    if (document.hidden) continue;
    try {
      const answer = await fetch(url, { cache: "no-store" });
      if (!answer.ok) continue;
      const now = (await answer.json()) as { status: string; payment: string };
      if (`${now.status} ${now.payment}` !== state) {
        location.reload();
        return;
      }
    } catch {
      // no network for a moment
    }
  }
}

// Passing a ticket on: the phone's own sheet, else the clipboard, else the field to copy from.
for (const el of document.querySelectorAll<HTMLDetailsElement>("details[data-share]")) {
  const summary = el.querySelector("summary")!;
  summary.addEventListener("click", (e) => {
    const url = el.dataset.share!;
    if (navigator.share) {
      e.preventDefault();
      navigator.share({ url }).catch(() => undefined);
    } else if (navigator.clipboard && !el.open) {
      navigator.clipboard.writeText(url).then(() => { summary.textContent = el.dataset.done!; }, () => undefined);
    }
  });
}
