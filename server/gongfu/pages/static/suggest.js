// Suggestions while somebody types in the search box. Without this script the form works by itself.
"use strict";
(function () {
  const input = document.getElementById("find");
  if (!input || !window.fetch || !window.AbortController) return;
  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.placeholder);
  list.hidden = true;
  input.parentNode.appendChild(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  let running = null, waiting = 0, at = -1;

  function options() { return list.querySelectorAll("[role=option]"); }

  function show(visible) {
    list.hidden = !visible;
    input.setAttribute("aria-expanded", String(visible));
    if (!visible) choose(-1);
  }

  function choose(next) {
    const all = options();
    all.forEach((one) => one.setAttribute("aria-selected", "false"));
    at = all.length && next >= 0 ? next % all.length : -1;
    if (at < 0) { input.removeAttribute("aria-activedescendant"); return; }
    all[at].setAttribute("aria-selected", "true");
    all[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[at].id);
  }

  function ask() {
    if (running) running.abort();
    const words = input.value.trim();
    if (!words) { show(false); return; }
    running = new AbortController();
    fetch(input.dataset.suggest + "?q=" + encodeURIComponent(words), { signal: running.signal })
      .then((response) => (response.ok ? response.text() : ""))
      .then((html) => { list.innerHTML = html; at = -1; show(options().length > 0); })
      .catch(() => {});
  }

  input.addEventListener("input", function (event) {
    if (event.isComposing) return; // half a Chinese word is no word yet
    clearTimeout(waiting);
    waiting = setTimeout(ask, 120);
  });
  input.addEventListener("compositionend", function () { clearTimeout(waiting); waiting = setTimeout(ask, 60); });
  input.addEventListener("keydown", function (event) {
    if (list.hidden || event.isComposing) return;
    const count = options().length;
    if (event.key === "ArrowDown") { choose(at + 1); event.preventDefault(); }
    else if (event.key === "ArrowUp") { choose(at < 0 ? count - 1 : (at + count - 1) % count); event.preventDefault(); }
    else if (event.key === "Escape") { show(false); event.preventDefault(); }
    else if (event.key === "Enter" && at >= 0) { location.href = options()[at].dataset.href; event.preventDefault(); }
  });
  // The whole line of a suggestion leads there, not its words alone.
  list.addEventListener("click", function (event) {
    const one = event.target.closest("[role=option]");
    if (one && !event.target.closest("a")) location.href = one.dataset.href;
  });
  input.addEventListener("blur", function () { setTimeout(function () { show(false); }, 200); });
})();
