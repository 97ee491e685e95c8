// Small comforts over pages that work without them: a print button, one click sends a form once.
(function () {
  "use strict";
  document.documentElement.classList.add("has-script");

  // On a phone the places to go are one row: the one where we are is in sight.
  var here = document.querySelector(".site-nav [aria-current]");
  if (here) { here.closest("ul").scrollLeft = here.offsetLeft - 40; }

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

  // What an inspector typed and could not send stays on the device only while its owner is signed in.
  document.addEventListener("submit", function (submission) {
    if (!/\/sign-out$/.test(submission.target.action)) { return; }
    var kept = Object.keys(window.localStorage).filter(function (name) { return name.indexOf("visit:") === 0; });
    if (kept.length && !window.confirm("本机有 " + kept.length + " 份检查没有送达，退出后将清除。确定退出？")) {
      submission.preventDefault();
      return;
    }
    kept.forEach(function (name) { window.localStorage.removeItem(name); });
    if (window.indexedDB) { window.indexedDB.deleteDatabase("visits"); }
  });

  // What is too large is told before it is sent; the server says so too, but a form cannot keep its files.
  document.addEventListener("change", function (change) {
    var input = change.target, most, together, files, words = "";
    if (!input.dataset || !input.dataset.mostBytes) { return; }
    most = Number(input.dataset.mostBytes);
    together = Number(input.dataset.mostBytesAtOnce);
    files = Array.prototype.slice.call(input.files);
    var large = files.filter(function (file) { return file.size > most; });
    var sum = files.reduce(function (total, file) { return total + file.size; }, 0);
    if (large.length) {
      words = large.map(function (file) { return "“" + file.name + "”"; }).join("、") + "超过 " + most / 1048576 + " MB，请压缩或者降低分辨率后重新选择";
    } else if (sum > together) {
      words = "所选文件合计超过 " + together / 1048576 + " MB，请分次上传";
    }
    var note = input.parentNode.querySelector(".file-note");
    if (!note) {
      note = document.createElement("div");
      note.className = "file-note invalid-feedback d-block";
      note.setAttribute("role", "alert");
      input.insertAdjacentElement("afterend", note);
    }
    note.textContent = words;
    input.classList.toggle("is-invalid", Boolean(words));
    input.form.querySelector("button[type=submit]").disabled = Boolean(words);
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

  // What the rules say while a form is being filled, beside the fields it is about. The panel reads it out.
  function writeBeside() {
    document.querySelectorAll(".live-note").forEach(function (note) { note.remove(); });
    document.querySelectorAll("#live [data-field]").forEach(function (line) {
      var input = document.getElementById(line.dataset.field);
      if (!input) { return; }
      var note = document.createElement("div");
      note.className = "live-note " + (line.classList.contains("blocking") ? "blocking" : "warning");
      note.setAttribute("aria-hidden", "true");
      note.textContent = line.dataset.words;
      input.insertAdjacentElement("afterend", note);
    });
  }
  // The session has ended while somebody was typing: the form still takes what they type, and asks on sending.
  document.addEventListener("htmx:responseError", function (failed) {
    if (failed.detail.xhr.status !== 401) { return; }
    var said = document.querySelector("#live .panel-body");
    if (said) { said.textContent = "登录已失效，暂不能检查。填写的内容还在；提交时先登录，不必重填。"; }
  });
  document.addEventListener("DOMContentLoaded", writeBeside);
  document.addEventListener("htmx:afterSwap", writeBeside);
}());
