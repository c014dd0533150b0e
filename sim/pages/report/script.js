"use strict";
// The page is whole without this: it copies commands, shows one policy alone (kept in the address) and opens what is folded
// away before printing.
(function () {
  var root = document.documentElement;
  root.classList.add("scripted");

  document.querySelectorAll("button[data-copy]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var text = document.getElementById(button.dataset.copy).textContent;
      var done = function () {
        var word = button.textContent;
        button.textContent = button.dataset.done;
        setTimeout(function () { button.textContent = word; }, 1500);
      };
      if (navigator.clipboard && window.isSecureContext) {
        navigator.clipboard.writeText(text).then(done, function () { old(text, done); });
      } else {
        old(text, done);
      }
    });
  });

  function old(text, done) {
    var area = document.createElement("textarea");
    area.value = text;
    document.body.appendChild(area);
    area.select();
    if (document.execCommand("copy")) { done(); }
    area.remove();
  }

  // #winners&policy=NAME: the part, and the policy shown alone
  function address() {
    var hash = location.hash.slice(1);
    try { hash = decodeURIComponent(hash); } catch (malformed) { /* taken as it stands */ }
    var parts = hash.split("&policy=");
    return { part: parts[0], policy: parts[1] || "" };
  }

  function show(policy) {
    document.querySelectorAll("[data-policy]").forEach(function (node) {
      node.classList.toggle("dim", policy !== "" && node.dataset.policy !== policy && node.dataset.policy !== "");
    });
    document.querySelectorAll("button[data-only]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.only === policy));
    });
  }

  function go(part, policy) {
    var hash = "#" + part + (policy ? "&policy=" + encodeURIComponent(policy) : "");
    if (location.hash !== hash && !(hash === "#" && location.hash === "")) { history.replaceState(null, "", hash); }
    show(policy);
  }

  document.querySelectorAll("button[data-only]").forEach(function (button) {
    button.addEventListener("click", function () { go(address().part, button.dataset.only); });
  });
  var bar = document.querySelector(".only");
  if (bar) { bar.hidden = false; }
  window.addEventListener("hashchange", arrive);
  arrive();

  function arrive() {
    var here = address();
    show(here.policy);
    if (here.policy && here.part) {
      var node = document.getElementById(here.part);
      if (node) { node.scrollIntoView(); }
    }
  }

  var opened = [];
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not([open])").forEach(function (node) {
      node.open = true;
      opened.push(node);
    });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (node) { node.open = false; });
    opened = [];
  });
})();
