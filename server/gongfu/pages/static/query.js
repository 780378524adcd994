// The query room beside its editor: says that a query runs, and copies programs. Without it everything still works.
"use strict";
(function () {
  var form = document.getElementById("ask");
  var state = form && form.querySelector(".limits");
  var button = form && form.querySelector("button[type=submit]");
  if (form) {
    var limits = state.textContent;
    form.addEventListener("submit", function () {
      state.textContent = form.dataset.running;
      // After the values were read: a disabled button could not send the form.
      setTimeout(function () { button.disabled = true; }, 0);
    });
    // Whoever comes back by the browser's history finds the page as it was left.
    addEventListener("pageshow", function () { button.disabled = false; state.textContent = limits; });
  }
})();
