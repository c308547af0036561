/* What is due for review, the cards, and the page of the reader's record. */
(() => {
  const record = window.exactResume;
  const $ = (root, selector) => root.querySelector(selector);
  const $$ = (root, selector) => [...root.querySelectorAll(selector)];

  function cards() {
    $$(document, "details.c").forEach((card) => {
      if (card.dataset.ready) return;
      card.dataset.ready = "yes";
      $$(card, "button").forEach((button) => button.addEventListener("click", () => {
        const right = button.value === "1";
        record.note(card.id, right, true, "");
        const days = Math.max(1, Math.round((record.get(card.id).due - Date.now()) / 86400000));
        $(card, ".c-status").textContent = right ? `It comes again in ${days} day${days > 1 ? "s" : ""}.` : "It comes again in your review.";
        card.dispatchEvent(new CustomEvent("answered", { bubbles: true }));
      }));
    });
  }

  function review() {
    $$(document, ".r").forEach((page) => {
      if (page.dataset.ready) return;
      page.dataset.ready = "yes";
      const items = new Map($$(page, ".r-item").map((item) => [item.dataset.of, item]));
      const due = record.order(Object.entries(record.all()).filter(([id]) => items.has(id)));
      items.forEach((item) => { item.hidden = true; });
      due.forEach(([id]) => {
        const item = items.get(id), form = $(item, "form");
        item.hidden = false;
        page.append(item);
        if (form && !record.get(id).right) form.reset();
      });
      let left = due.length;
      const say = () => {
        const known = Object.keys(record.all()).length;
        $(page, ".r-summary").textContent = left
          ? `${left} to review now: what you were sure of and got wrong comes first.`
          : known ? "Nothing is due. Come back tomorrow." : "Nothing yet: answer the questions of a unit first, and they come back here.";
      };
      page.addEventListener("answered", (event) => {
        const item = event.target.closest(".r-item");
        if (!item.dataset.done && event.detail?.right !== false) { item.dataset.done = "yes"; left -= 1; say(); }
      });
      say();
    });
  }

  function file() {
    const page = $(document, ".record");
    if (!page || page.dataset.ready) return;
    page.dataset.ready = "yes";
    const status = $(page, "[role=status]");
    const count = () => Object.keys(record.all()).length;
    const say = (text) => { status.textContent = text; };
    $(page, ".record-export").addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([record.exported()], { type: "application/json" }));
      link.download = "exact-resume-progress.json";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      say(`Saved to exact-resume-progress.json: ${count()} of your answers.`);
    });
    $(page, ".record-import").addEventListener("change", async (event) => {
      const chosen = event.target.files[0];
      if (!chosen) return;
      try {
        const { taken, held } = record.imported(await chosen.text());
        say(`Answers taken over: ${taken}. Yours that were newer and stay: ${held}.`);
      } catch (problem) { say(problem.message); }
      event.target.value = "";
    });
    $(page, ".record-reset").addEventListener("click", (event) => {
      const button = event.currentTarget;
      if (button.dataset.asked !== "yes") {
        button.dataset.asked = "yes";
        button.textContent = "Press again to forget everything";
        say(`Answers in this browser that this forgets: ${count()}. Export them first if you may want them back.`);
        return;
      }
      record.forget();
      delete button.dataset.asked;
      button.textContent = "Forget everything";
      say("Your record is empty.");
    });
  }

  record.ready(() => { cards(); review(); file(); });
})();
