// Everything works without this file; it only makes a few things nicer.
(() => {
  "use strict";
  const all = (selector, act) => document.querySelectorAll(selector).forEach(act);

  document.querySelector("[data-focus]")?.focus();

  all("textarea[data-max]", (area) => {
    const line = document.getElementById(area.id + "-count");
    if (!line) return;
    const max = Number(area.dataset.max);
    const show = () => {
      const left = max - [...area.value].length;
      line.textContent = line.dataset[left < 0 ? "over" : "left"].replace("{n}", Math.abs(left).toLocaleString(document.documentElement.lang));
      line.classList.toggle("over", left < 0);
    };
    area.addEventListener("input", show);
    show();
  });

  if (navigator.clipboard) all("[data-copy]", (button) => {
    const text = button.parentElement.querySelector("[data-copy-text]");
    const word = button.querySelector("span");
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.textContent.trim());
      const before = word.textContent;
      word.textContent = button.dataset.done;
      setTimeout(() => { word.textContent = before; }, 3000);
    });
  });

  if (navigator.clipboard) all("[data-copy-form]", (button) => {
    const word = button.querySelector("span");
    button.hidden = false;
    button.addEventListener("click", async () => {
      const fields = button.form.querySelectorAll("input[type=text], input[type=url], textarea");
      await navigator.clipboard.writeText([...fields].map((field) => field.value.trim()).filter(Boolean).join("\n\n"));
      const before = word.textContent;
      word.textContent = button.dataset.done;
      setTimeout(() => { word.textContent = before; }, 3000);
    });
  });

  all("[data-similar]", (place) => {
    const { title, body } = place.closest("form").elements;
    let timer, asked;
    const look = async () => {
      const words = new URLSearchParams({ title: title.value.slice(0, 200), body: body.value.slice(0, 600) }).toString();
      if (words === asked || (title.value + body.value).length < 15) return;
      asked = words;
      const answer = await fetch(place.dataset.similar + "?" + words).catch(() => null);
      if (!answer?.ok || words !== asked) return;
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-similar-found]");
      if (found) place.replaceChildren(...found.childNodes);
    };
    [title, body].forEach((field) => field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, 900);
    }));
  });

  all("[data-making]", (place) => {
    const look = async () => {
      const answer = await fetch(location.href).catch(() => null);
      if (answer?.ok) {
        const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-making] [data-progress]");
        if (!found) return location.reload();
        place.querySelector("[data-progress]").replaceChildren(...found.childNodes);
      }
      setTimeout(look, 3000);
    };
    setTimeout(look, 3000);
  });

  all("[data-print]", (button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });
})();
