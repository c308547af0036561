// A press on a cell tells the story of that crash below its strip. Without scripts the letters, and
// the list of every crash in words, are there all the same.
(() => {
  const tell = (button, cell) => {
    const saver = cell.closest(".strip-saver");
    const story = saver.querySelector(".strip-story");
    for (const other of saver.querySelectorAll("[aria-pressed=true]")) {
      other.setAttribute("aria-pressed", "false");
    }
    button.setAttribute("aria-pressed", "true");
    story.textContent = `${cell.dataset.row}, ${cell.dataset.story}.`;
    story.hidden = false;
  };
  const begin = () => {
    for (const cell of document.querySelectorAll("td[data-story]")) {
      if (cell.querySelector("button")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = cell.textContent;
      button.setAttribute("aria-label", `${cell.dataset.outcome}, ${cell.dataset.row}, ${cell.dataset.at}`);
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => tell(button, cell));
      cell.replaceChildren(button);
    }
  };
  begin();
  document.addEventListener("DOMContentLoaded", begin);
})();
