// The form of an application, and the lines of its claim, are saved while they are typed, as the button would save
// them: after a pause, and when the page is left. What the button would refuse is not saved. The form works without
// this file. data-autosave-to: where to, if not where the form goes; data-autosave-only: what its names begin with.
(function () {
  "use strict";
  var TIMEOUT = 20000, AGAIN = 15000, MOST_KEPT_ALIVE = 60000;
  var NOT_TYPED = { csrf_token: true, version: true, command_id: true, policy: true };

  // The answer, or status 0 where none came; a request that hangs counts as lost.
  function post(address, text) {
    var stop = new AbortController(), timer = window.setTimeout(function () { stop.abort(); }, TIMEOUT);
    return fetch(address, {
      method: "POST", body: text, credentials: "same-origin", signal: stop.signal, keepalive: text.length < MOST_KEPT_ALIVE,
      headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded", "X-Autosave": "1" }
    }).then(function (answer) {
      return answer.json().catch(function () { return {}; }).then(function (said) { return { status: answer.status, said: said }; });
    }).catch(function () { return { status: 0, said: {} }; }).then(function (result) {
      window.clearTimeout(timer);
      return result;
    });
  }

  function autosave(form) {
    var only = form.dataset.autosaveOnly || "", SAVED = only ? "明细已自动保存" : "已自动保存";
    var words = form.querySelector("[data-autosave-said]"), time = form.querySelector("[data-autosave-at]");
    var cancel = form.querySelector("[data-cancel]"), button = form.querySelector("[data-save]").textContent;
    var saved, refused, at = "", lost = "", timer, flight = null, stopped = false, leaving = false, held = false, insisted = false;

    var first = words.textContent;

    // What somebody typed, without what the page itself carries along.
    function typed(text) {
      var found = [];
      new URLSearchParams(text).forEach(function (value, name) {
        if (!NOT_TYPED[name] && name.indexOf(only) === 0) { found.push([name, value]); }
      });
      return JSON.stringify(found);
    }

    function text() { return new URLSearchParams(new FormData(form)).toString(); }
    saved = form.hasAttribute("data-unsaved") ? "" : typed(text());

    // Read out only when the words change; the time beside them is for the eye.
    function say(said, beside) {
      if (words.textContent !== said) { words.textContent = said; }
      time.textContent = beside || "";
    }

    function schedule(milliseconds) {
      window.clearTimeout(timer);
      if (!stopped) { timer = window.setTimeout(save, milliseconds); }
    }

    // From the first save on the form is that of a draft, as if the page of the draft had been opened.
    function become(said) {
      var version = document.createElement("input"), policy = form.querySelector("select[name=policy]");
      version.type = "hidden";
      version.name = "version";
      form.insertBefore(version, form.firstChild);
      form.setAttribute("action", said.address);
      form.querySelectorAll("[formaction]").forEach(function (one) { one.setAttribute("formaction", said.check); });
      form.setAttribute("hx-post", said.check);
      if (window.htmx) { window.htmx.process(form); }
      if (policy) { policy.disabled = true; }
      window.history.replaceState(null, "", said.address);
      return version;
    }

    // The other forms of the page go on from there as well.
    function moveOn(version, next) {
      var before = version.value;
      document.querySelectorAll("input[name=version]").forEach(function (one) { if (one.value === before) { one.value = next; } });
    }

    function take(result, sent) {
      var said = result.said, detail = (said.detail || "服务器没有应答").replace(/。$/, "");
      lost = "";
      if (result.status === 200 && said.version) {
        moveOn(form.querySelector("input[name=version]") || become(said), String(said.version));
        saved = typed(sent);
        at = " " + said.saved_at.slice(11, 16);
        insisted = false;
        if (cancel) { cancel.textContent = "返回"; }
        say(SAVED, at);
        if (typed(text()) !== saved) { schedule(Number(form.dataset.autosave) * 1000); }
      } else if (result.status === 422) {
        refused = typed(sent);
        say("尚未自动保存：" + (said.errors ? said.errors[0].message : detail));
        if (typed(text()) !== refused) { schedule(Number(form.dataset.autosave) * 1000); }
      } else if (result.status === 0 || result.status === 429 || result.status >= 500) {
        // It may have arrived all the same: the very same is sent again, which does nothing twice.
        lost = sent;
        say(result.status === 0 ? "网络不通，内容还在本页，恢复后自动保存" : "暂时没有保存：" + detail + "；稍后自动再试");
        schedule(AGAIN);
      } else {
        stopped = true;
        if (result.status === 401) {
          say("登录已失效，不再自动保存；内容还在本页，请点“" + button + "”，登录后接着保存");
        } else if (result.status === 409) {
          say("已停止自动保存：" + detail);
        } else {
          say("没有保存：" + detail + "；请点“" + button + "”");
        }
      }
    }

    function save() {
      var sent = lost || text(), now = typed(sent);
      window.clearTimeout(timer);
      if (flight) { return flight; }
      if (stopped || leaving) { return Promise.resolve(); }
      if (!lost && (now === saved || now === refused)) {
        // What was wrong has been taken back.
        if (now === saved) { refused = ""; say(at ? SAVED : first, at); }
        return Promise.resolve();
      }
      time.textContent = at ? at + "，正在保存…" : "，正在保存…";
      flight = post(form.dataset.autosaveTo || form.action, sent).then(function (result) {
        flight = null;
        take(result, sent);
      });
      return flight;
    }

    function change() { schedule(Number(form.dataset.autosave) * 1000); }
    form.addEventListener("input", change);
    form.addEventListener("change", change);
    document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") { save(); } });
    window.addEventListener("online", function () { if (lost) { save(); } });
    window.addEventListener("pageshow", function () { leaving = false; });
    // Who cancels before anything was saved wants nothing saved.
    if (cancel) { cancel.addEventListener("click", function (click) {
      if (!at && !click.ctrlKey && !click.metaKey && !click.shiftKey) { leaving = true; }
    }); }

    // Saved by hand: after what is on its way, and upon its version. A second press goes out in any case.
    form.addEventListener("submit", function (submission) {
      var submitter = submission.submitter;
      window.clearTimeout(timer);
      if ((!flight && !lost) || insisted) { leaving = true; return; }
      submission.preventDefault();
      submission.stopImmediatePropagation();
      if (held) { return; }
      held = true;
      save().then(function () {
        held = false;
        window.clearTimeout(timer);
        insisted = Boolean(lost);
        if (lost) { schedule(AGAIN); } else { form.requestSubmit(submitter); }
      });
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("form[data-autosave]").forEach(autosave);
  });
}());
