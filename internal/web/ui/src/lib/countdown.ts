// The server sends how long is left, so a wrong clock on the phone does no harm.
export function countdowns(root: ParentNode): void {
  for (const el of root.querySelectorAll<HTMLElement>("[data-countdown]")) {
    const end = performance.now() + Number(el.dataset.countdown);
    const tick = () => {
      const left = Math.max(0, Math.round((end - performance.now()) / 1000));
      el.textContent = left > 0 ? format(left) : (el.dataset.over ?? format(0));
      if (left <= 60) el.dataset.state = "soon";
      if (left === 0) {
        clearInterval(timer);
        el.dispatchEvent(new CustomEvent("countdown-over", { bubbles: true }));
      }
    };
    const timer = setInterval(tick, 1000);
    tick();
  }
}

export function format(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(seconds / 3600), m = Math.floor(seconds / 60) % 60;
  return h > 0 ? `${h}:${two(m)}:${two(seconds % 60)}` : `${m}:${two(seconds % 60)}`;
}
