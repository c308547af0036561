/* Names that the theme leaves out, for screen readers; and what only a script can say of itself. */
(() => {
  const name = () => {
    const label = (selector, text) => document.querySelectorAll(`${selector}:not([aria-label])`).forEach((found, at) => found.setAttribute("aria-label", text(at + 1)));
    label(".md-search[role=dialog]", () => "Search");
    label(".md-code__nav", (at) => `Code block ${at}`);
    label(".md-typeset__scrollwrap", (at) => `Table ${at}`);
    // Whatever scrolls sideways must be reachable by keyboard.
    document.querySelectorAll(".md-typeset pre > code, .md-typeset__scrollwrap").forEach((part) => {
      if (part.scrollWidth <= part.clientWidth) return;
      part.tabIndex = 0;
      if (part.matches(".md-typeset__scrollwrap")) part.setAttribute("role", "region");
    });
    document.documentElement.classList.add("has-js");
  };
  window.exactResume.ready(() => { name(); setTimeout(name, 400); });
})();
