/* How often to save: what course_site/interval.py computes, from the reader's own numbers. */
(() => {
  const HOUR = 3600, UNITS = [["s", 1, 120], ["minutes", 60, 120], ["hours", HOUR, 48], ["days", 86400, Infinity]];
  const tenth = (number) => Math.floor(number * 10 + 0.5) / 10;

  function start(figure) {
    if (figure.dataset.ready) return;
    figure.dataset.ready = "yes";
    const one = (selector) => figure.querySelector(selector);
    const { factors, x, y, decadesX, decadesY, points, rough, words } = JSON.parse(one("script").textContent);

    const place = (power, [low, high], [from, to]) => tenth(from + (to - from) * Math.min(1, Math.max(0, (power - low) / (high - low))));
    const placeX = (seconds) => place(Math.log10(seconds), decadesX, x);
    const placeY = (share) => place(share > 0 && share < Infinity ? Math.log10(share) : decadesY[1], decadesY, y);
    function duration(seconds) {
      const [unit, length] = UNITS.find(([, each, most]) => seconds < each * most);
      return `${tenth(seconds / length).toFixed(1)} ${unit}`;
    }
    function share(part) {
      if (!(part <= 10 ** decadesY[1])) return words.over;
      return part < 0.01 ? `${(Math.floor(part * 1e5 + 0.5) / 1e3).toFixed(3)} %` : `${tenth(part * 100).toFixed(1)} %`;
    }

    function draw() {
      const [cost, hours, restart, step] = [...figure.querySelectorAll("input")].map((input) => input.valueAsNumber);
      const output = one("output"), mean = hours * HOUR;
      const fit = [cost, hours, restart, step].every(Number.isFinite) && cost > 0 && hours > 0 && restart >= 0 && step > 0;
      figure.classList.toggle("run-unfit", !fit);
      if (!fit) { output.textContent = words.wrong; return; }

      const waste = (every) => 1 / every * mean * Math.exp(restart / mean) * Math.expm1((every + cost) / mean) - 1;
      const best = Math.max(1, Math.floor(Math.sqrt(2 * cost * mean) * 1000 / step + 0.5));
      const rows = factors.map((factor) => {
        const steps = Math.max(1, Math.floor(best * factor + 0.5)), every = steps * step / 1000;
        return [steps, duration(every), share(waste(every))];
      });
      figure.querySelectorAll("tbody tr").forEach((row, at) => rows[at].forEach((text, n) => { row.cells[n + 1].textContent = text; }));

      const young = factors.indexOf(1), [half, [steps, every, lost], twice] = rows.slice(young - 1, young + 2);
      const facts = { steps, every, waste: lost, half: half[2], twice: twice[2] };
      output.textContent = words.good.replace(/\{(\w+)\}/g, (_, name) => facts[name]) + (cost * rough > mean ? words.rough : "");

      const sampled = Array.from({ length: points + 1 }, (_, at) => 10 ** (decadesX[0] + (decadesX[1] - decadesX[0]) * at / points));
      one("[data-curve]").setAttribute("d", "M" + sampled.map((seconds) => `${placeX(seconds)} ${placeY(waste(seconds))}`).join("L"));
      one("[data-young]").setAttribute("transform", `translate(${placeX(best * step / 1000)} 0)`);
    }

    one("form").addEventListener("submit", (event) => event.preventDefault());
    one("form").addEventListener("input", draw);
    draw(); // a browser may have kept what was typed before
  }

  window.exactResume.ready(() => document.querySelectorAll("[data-interval]").forEach(start));
})();
