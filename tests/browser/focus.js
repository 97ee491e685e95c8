// What the tests ask a page about its focus; keyboard.py puts it into each page before the page's own scripts.
window.focusIs = (function () {
  "use strict";
  const MOST_IN_ONE = 8; // the parts of a date with a time, its button, and one more
  let before = null, stopsInOne = 0;

  const style = one => window.getComputedStyle(one);
  const numbers = colour => (colour.match(/[\d.]+/g) || []).map(Number);
  const isOpaque = colour => numbers(colour).length === 3 || numbers(colour)[3] === 1;

  function light(colour) {
    return numbers(colour).slice(0, 3).map(one => one / 255)
      .map(one => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
      .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  }

  function markOf(one) {
    const line = style(one);
    const shown = line.outlineStyle !== "none" && parseFloat(line.outlineWidth) >= 2 && isOpaque(line.outlineColor);
    return shown ? line.outlineColor : "";
  }

  // The mark has to be three times as light or dark as what it is drawn on.
  function isPale(it) {
    let around = parseFloat(style(it).outlineOffset) < 0 ? it : it.parentElement;
    while (around.parentElement && !isOpaque(style(around).backgroundColor)) { around = around.parentElement; }
    const [darker, lighter] = [light(markOf(it)), light(style(around).backgroundColor)].sort((a, b) => a - b);
    return (lighter + 0.05) / (darker + 0.05) < 3;
  }

  function unseen(it) {
    const boxes = Array.from(it.getClientRects()).concat(it.getBoundingClientRect());
    const box = boxes.find(one => one.width && one.height) || boxes[0];
    if (box.width < 8 || box.height < 8) { return ["too small to be seen"]; }
    const left = Math.max(box.left, 0), right = Math.min(box.right, window.innerWidth);
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, window.innerHeight);
    if (right - left < 8 || bottom - top < 8) { return ["outside of the window"]; }
    const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const hidden = over && !it.contains(over) && !over.contains(it);
    return hidden ? [`under ${over.outerHTML.slice(0, 80)}`] : [];
  }

  // Where the focus is now and what is wrong with this stop; nothing at all where the page has no focus.
  function at(target) {
    const it = document.activeElement;
    if (!it || it === document.body) { return { name: "", faults: [], isThere: false }; }
    const faults = unseen(it);
    stopsInOne = before === it ? stopsInOne + 1 : 1;
    if (!markOf(it)) { faults.push("no mark of the focus"); } else if (isPale(it)) { faults.push("a pale mark"); }
    if (before && before !== it && before.isConnected && markOf(before)) { faults.push("a mark without the focus"); }
    if (it.tabIndex > 0) { faults.push("out of the order of the page"); }
    if (stopsInOne > MOST_IN_ONE) { faults.push("the focus does not leave"); }
    before = it;
    return { name: it.outerHTML.slice(0, 160), faults, isThere: it === target };
  }

  // Whatever can be operated has to be a stop; of radio buttons with one name a single one is.
  function missed(stops) {
    const operable = Array.from(document.querySelectorAll("a[href], button, input, select, textarea, summary"))
      .filter(one => !one.disabled && one.type !== "hidden" && !one.closest("[aria-hidden=true]"))
      .filter(one => one.checkVisibility({ visibilityProperty: true }));
    const isOfReached = one => one.type === "radio"
      && stops.some(stop => stop.type === "radio" && stop.name === one.name && stop.form === one.form);
    return operable.filter(one => !stops.includes(one) && !isOfReached(one)).map(one => one.outerHTML.slice(0, 160));
  }

  // The heading of the outermost closed fold that something is in.
  function fold(it) {
    const closed = [];
    for (let one = it.parentElement; one; one = one.parentElement) {
      if (one.matches("details:not([open])") && it !== one.firstElementChild) { closed.push(one); }
    }
    return closed.length ? closed.pop().firstElementChild : null;
  }

  function isBefore(it) {
    const now = document.activeElement;
    return now !== document.body && Boolean(now.compareDocumentPosition(it) & Node.DOCUMENT_POSITION_PRECEDING);
  }

  return { at, missed, fold, isBefore };
}());
