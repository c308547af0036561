/* Names that the theme leaves out, for screen readers; and what only a script can say of itself. */
(() => {
  const name = () => {
    // Measured before anything is changed, so that the page is laid out once.
    const wide = [...document.querySelectorAll(".md-typeset pre > code, .md-typeset__scrollwrap")].filter((part) => part.scrollWidth > part.clientWidth);
    const label = (selector, text) => document.querySelectorAll(`${selector}:not([aria-label])`).forEach((found, at) => found.setAttribute("aria-label", text(at + 1)));
    label(".md-search[role=dialog]", () => "Search");
    label(".md-code__nav", (at) => `Code block ${at}`);
    label(".md-typeset__scrollwrap", (at) => `Table ${at}`);
    // Whatever scrolls sideways must be reachable by keyboard.
    wide.forEach((part) => {
      part.tabIndex = 0;
      if (part.matches(".md-typeset__scrollwrap")) part.setAttribute("role", "region");
    });
  };
  window.exactResume.ready(() => {
    document.documentElement.classList.add("has-js");
    name();
    setTimeout(name, 400); // the theme builds some of these parts later
  });
})();
