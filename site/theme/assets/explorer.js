/* "What did you forget?": sets the paths, marks, cells and sentence of a figure that the page already has. */
(() => {
  const place = (share, [from, to]) => Math.round((from + (to - from) * share) * 10) / 10;
  const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);

  function start(figure) {
    if (figure.dataset.ready) return;
    figure.dataset.ready = "yes";
    const one = (selector) => figure.querySelector(selector), all = (selector) => [...figure.querySelectorAll(selector)];
    const data = JSON.parse(one("script").textContent);
    const boxes = all("[type=checkbox]"), range = one("[type=range]"), next = one("[data-next]");
    const columns = all(".run-items tr").map((row) => [...row.cells].slice(1));
    const lossBit = data.items.indexOf("loss");
    let shown = Infinity; // steps after the resume that are shown

    const x = (at) => place(at / data.steps, data.x);
    const y = (loss) => place((loss - data.range[0]) / (data.range[1] - data.range[0]), data.y);
    const path = (losses, from) => "M" + losses.map((loss, n) => `${x(from + n + 0.5)} ${y(loss)}`).join("L");

    function mark(kind, at, limit, there, facts) {
      const group = one(`[data-mark=${kind}]`), label = group.querySelector("text"), flip = x(at) > limit;
      group.setAttribute("visibility", there ? "visible" : "hidden");
      group.setAttribute("transform", `translate(${x(at)} ${group.transform.baseVal[0].matrix.f})`);
      label.setAttribute("x", flip ? -12 : 12);
      label.setAttribute("text-anchor", flip ? "end" : "start");
      label.textContent = fill(data.labels[kind], facts);
    }

    function draw() {
      const kill = +range.value, at = kill - (kill % data.save_every);
      const subset = boxes.map((box) => (box.checked ? "0" : "1")).join("");
      const [hex, losses] = data.runs[`${at}/${subset}`], masks = hex.split(" ").map((mask) => parseInt(mask, 16));
      const differs = (n, item) => (masks[n] >> item) & 1;
      const first = masks.findIndex((mask) => mask), loss = masks.findIndex((_, n) => differs(n, lossBit));
      const until = Math.min(shown, masks.length);
      const labels = data.boxes.filter((_, n) => !boxes[n].checked).map((box) => box.label).join(", ");
      const gaps = losses.map((each, n) => each - data.losses[at + n]), most = Math.max(...gaps.map(Math.abs));
      const facts = { kill, at, first: at + first, step: at + loss, apart: most.toFixed(4) };
      facts.left_out = fill(data.labels[labels ? "without" : "everything"], { labels });
      let said = data.sentences.exact;
      if (first >= 0) {
        facts.item = data.names[data.names.findIndex((_, item) => differs(first, item))];
        if (loss >= 0) [facts.found, facts.expected] = [losses[loss].toFixed(4), data.losses[at + loss].toFixed(4)];
        said = data.sentences.differs + data.sentences[loss < 0 ? "hidden" : facts.found === facts.expected ? "near" : "loss"];
      }
      all("[data-said]").forEach((node) => { node.textContent = fill(said, facts); });

      one("[data-kill]").textContent = kill;
      range.setAttribute("aria-valuetext", `step ${kill}, resumed at step ${at}`);
      one("[data-killed]").setAttribute("d", path(data.losses.slice(0, kill), 0));
      one("[data-resumed]").setAttribute("d", path(losses.slice(0, until), at));
      one("[data-bars]").setAttribute("d", gaps.slice(0, until).map((gap, n) => gap ? `M${x(at + n + 0.5)} ${data.apart[0]}v${place(gap / most, [0, data.apart[1]])}` : "").join(""));
      one("[data-scale]").textContent = fill(data.labels[most ? "apart" : loss < 0 ? "together" : "near"], facts);
      one("[data-twice]").setAttribute("x", x(at));
      one("[data-twice]").setAttribute("width", x(kill + 0.5) - x(at));
      mark("kill", kill + 0.5, data.flip[1], true, facts);
      mark("start", at, data.flip[0], true, facts);
      mark("differs", at + first + 0.5, data.flip[+(at + first > kill)], first >= 0 && first < until, facts);

      columns.forEach((cells, row) => cells.forEach((cell, column) => {
        const n = column + data.save_every - at, other = n >= 0 && n < until && row && differs(n, row - 1);
        cell.hidden = n < 0;
        if (row) cell.textContent = n < 0 || n >= until ? "" : other ? "≠" : "=";
        cell.classList.toggle("ne", Boolean(other));
      }));
      all(".run-losses tbody tr").forEach((row, step) => {
        const n = step - at, there = n >= 0 && n < until, other = there && differs(n, lossBit);
        row.cells[2].textContent = there ? `${other ? "≠" : "="} ${losses[n].toFixed(4)}` : "";
        row.cells[2].classList.toggle("ne", Boolean(other));
      });
      next.textContent = until < masks.length ? "Next step" : "Begin at the resume";
      one("[data-all]").disabled = until === masks.length;
      return until === masks.length;
    }

    one("form").addEventListener("submit", (event) => event.preventDefault());
    one("form").addEventListener("input", () => { shown = Infinity; draw(); });
    let whole = draw();
    next.addEventListener("click", () => { shown = whole ? 1 : shown + 1; whole = draw(); });
    one("[data-all]").addEventListener("click", () => { shown = Infinity; whole = draw(); next.focus(); });
  }

  const init = () => document.querySelectorAll("[data-explorer]").forEach(start);
  if (window.document$) window.document$.subscribe(init);
  else if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", init);
  else init();
})();
