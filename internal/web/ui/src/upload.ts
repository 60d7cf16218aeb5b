// Shows how much of a file has been sent. Without it the form is sent as any other.
interface Answer {
  next?: string;
  wrong?: string;
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-upload]")) {
  const input = form.querySelector<HTMLInputElement>("input[type=file]")!;
  const wrong = form.querySelector<HTMLElement>("[data-wrong]")!;
  const progress = form.querySelector<HTMLElement>("[data-progress]")!;
  const bar = progress.querySelector("progress")!;
  const said = progress.querySelector<HTMLElement>("[data-said]")!;
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]")!;

  const refuse = (text: string): void => {
    wrong.textContent = text;
    wrong.hidden = false;
    progress.hidden = true;
    button.disabled = false;
    input.setAttribute("aria-invalid", "true");
    input.value = ""; // the same file would be refused again
    input.focus();
  };

  form.addEventListener("submit", (e) => {
    const file = input.files?.[0];
    if (!file) return;
    e.preventDefault();
    if (file.size > Number(form.dataset.most) * 1024 * 1024) {
      refuse(form.dataset.tooLong!);
      return;
    }
    wrong.hidden = true;
    input.removeAttribute("aria-invalid");
    progress.hidden = false;
    button.disabled = true;
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (p) => {
      const percent = Math.round((100 * p.loaded) / p.total);
      bar.value = percent;
      said.textContent = `${percent} %`;
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value"); // it is being looked at: no telling how long
      said.textContent = form.dataset.checking!;
    });
    request.addEventListener("load", () => {
      let answer: Answer = {};
      try {
        answer = JSON.parse(request.responseText) as Answer;
      } catch {
        // a page in place of an answer: signed out meanwhile
      }
      if (answer.next) location.assign(answer.next);
      else if (answer.wrong) refuse(answer.wrong);
      else location.reload();
    });
    request.addEventListener("error", () => refuse(form.dataset.lost!));
    request.send(new FormData(form));
  });
}
