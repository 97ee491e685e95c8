// Small comforts over pages that work without them: a print button, one click sends a form once.
(function () {
  "use strict";
  document.documentElement.classList.add("has-script");

  document.addEventListener("click", function (click) {
    var button = click.target.closest("[data-print]");
    if (button) { window.print(); }
  });

  // The command id already makes a second click harmless; this only shows that the first one arrived.
  document.addEventListener("submit", function (submission) {
    var form = submission.target;
    if (form.method !== "post" || form.hasAttribute("data-downloads")) { return; }
    window.setTimeout(function () {
      form.querySelectorAll("button[type=submit]").forEach(function (button) { button.disabled = true; });
    }, 0);
  });
  // Coming back with the browser's back button must not find dead buttons.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form button[type=submit]:disabled").forEach(function (button) { button.disabled = false; });
  });

  // A table that fits needs no stop of the tab key; one that scrolls keeps it.
  function fitStops() {
    document.querySelectorAll(".scroll").forEach(function (box) {
      if (box.scrollWidth > box.clientWidth) { box.tabIndex = 0; } else { box.removeAttribute("tabindex"); }
    });
  }
  document.addEventListener("DOMContentLoaded", fitStops);
  document.addEventListener("htmx:afterSettle", fitStops);
  window.addEventListener("resize", fitStops);
  // A table inside a disclosure has no width until it is opened.
  document.addEventListener("toggle", fitStops, true);
}());
