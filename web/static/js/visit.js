// A visit on a weak network: what is typed stays on this device until the server has acknowledged it.
// The form works without this file. Kept are the fields of the form, trainees by their places on the roster
// only, under the account and the class; photographs wait in a database of the browser. Signing out clears both.
(function () {
  "use strict";
  var PREFIX = "visit:", TIMEOUT = 20000, DELAYS = [3000, 10000, 20000, 40000, 60000];
  var LEFT_OUT = { csrf_token: true };

  function token() { return document.querySelector("meta[name=csrf-token]").content; }
  function clock(at) {
    var time = new Date(at), two = function (number) { return (number < 10 ? "0" : "") + number; };
    return two(time.getHours()) + ":" + two(time.getMinutes());
  }
  function fresh() {
    return Array.prototype.map.call(window.crypto.getRandomValues(new Uint8Array(16)), function (byte) {
      return (byte < 16 ? "0" : "") + byte.toString(16);
    }).join("");
  }
  function load(key) {
    try { return JSON.parse(window.localStorage.getItem(PREFIX + key)); } catch (broken) { return null; }
  }
  function keep(key, kept) {
    try { window.localStorage.setItem(PREFIX + key, JSON.stringify(kept)); return true; } catch (full) { return false; }
  }
  function forget(key) { window.localStorage.removeItem(PREFIX + key); }
  // The answer, or a word for what went wrong on the way; a request that hangs counts as lost.
  function post(address, body) {
    var stop = new AbortController(), timer = window.setTimeout(function () { stop.abort(); }, TIMEOUT);
    return fetch(address, { method: "POST", body: body, headers: { Accept: "application/json" }, credentials: "same-origin", signal: stop.signal })
      .then(function (answer) {
        return answer.json().catch(function () { return {}; }).then(function (said) { return { status: answer.status, said: said }; });
      }, function () { return { status: 0, said: {} }; })
      .then(function (result) { window.clearTimeout(timer); return result; });
  }
  // What may be sent again as it is: nothing came back, or the server was in trouble.
  function isLost(status) { return status === 0 || status === 429 || status >= 500; }

  // --- photographs that wait ------------------------------------------------------------------------------
  function store(mode, act) {
    return new Promise(function (done, failed) {
      var opening = window.indexedDB.open("visits", 1);
      opening.onupgradeneeded = function () { opening.result.createObjectStore("photos", { keyPath: "id" }); };
      opening.onerror = function () { failed(opening.error); };
      opening.onsuccess = function () {
        var database = opening.result, change = database.transaction("photos", mode), found = act(change.objectStore("photos"));
        change.oncomplete = function () { database.close(); done(found && found.result); };
        change.onerror = change.onabort = function () { database.close(); failed(change.error); };
      };
    });
  }
  function photosOf(account, wanted) {
    return store("readonly", function (photos) { return photos.getAll(); }).then(function (all) {
      return (all || []).filter(function (one) { return one.account === account && wanted(one); });
    }).catch(function () { return []; });
  }
  function keepPhoto(photo) { return store("readwrite", function (photos) { return photos.put(photo); }); }
  function dropPhoto(id) { return store("readwrite", function (photos) { return photos.delete(id); }); }
  // Larger than the server takes: drawn again, smaller, which leaves out what the camera wrote beside it.
  function shrunk(file, most) {
    if (file.size <= most || !window.createImageBitmap) { return Promise.resolve(file); }
    return window.createImageBitmap(file).then(function (picture) {
      var scale = Math.min(1, 2560 / Math.max(picture.width, picture.height)), canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise(function (done) {
        canvas.toBlob(function (smaller) { done(smaller && smaller.size < file.size ? smaller : file); }, "image/jpeg", 0.85);
      });
    }).catch(function () { return file; });
  }
  function size(bytes) { return bytes < 104858 ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / 1048576).toFixed(1) + " MB"; }
  // The list of those that wait, each to be taken out again; answers how to draw it anew.
  function listPhotos(list, account, wanted) {
    function draw() {
      return photosOf(account, wanted).then(function (photos) {
        list.textContent = "";
        photos.forEach(function (one) {
          var line = document.createElement("li"), name = document.createElement("span"), out = document.createElement("button");
          name.className = "file-name";
          name.textContent = one.name + "（" + size(one.blob.size) + "）" + (one.refused ? "没有上传：" + one.refused : "待上传");
          out.type = "button";
          out.className = "btn btn-sm btn-outline-secondary";
          out.textContent = "移除";
          out.setAttribute("aria-label", "移除 " + one.name);
          out.addEventListener("click", function () { dropPhoto(one.id).then(draw); });
          line.appendChild(name);
          line.appendChild(out);
          list.appendChild(line);
        });
        return photos;
      });
    }
    return draw;
  }
  function takePhotos(input, about) {
    var files = Array.prototype.slice.call(input.files), name = /\.(jpe?g|png)$/i;
    input.value = "";
    return Promise.all(files.map(function (file) {
      return shrunk(file, Number(input.dataset.most)).then(function (blob) {
        var named = blob === file ? file.name : file.name.replace(/\.[^.]*$/, "") + ".jpg";
        return keepPhoto({ id: fresh(), account: about.account, visit: about.visit, address: about.address, name: name.test(named) ? named : "照片.jpg", blob: blob });
      });
    }));
  }

  // --- the form of a visit --------------------------------------------------------------------------------
  function visitForm(form) {
    var key = form.dataset.visitForm, account = key.split(":")[0], part = form.querySelector("[data-part]");
    var state = form.querySelector("[data-state]"), submit = form.querySelector("[data-submit]");
    var retry = form.querySelector("[data-retry]"), edit = form.querySelector("[data-edit]");
    var photos = form.querySelector("[data-photos]"), pending = 0, tries = 0, sending = false;
    var ofThis = function (one) { return one.visit === key && !one.address; };
    var drawPhotos = listPhotos(form.querySelector("[data-photo-list]"), account, ofThis);

    function say(words, kind) {
      state.textContent = words;
      state.className = "visit-state" + (kind ? " state-" + kind : "");
    }
    function fields() {
      return Array.prototype.slice.call(form.elements).filter(function (one) {
        return one.name && !LEFT_OUT[one.name] && one.type !== "file" && one.type !== "submit" && (one.checked || (one.type !== "checkbox" && one.type !== "radio"));
      }).map(function (one) { return [one.name, one.value]; });
    }
    function fill(pairs) {
      var values = {};
      pairs.forEach(function (pair) { (values[pair[0]] = values[pair[0]] || []).push(pair[1]); });
      Array.prototype.forEach.call(form.elements, function (one) {
        if (!one.name || LEFT_OUT[one.name] || one.type === "file" || one.type === "submit") { return; }
        var given = values[one.name] || [];
        if (one.type === "checkbox" || one.type === "radio") { one.checked = given.indexOf(one.value) >= 0; } else if (given.length) { one.value = given[0]; }
      });
      var folded = form.querySelector("details.fold");
      if (folded && folded.querySelector("textarea, input[type=text]")) {
        folded.open = folded.open || Array.prototype.some.call(folded.querySelectorAll("input:checked"), function (one) { return one.value !== ""; });
      }
      count();
    }
    function freeze(on) {
      part.disabled = on;
      submit.hidden = on;
      retry.hidden = !on;
      edit.hidden = !on;
    }
    function save(how) {
      // A disabled form has no fields: what waits was kept as it was sent.
      var kept = { fields: fields(), state: how, at: Date.now(), words: form.dataset.words, path: window.location.pathname };
      var done = keep(key, kept);
      if (!done) { say("本机存储已满或者被禁用，填写的内容没有保存，请尽快提交", "waiting"); } else if (how === "typing") { say("已保存在本机 " + clock(kept.at)); }
      return kept;
    }
    var typing = 0;
    function typed() {
      count();
      if (sending || part.disabled) { return; }
      window.clearTimeout(typing);
      typing = window.setTimeout(function () { save("typing"); }, 300);
    }
    function wait(words) {
      window.clearTimeout(pending);
      freeze(true);
      say("未发送：" + words + "，网络恢复后自动重试", "waiting");
      pending = window.setTimeout(send, DELAYS[Math.min(tries, DELAYS.length - 1)]);
      tries += 1;
    }
    function send() {
      var kept = load(key);
      window.clearTimeout(pending);
      if (sending || !kept || kept.state !== "waiting") { return; }
      sending = true;
      freeze(true);
      retry.disabled = true;
      say("正在发送……");
      var body = new URLSearchParams();
      kept.fields.forEach(function (pair) { body.append(pair[0], pair[1]); });
      body.append("csrf_token", token());
      post(form.getAttribute("action"), body).then(function (result) {
        sending = false;
        retry.disabled = false;
        if (result.status === 200 && result.said.address) { return delivered(result.said); }
        if (isLost(result.status)) { return wait(result.status ? "服务器暂时不能办理" : "网络不通"); }
        if (result.status === 401) { return signIn(); }
        if (result.status === 400 && !result.said.refused) {
          freeze(true);
          return say("未发送：页面已过期，请重新载入本页，内容会自动送出", "waiting");
        }
        // Refused: once more as a page, which says beside each field what is wrong.
        kept.state = "refused";
        keep(key, kept);
        freeze(false);
        fill(kept.fields);
        HTMLFormElement.prototype.submit.call(form);
      });
    }
    function delivered(said) {
      say("已送达 " + clock(Date.now()), "good");
      photosOf(account, ofThis).then(function (waiting) {
        return Promise.all(waiting.map(function (one) { one.address = said.photos; return keepPhoto(one); }));
      }).catch(function () { return null; }).then(function () {
        forget(key);
        window.location.assign(said.address);
      });
    }
    function signIn() {
      freeze(true);
      say("未发送：登录已失效，内容保存在本机。", "waiting");
      var link = document.createElement("a");
      link.href = form.dataset.signIn;
      link.textContent = "登录后自动送出";
      state.appendChild(link);
    }
    function count() {
      var shown = form.querySelector("[data-count]");
      if (!shown) { return; }
      var there = form.querySelectorAll("input[name=present]:checked").length, heads = Number(shown.dataset.heads);
      shown.textContent = "实到 " + there + " 人，缺勤 " + (heads - there) + " 人（名册 " + heads + " 人）";
      var by = form.querySelector("input[name=way]:checked");
      shown.hidden = Boolean(by) && by.value !== "roster";
    }

    form.addEventListener("submit", function (submission) {
      var pressed = submission.submitter;
      submission.preventDefault();
      submission.stopPropagation();
      if (pressed && pressed.hasAttribute("data-all-present")) {
        form.querySelectorAll("input[name=present]").forEach(function (one) { one.checked = true; });
        return typed();
      }
      if (sending) { return; }
      window.clearTimeout(typing);
      tries = 0;
      save("waiting");
      send();
    });
    form.addEventListener("input", function (change) {
      if (change.target.id !== "roll-filter" && change.target.type !== "file") { typed(); }
    });
    retry.addEventListener("click", function () { tries = 0; send(); });
    edit.addEventListener("click", function () {
      window.clearTimeout(pending);
      freeze(false);
      // It may have arrived after all: changed, it is another command, and the server sees that the class was seen.
      form.elements.command_id.value = fresh();
      save("typing");
    });
    window.addEventListener("online", function () { tries = 0; send(); });
    var filter = document.getElementById("roll-filter");
    if (filter) {
      filter.addEventListener("input", function () {
        form.querySelectorAll(".roll-list > li").forEach(function (line) { line.hidden = line.dataset.name.indexOf(filter.value.trim()) < 0; });
      });
      filter.addEventListener("keydown", function (press) { if (press.key === "Enter") { press.preventDefault(); } });
    }
    if (photos && window.indexedDB) {
      photos.hidden = false;
      var input = photos.querySelector("input[type=file]");
      input.addEventListener("change", function () {
        takePhotos(input, { account: account, visit: key }).then(drawPhotos, function () { say("本机存储已满，照片没有留下，请在提交后添加", "waiting"); });
      });
      drawPhotos();
    }

    var kept = load(key);
    if (form.hasAttribute("data-refused")) {
      save("typing");
      say("没有登记，请改正后再次提交；内容保存在本机");
    } else if (kept) {
      var version = form.elements.version.value, command = form.elements.command_id.value;
      fill(kept.fields);
      if (kept.state === "waiting") { send(); } else {
        // Nothing of it was sent, so it goes as a command of its own, with what is known of the application by now.
        form.elements.version.value = version;
        form.elements.command_id.value = command;
        say("已恢复 " + clock(kept.at) + " 保存在本机的内容");
      }
    }
    count();
  }

  // --- photographs of a visit that is recorded ------------------------------------------------------------
  function photoForm(form) {
    var account = form.dataset.photoForm, address = form.getAttribute("action"), input = form.querySelector("input[type=file]");
    var state = form.querySelector("[data-state]"), retry = form.querySelector("[data-retry]"), submit = form.querySelector("[data-submit]");
    var mine = function (one) { return one.address === address; }, draw = listPhotos(form.querySelector("[data-photo-list]"), account, mine);
    var pending = 0, tries = 0, busy = false, taken = 0;

    function say(words, kind) {
      state.textContent = words;
      state.className = "visit-state" + (kind ? " state-" + kind : "");
    }
    function upload() {
      window.clearTimeout(pending);
      if (busy) { return; }
      draw().then(function (photos) {
        var open = photos.filter(function (one) { return !one.refused; }), next = open[0];
        retry.hidden = !open.length;
        if (!next) { if (taken) { window.location.reload(); } return; }
        busy = true;
        say("正在上传 " + next.name + "，还有 " + open.length + " 张");
        var body = new FormData();
        body.append("csrf_token", token());
        body.append("command_id", next.id);
        body.append("file", next.blob, next.name);
        post(address, body).then(function (result) {
          busy = false;
          if (result.status === 200) { taken += 1; tries = 0; return dropPhoto(next.id).then(upload); }
          if (result.status === 401 || (result.status === 400 && !result.said.refused)) {
            say("照片保存在本机，登录后自动上传。", "waiting");
            var link = document.createElement("a");
            link.href = form.dataset.signIn;
            link.textContent = "登录";
            return state.appendChild(link);
          }
          if (isLost(result.status)) {
            say("照片未上传：" + (result.status ? "服务器暂时不能办理" : "网络不通") + "，网络恢复后自动重试", "waiting");
            pending = window.setTimeout(upload, DELAYS[Math.min(tries, DELAYS.length - 1)]);
            tries += 1;
            return null;
          }
          next.refused = result.said.refused || "服务器没有接受";
          say("有照片没有上传，原因见上", "waiting");
          return keepPhoto(next).then(upload);
        });
      });
    }
    if (!window.indexedDB) { return; }
    // Chosen is sent: there is nothing else to fill in.
    submit.hidden = true;
    input.addEventListener("change", function () {
      takePhotos(input, { account: account, address: address }).then(upload, function () { say("本机存储已满，照片没有留下", "waiting"); });
    });
    form.addEventListener("submit", function (submission) { submission.preventDefault(); submission.stopPropagation(); upload(); });
    retry.addEventListener("click", function () { tries = 0; upload(); });
    window.addEventListener("online", function () { tries = 0; upload(); });
    upload();
  }

  // --- the list of the day --------------------------------------------------------------------------------
  function showKept(box) {
    var account = box.dataset.visitsKept;
    Object.keys(window.localStorage).filter(function (name) { return name.indexOf(PREFIX + account + ":") === 0; }).forEach(function (name) {
      var key = name.slice(PREFIX.length), kept = load(key);
      if (!kept) { return; }
      var line = document.createElement("p"), link = document.createElement("a");
      link.href = kept.path;
      link.textContent = kept.words + "：" + (kept.state === "waiting" ? "检查未送达，打开后自动重试" : "有没有提交的内容") + "（" + clock(kept.at) + "）";
      line.appendChild(link);
      box.appendChild(line);
      box.hidden = false;
      document.querySelectorAll("[data-visit]").forEach(function (card) {
        if (card.dataset.visit === key) { card.querySelector("[data-kept]").hidden = false; }
      });
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    var form = document.querySelector("form[data-visit-form]"), photos = document.querySelector("form[data-photo-form]");
    var box = document.querySelector("[data-visits-kept]");
    if (form) { visitForm(form); }
    if (photos) { photoForm(photos); }
    if (box) { showKept(box); }
  });
}());
