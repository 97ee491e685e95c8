// A few keys for who works through a list; everything is reached without them, and they can be switched off.
(function () {
  "use strict";
  var OFF = "keys-off", dialog, rows = ".table-cards tbody th a";

  function isOff() {
    try { return window.localStorage.getItem(OFF) === "1"; } catch (refused) { return false; }
  }

  function typing(target) {
    return Boolean(target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"));
  }

  function focus(target) {
    if (target) { target.focus(); target.scrollIntoView({ block: "nearest" }); }
    return Boolean(target);
  }

  function step(by) {
    var links = Array.prototype.slice.call(document.querySelectorAll(rows));
    var row = document.activeElement.closest("tr");
    var at = links.findIndex(function (link) { return link.closest("tr") === row; });
    var next = at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by;
    return focus(links[Math.min(Math.max(next, 0), links.length - 1)]);
  }

  function tick() {
    var row = document.activeElement.closest("tr");
    var box = row && row.querySelector("input[type=checkbox]");
    if (box) { box.click(); }
    return Boolean(box);
  }

  function follow(selector) {
    var link = document.querySelector(selector);
    if (link) { link.click(); }
    return Boolean(link);
  }

  function toActs() {
    var open = document.querySelector("#act details[open]");
    var field = open && open.querySelector("textarea, select, input:not([type=hidden]), button");
    return focus(field || document.querySelector("#act summary"));
  }

  function show() { if (!dialog.open) { dialog.showModal(); } return true; }

  var keys = {
    "/": function () { return focus(document.getElementById("site-search")); },
    "j": function () { return step(1); },
    "k": function () { return step(-1); },
    "x": tick,
    "a": toActs,
    "n": function () { return follow("[data-next]"); },
    "u": function () { return follow("[data-back]"); },
    "?": show
  };

  document.addEventListener("keydown", function (pressed) {
    if (pressed.ctrlKey || pressed.altKey || pressed.metaKey || pressed.isComposing || isOff()) { return; }
    if (!keys.hasOwnProperty(pressed.key) || dialog.open || typing(pressed.target)) { return; }
    if (keys[pressed.key]()) { pressed.preventDefault(); }
  });

  document.addEventListener("DOMContentLoaded", function () {
    dialog = document.getElementById("keys");
    var off = document.getElementById("keys-off");
    off.checked = isOff();
    off.addEventListener("change", function () {
      try { window.localStorage.setItem(OFF, off.checked ? "1" : ""); } catch (refused) { off.disabled = true; }
    });
    document.querySelectorAll("[data-keys-shown]").forEach(function (button) {
      button.addEventListener("click", show);
    });
  });

  // A common opinion that is chosen is written down, to be changed; what was typed stays.
  document.addEventListener("change", function (change) {
    var choice = change.target, form = choice.form;
    var opinion = choice.name === "common_opinion" && form && form.querySelector("textarea[name=opinion]");
    if (opinion && (!opinion.value.trim() || opinion.value === opinion.dataset.chosen)) {
      opinion.value = opinion.dataset.chosen = choice.value;
    }
  });
}());
