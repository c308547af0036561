/* Names that the theme leaves out, for screen readers; and what only a script can say of itself. */
(() => {
  const name = () => {
    const label = (selector, text) => document.querySelectorAll(`${selector}:not([aria-label])`).forEach((found, at) => found.setAttribute("aria-label", text(at + 1)));
    label(".md-search[role=dialog]", () => "Search");
    label(".md-code__nav", (at) => `Code block ${at}`);
    label(".md-typeset__scrollwrap, .md-typeset__table", (at) => `Table ${at}`);
    document.querySelectorAll(".md-typeset pre > code").forEach((code) => { if (code.scrollWidth > code.clientWidth) code.tabIndex = 0; });
    document.documentElement.classList.add("has-js");
  };
  window.exactResume.ready(() => { name(); setTimeout(name, 400); });
})();
