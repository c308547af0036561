/* The summary: one sheet of what this browser keeps. It reads the record, and sends nothing. */
(() => {
  const record = window.exactResume;
  const $ = (root, selector) => root.querySelector(selector);
  const COLUMNS = ["Answered", "Right at once", "Sure, but wrong", "Due again", "Points", "Course's test", "Your program"];
  const day = (at) => new Date(at).toLocaleDateString("en-GB", { dateStyle: "long" });

  /* What the cells of some units add up to. */
  function sums(units, kept, due) {
    const points = Object.assign({}, ...units.map((unit) => unit.questions));
    const asked = Object.assign({}, ...units.map((unit) => unit.asked));
    const every = [...Object.keys(points), ...Object.keys(asked)];
    const cards = units.flatMap((unit) => unit.cards);
    const got = (bank) => Object.entries(bank).reduce((sum, [id, worth]) => sum + (kept[id]?.right ? worth : 0), 0);
    const most = (bank) => Object.values(bank).reduce((sum, worth) => sum + worth, 0);
    const count = (ids, fits) => ids.filter((id) => kept[id] && fits(kept[id], id)).length;
    const of = (bank) => (most(bank) ? `${got(bank)} of ${most(bank)}` : "–");
    return [
      `${count(every, () => true)} of ${every.length}`,
      count(every, (entry) => entry.first),
      count(every, (entry) => entry.misled),
      count([...every, ...cards], (entry, id) => due.has(id)),
      of(points), of(asked),
    ];
  }

  function program(units, ran) {
    const own = units.map((unit) => ran[unit.name]).filter(Boolean);
    if (units.length === 1) return own.length ? `${own[0].verdict}${own[0].verdict === "passed" ? "" : `, ${own[0].points} of ${own[0].most}`}` : "–";
    return own.length ? `${own.filter((one) => one.verdict === "passed").length} passed` : "–";
  }

  function row(place, cells) {
    [...place.querySelectorAll("td")].forEach((cell) => cell.remove());
    cells.forEach((text, at) => {
      const cell = document.createElement("td");
      cell.dataset.label = COLUMNS[at]; // shown beside it where the table is too wide
      cell.textContent = text;
      place.append(cell);
    });
  }

  function again(page, units, kept) {
    const texts = Object.assign({}, ...units.map((unit) => unit.texts));
    const wrong = record.order(Object.entries(kept), Infinity).filter(([id, entry]) => texts[id] && (entry.misled || !entry.right));
    const list = $(page, ".sum-again ol");
    list.replaceChildren(...wrong.map(([id, entry]) => {
      const item = document.createElement("li"), link = document.createElement("a");
      [link.href, link.textContent] = texts[id];
      item.append(link, entry.misled ? " You were sure." : "");
      return item;
    }));
    $(page, ".sum-again").hidden = !wrong.length;
  }

  function draw(page) {
    const units = JSON.parse($(page, ".sum-units").textContent);
    const kept = record.all(), ran = record.exercises(), due = record.order(Object.entries(kept));
    const known = new Set(due.map(([id]) => id));
    const anything = Object.keys(kept).length + Object.keys(ran).length > 0;
    $(page, ".sum-sheet").hidden = !anything;
    $(page, ".sum-empty").hidden = anything;
    units.forEach((unit) => row($(page, `[data-unit="${unit.number}"]`), [...sums([unit], kept, known), program([unit], ran)]));
    row($(page, '[data-unit="all"]'), [...sums(units, kept, known), program(units, ran)]);
    const coming = Object.values(kept).map((entry) => entry.due).filter((at) => at > Date.now());
    const next = coming.length ? ` The next ones come on ${day(Math.min(...coming))}.` : "";
    $(page, ".sum-said").textContent = `${known.size} of your answers and cards are due for review now.${next}`;
    $(page, ".sum-date").textContent = day(Date.now());
    again(page, units, kept);
  }

  function start(page) {
    if (page.dataset.ready) return;
    page.dataset.ready = "yes";
    const field = $(page, ".sum-controls input");
    const name = () => { $(page, ".sum-name").textContent = field.value.trim() ? `${field.value.trim()}, ` : ""; };
    field.value = String(record.held("name") ?? "").slice(0, field.maxLength);
    field.addEventListener("input", () => { record.set("name", field.value); name(); });
    $(page, ".sum-controls button").addEventListener("click", () => window.print());
    name();
    draw(page);
    record.onChange(() => draw(page));
  }

  record.ready(() => document.querySelectorAll(".sum").forEach(start));
})();
