// A file may be dropped on the form, and the form says that it is being sent. Without this script both still work by hand.
(function () {
  "use strict";
  var form = document.querySelector("[data-drop]");
  if (!form) { return; }
  var field = form.querySelector("input[type=file]"), place = form.querySelector(".drop");
  ["dragover", "dragenter"].forEach(function (name) {
    place.addEventListener(name, function (event) { event.preventDefault(); place.classList.add("over"); });
  });
  place.addEventListener("dragleave", function () { place.classList.remove("over"); });
  place.addEventListener("drop", function (event) {
    event.preventDefault();
    place.classList.remove("over");
    if (event.dataTransfer.files.length) { field.files = event.dataTransfer.files; }
  });
  form.addEventListener("submit", function () {
    form.querySelector("[data-status]").textContent = form.getAttribute("data-busy");
  });
})();
