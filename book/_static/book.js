"use strict";
(() => {
  const boxes = ".eq-scroll, div.highlight pre, .pst-scrollable-table-container, .output.text_plain pre";

  // A box that scrolls must be reachable with the keyboard; one that does not scroll must not stop it.
  function markScrollers() {
    for (const box of document.querySelectorAll(boxes)) {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  }

  // Paper is white whatever the screen is.
  let theme = null;
  function toPaper() {
    theme = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = "light";
  }
  function toScreen() {
    if (theme !== null) document.documentElement.dataset.theme = theme;
    theme = null;
  }

  // A page opened as a file may not read other files: results are then listed without an excerpt.
  // (The options are a constant of another script, so they are no property of the window.)
  if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }
  document.fonts.ready.then(markScrollers);
  window.addEventListener("load", markScrollers);
  window.addEventListener("resize", markScrollers);
  document.addEventListener("toggle", markScrollers, true);
  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", toScreen);
})();
