/* The reader's record: one entry of localStorage for each question and card, under its own id, so that
   two tabs never overwrite each other and an edited lesson corrupts nothing. */
window.exactResume = (() => {
  const PREFIX = "exact-resume/1/";
  const ID = /^(ex|course-)\d{2}(-[a-z0-9]+)+$/;
  const DAYS = [1, 3, 7, 21];
  const DAY = 86400000;
  const memory = new Map(); // where the browser keeps nothing, for as long as the page is open
  let kept = true;

  function held(key) {
    if (memory.has(key)) return memory.get(key);
    try { return JSON.parse(localStorage.getItem(PREFIX + key)); } catch { return null; }
  }
  function get(id) { return clean(held(id)); }
  function set(id, entry) {
    try {
      localStorage.setItem(PREFIX + id, JSON.stringify(entry));
      memory.delete(id);
    } catch {
      kept = false;
      memory.set(id, entry);
    }
    changed();
  }
  /* Every key that is kept, be it an answer's or another. */
  function keys() {
    const found = new Set(memory.keys());
    try {
      for (let i = 0; i < localStorage.length; i += 1) if (localStorage.key(i).startsWith(PREFIX)) found.add(localStorage.key(i).slice(PREFIX.length));
    } catch { kept = false; }
    return [...found];
  }
  function forget() {
    keys().forEach((key) => {
      memory.delete(key);
      try { localStorage.removeItem(PREFIX + key); } catch { kept = false; }
    });
    changed();
  }
  function all() {
    return Object.fromEntries(keys().filter((id) => ID.test(id)).map((id) => [id, get(id)]).filter(([, entry]) => entry));
  }

  /* What came of the exercises: the terminal knows it, and its progress file brings it here. */
  const EXERCISE = /^ex\d{2}(_[a-z0-9]+)+$/;
  function exercises() { return ran(held("exercises")) || {}; }
  function ran(found) {
    if (!found || typeof found !== "object" || Array.isArray(found)) return null;
    const good = ([name, one]) => EXERCISE.test(name) && ["passed", "failed", "unknown"].includes(one?.verdict) && [one.points, one.most].every((points) => Number.isFinite(points) && points >= 0);
    const all = Object.entries(found);
    return all.every(good) ? Object.fromEntries(all.map(([name, { verdict, points, most }]) => [name, { verdict, points, most }])) : null;
  }

  /* An entry as this version writes it, or null: whatever else stands there is left alone. */
  function clean(entry) {
    if (!entry || typeof entry !== "object" || typeof entry.right !== "boolean") return null;
    const number = (key) => Number.isFinite(entry[key]) && entry[key] >= 0;
    const answer = (held) => (Array.isArray(held) ? held.map(String).slice(0, 9) : String(held ?? "").slice(0, 200));
    if (!["tries", "box", "at", "due"].every(number) || entry.box > DAYS.length) return null;
    return {
      right: entry.right, sure: entry.sure === true, first: entry.first === true, misled: entry.misled === true,
      tries: entry.tries, box: entry.box, at: entry.at, due: entry.due,
      given: answer(entry.given), ...(entry.slip !== undefined && { slip: answer(entry.slip) }), // the first wrong answer
    };
  }

  /* Note an answer. It comes again after 1, 3, 7 and 21 days; a wrong one begins anew. Who was sure of
     a wrong answer is asked first each time, until the last of these days: such errors come back. */
  function note(id, right, sure, given) {
    const before = get(id), now = Date.now();
    const early = before && before.right && right && now < before.due; // practice before its day moves nothing
    const box = !right ? 0 : early ? before.box : Math.min((before ? before.box : 0) + 1, DAYS.length);
    const due = early ? before.due : now + DAYS[Math.max(box - 1, 0)] * DAY;
    const misled = (!right && sure) || (before?.misled === true && box < DAYS.length);
    const slip = before?.slip ?? (right ? undefined : given);
    set(id, { right, sure, misled, given, slip, box, due, at: now, tries: (before ? before.tries : 0) + 1, first: before ? before.first : right });
  }

  function exported() {
    const mine = exercises();
    return JSON.stringify({ course: "exact-resume", version: 1, records: all(), ...(Object.keys(mine).length && { exercises: mine }) }, null, 1);
  }
  /* Take over a file; newer entries win. Throws a sentence, and changes nothing, where it does not fit. */
  function imported(text) {
    let file;
    try { file = JSON.parse(text); } catch { throw new Error("This is not a progress file: it is no JSON. Nothing was changed."); }
    if (!file || file.course !== "exact-resume") throw new Error("This is no progress file of this course. Nothing was changed.");
    if (file.version !== 1) throw new Error(`This progress file is of version ${file.version}; this page reads version 1. Nothing was changed.`);
    if (!file.records || typeof file.records !== "object" || Array.isArray(file.records)) throw new Error("This progress file holds no records. Nothing was changed.");
    const entries = Object.entries(file.records).map(([id, entry]) => {
      const good = ID.test(id) ? clean(entry) : null;
      if (!good) throw new Error(`The entry "${String(id).slice(0, 60)}" of this file is broken. Nothing was changed.`);
      return [id, good];
    });
    const theirs = file.exercises === undefined ? {} : ran(file.exercises);
    if (!theirs) throw new Error("What this file says of the exercises is broken. Nothing was changed.");
    let taken = 0;
    entries.forEach(([id, entry]) => {
      const mine = get(id);
      if (mine && mine.at >= entry.at) return;
      set(id, entry);
      taken += 1;
    });
    if (Object.keys(theirs).length) set("exercises", { ...exercises(), ...theirs });
    return { taken, held: entries.length - taken };
  }

  /* Wrong and sure comes first, then wrong, then what is due, the oldest first. */
  function order(entries, now = Date.now()) {
    const rank = (entry) => (entry.misled ? 0 : entry.right ? 2 : 1);
    return entries
      .filter(([, entry]) => !entry.right || entry.due <= now)
      .sort(([, a], [, b]) => rank(a) - rank(b) || a.due - b.due);
  }

  const listeners = [];
  function changed() { listeners.forEach((listener) => listener()); }
  window.addEventListener("storage", (event) => { if (!event.key || event.key.startsWith(PREFIX)) changed(); });

  function ready(init) {
    if (typeof document$ !== "undefined") document$.subscribe(init);
    else if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", init);
    else init();
  }
  return { get, set, held, forget, all, exercises, note, exported, imported, order, ready, isKept: () => kept, onChange: (listener) => listeners.push(listener) };
})();
