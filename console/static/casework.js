// Boards and cases: left and right by keyboard, a bar for what is selected, one click is one step.
"use strict";

(() => {
  const isTyping = (element) => /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && element.type !== "checkbox";

  // --- what is selected on a board ---
  const bar = document.getElementById("assign-bar");
  const showBar = () => {
    if (!bar) return;
    const count = document.querySelectorAll('#assign input[name="case"]:checked').length;
    bar.hidden = count === 0;
    bar.querySelector("select").required = count > 0;
    document.getElementById("assign-count").textContent = count;
  };
  document.addEventListener("change", (event) => event.target.name === "case" && showBar());
  window.addEventListener("pageshow", showBar);

  // --- a second click on a button whose step is under way does nothing ---
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post" || event.target.hasAttribute("hx-post")) return;
    if (event.target.dataset.sent) return event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // --- a sheet is made to be printed ---
  document.querySelector("[data-print]")?.addEventListener("click", () => window.print());

  // --- keyboard ---
  const columnOf = (element) => element?.closest(".board-column");
  function sideways(step) {
    const columns = [...document.querySelectorAll(".board-column")].filter((each) => each.querySelector(".row-link"));
    if (!columns.length) return;
    const at = columns.indexOf(columnOf(document.activeElement));
    const next = columns[Math.min(columns.length - 1, Math.max(0, at + step))];
    next.querySelector(".row-link").focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const words = document.getElementById("board-words");
    if ((event.key === "h" || event.key === "l") && document.querySelector(".board")) {
      event.preventDefault();
      sideways(event.key === "l" ? 1 : -1);
    } else if (event.key === "/" && words) {
      event.preventDefault();
      words.focus();
    } else if (event.key === "x") {
      const box = document.activeElement.closest(".card-item")?.querySelector('input[name="case"]');
      if (box) {
        box.checked = !box.checked;
        showBar();
      }
    }
  });
})();
