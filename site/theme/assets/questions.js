/* Questions: judge, explain every option, keep the record, show the score; the test mode. */
(() => {
  const record = window.exactResume;
  const $ = (root, selector) => root.querySelector(selector);
  const $$ = (root, selector) => [...root.querySelectorAll(selector)];
  const plain = (text) => String(text).toLowerCase().replace(/[\s"'`]+/g, "");
  const number = (text) => Number(String(text).trim().replace(",", "."));
  const shown = (text) => String(text).replace(/[<>&]/g, "");

  const specOf = (form) => JSON.parse(form.dataset.spec);
  const blocksOf = (form) => $$(form, ".q-blocks > li").map((item) => item.dataset.block);

  function given(form) {
    const text = $(form, "input[type=text]");
    if (text) return text.value;
    if ($(form, ".q-blocks")) return blocksOf(form);
    return $$(form, "input:checked").map((input) => input.value);
  }
  /* true, false, or null where nothing was answered yet */
  function judge(form, answer) {
    const spec = specOf(form);
    if (spec.kind === "order") return spec.orders.some((order) => order.join() === answer.join());
    if (spec.kind === "number") return answer.trim() && !Number.isNaN(number(answer)) ? Math.abs(number(answer) - spec.value) <= spec.tolerance : null;
    if (spec.kind === "text") return answer.trim() ? spec.accept.some((one) => plain(one) === plain(answer)) : null;
    if (!answer.length) return null;
    return $$(form, ".q-option").every((option) => (option.dataset.right === "1") === $(option, "input").checked);
  }

  function fill(form, answer) {
    const text = $(form, "input[type=text]");
    if (text) { text.value = answer; return; }
    const list = $(form, ".q-blocks");
    if (list) {
      const items = new Map($$(list, "li").map((item) => [item.dataset.block, item]));
      if (Array.isArray(answer) && answer.length === items.size && answer.every((name) => items.has(name))) answer.forEach((name) => list.append(items.get(name)));
      return;
    }
    $$(form, "input").forEach((input) => { input.checked = answer.includes(input.value); });
  }

  function verdict(form, right, sure) {
    const spec = specOf(form), options = $$(form, ".q-option");
    form.classList.toggle("q-is-right", right === true);
    form.classList.toggle("q-is-wrong", right === false);
    options.forEach((option) => {
      const chosen = $(option, "input").checked, good = option.dataset.right === "1";
      const missed = spec.kind === "multi" && right === false && good && !chosen;
      $(option, ".q-mark").textContent = right === undefined || !chosen ? "" : good ? "✓ right" : "✗ wrong";
      $(option, ".q-why").hidden = right === undefined || !chosen || missed;
    });
    const why = $(form, ".q-field + .q-why");
    if (why) {
      const answer = given(form);
      const same = (one) => (spec.kind === "number" ? number(one) === number(answer) : plain(one) === plain(answer));
      const known = right === false ? (spec.wrong || []).find(([one]) => same(one)) : null;
      why.hidden = !known;
      why.innerHTML = known ? known[1] : "";
    }
    $(form, "button[type=reset]").hidden = right === undefined;
    if (right === undefined) { $(form, ".q-status").textContent = ""; return; }
    const missing = options.filter((option) => option.dataset.right === "1" && !$(option, "input").checked).length;
    const more = spec.kind === "multi" && missing ? ` ${missing} right ${missing > 1 ? "answers are" : "answer is"} not chosen.` : "";
    $(form, ".q-status").textContent = right
      ? `✓ Right.${sure === false ? " You were not sure: it comes back tomorrow all the same." : ""}`
      : `✗ Not yet.${more}${sure ? " You were sure: this one comes back first." : ""} Read what stands at your answer, and try again.`;
  }

  function scores() {
    const banks = Object.assign({}, ...$$(document, ".q-bank").map((bank) => JSON.parse(bank.textContent)));
    const kept = record.all();
    const sum = (bank) => Object.entries(bank).reduce((all, [id, points]) => ({
      points: all.points + points, count: all.count + 1,
      got: all.got + (kept[id]?.right ? points : 0), done: all.done + (kept[id] ? 1 : 0),
    }), { points: 0, got: 0, count: 0, done: 0 });
    const say = (one) => `${one.got} of ${one.points} points, ${one.done} of ${one.count} answered`;
    banks.course = Object.assign({}, ...Object.values(banks));
    $$(document, "[data-score]").forEach((place) => { if (banks[place.dataset.score]) place.textContent = say(sum(banks[place.dataset.score])); });
    $$(document, "progress[data-progress]").forEach((bar) => {
      const one = sum(banks[bar.dataset.progress] || {});
      bar.max = one.points || 1;
      bar.value = one.got;
      bar.textContent = say(one);
    });
    $$(document, ".storage-note").forEach((note) => { note.hidden = record.isKept(); });
  }

  function restore(form) {
    const entry = record.get(form.id);
    if (entry) { fill(form, entry.given); verdict(form, judge(form, given(form)) === true, undefined); } else verdict(form, undefined);
  }

  function submit(form, sure) {
    const answer = given(form), right = judge(form, answer);
    if (right === null) {
      $(form, ".q-status").textContent = specOf(form).kind === "number" && answer.trim() ? "Type a number, like 42 or 0.5." : "Choose or type an answer first.";
      return;
    }
    record.note(form.id, right, sure, answer);
    verdict(form, right, sure);
    form.dispatchEvent(new CustomEvent("answered", { bubbles: true, detail: { right, sure } }));
  }

  function moves(form) {
    const list = $(form, ".q-blocks");
    if (!list) return;
    form.dataset.blocks = blocksOf(form).join(); // the order that a test begins with
    const move = (item, up, button) => {
      const other = up ? item.previousElementSibling : item.nextElementSibling;
      if (!other) return;
      if (up) other.before(item); else other.after(item);
      if (button) button.focus();
      $(form, ".q-status").textContent = `Moved to place ${[...list.children].indexOf(item) + 1} of ${list.children.length}.`;
    };
    let held = null;
    $$(list, "li").forEach((item) => {
      $(item, ".q-up").addEventListener("click", (event) => move(item, true, event.currentTarget));
      $(item, ".q-down").addEventListener("click", (event) => move(item, false, event.currentTarget));
      item.draggable = true;
      item.addEventListener("dragstart", (event) => { held = item; event.dataTransfer.effectAllowed = "move"; });
      item.addEventListener("dragover", (event) => { if (held && held.parentNode === list) event.preventDefault(); });
      item.addEventListener("drop", (event) => {
        event.preventDefault();
        if (!held || held === item) return;
        const down = [...list.children].indexOf(held) < [...list.children].indexOf(item);
        if (down) item.after(held); else item.before(held);
        held = null;
      });
    });
  }

  /* The test: answers are kept without a word until the end, which says what to read again. */
  function testing(set) {
    const forms = $$(set, "form.q"), start = $(set, ".q-start"), finish = $(set, ".q-finish"), result = $(set, ".q-result");
    const mode = (on) => {
      set.classList.toggle("q-testing", on);
      finish.hidden = !on;
      start.textContent = on ? "Leave the test" : "Take it as a test";
      $(set, ".q-wrong-only").hidden = on;
      forms.forEach((form) => {
        $$(form, "button[type=submit]").forEach((button) => { button.hidden = on; });
        $$(form, ".q-hint, .q-solution").forEach((part) => { part.hidden = on; part.open = false; });
        $(form, ".q-keep").hidden = !on;
        form.hidden = false;
        delete form.dataset.keptAnswer;
        if (on) { fill(form, form.dataset.blocks ? form.dataset.blocks.split(",") : ""); verdict(form, undefined); } else restore(form);
      });
      result.textContent = "";
    };
    start.addEventListener("click", () => mode(!set.classList.contains("q-testing")));
    forms.forEach((form) => $(form, ".q-keep").addEventListener("click", () => {
      const answer = given(form), missing = judge(form, answer) === null;
      if (!missing) form.dataset.keptAnswer = "yes";
      $(form, ".q-status").textContent = missing ? "Choose or type an answer first." : "Kept. You may still change it until you finish.";
    }));
    finish.addEventListener("click", () => {
      // Blocks always stand in some order; only one that was kept is an answer.
      const answered = (form) => specOf(form).kind !== "order" || form.dataset.keptAnswer;
      const judged = forms.map((form) => [form, answered(form) ? judge(form, given(form)) : null, given(form)]);
      const open = judged.filter(([, right]) => right === null).length;
      if (open && finish.dataset.asked !== "yes") {
        finish.dataset.asked = "yes";
        result.textContent = `${open} of ${forms.length} questions are open. Answer them, or press "Finish the test" again: an open one counts as wrong.`;
        result.focus();
        return;
      }
      delete finish.dataset.asked;
      judged.forEach(([form, right, answer]) => { if (right !== null) record.note(form.id, right, false, answer); });
      mode(false);
      $$(set, ".q-by-unit").forEach((part) => { part.open = true; });
      report(result, judged);
    });
    $(set, ".q-wrong-only").addEventListener("click", (event) => {
      const only = event.currentTarget.getAttribute("aria-pressed") !== "true";
      event.currentTarget.setAttribute("aria-pressed", only);
      forms.forEach((form) => { form.hidden = only && record.get(form.id)?.right === true; });
    });
    $(set, ".q-wrong-only").setAttribute("aria-pressed", "false");
  }

  function report(result, judged) {
    const points = (list) => list.reduce((sum, [form]) => sum + specOf(form).points, 0);
    const wrong = judged.filter(([, right]) => !right);
    const pages = new Map(wrong.map(([form]) => [form.dataset.section, $(form, ".q-text").textContent.trim()]));
    const items = [...pages].map(([where, text]) => `<li><a href="${where}">${shown(text.slice(0, 90))}…</a></li>`).join("");
    result.innerHTML = `<p><strong>${points(judged) - points(wrong)} of ${points(judged)} points</strong>, ${judged.length - wrong.length} of ${judged.length} right.</p>`
      + (items ? `<p>Where to read again:</p><ul>${items}</ul>` : "<p>All right.</p>");
    result.focus();
  }

  record.ready(() => {
    $$(document, "form.q").forEach((form) => {
      if (form.dataset.ready) return;
      form.dataset.ready = "yes";
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (form.closest(".q-testing")) $(form, ".q-keep").click(); else submit(form, event.submitter ? event.submitter.value === "sure" : false);
      });
      form.addEventListener("reset", () => setTimeout(() => { verdict(form, undefined); }, 0));
      form.addEventListener("change", () => { if (!form.closest(".q-testing")) verdict(form, undefined); });
      moves(form);
      restore(form);
    });
    $$(document, ".q-set").forEach((set) => { if (!set.dataset.ready) { set.dataset.ready = "yes"; testing(set); } });
    scores();
  });
  record.onChange(scores);
})();
