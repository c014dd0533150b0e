// The page's own script: the text is the only state; sliders replace characters in it, the server says what it means.
"use strict";

const boot = JSON.parse(document.getElementById("boot").textContent);
const at = (id) => document.getElementById(id);
const text = at("text"), lines = at("lines"), told = at("told");
const CHECK_AFTER = 120, RUN_AFTER = 150; // milliseconds without a key
const MOST_ROWS = 18; // so that sliders are in sight below the text

const CONFLICT = `conflict ${location.host}`;
const DRAFT = `draft ${boot.file}`;

let saved = boot.saved; // what the file holds
let state = boot.state; // a name for what it holds
let offered = null; // a text kept by this browser of which nobody has said yet what shall become of it
let safe = true; // whether what is not saved is kept
let spans = null; // the text that the places of sliders were counted in; null before the first answer
let sliders = [];
let asked = 0; // checks sent; an answer to an older one is of no use
let sound = false;
let checking, waiting; // timers
let running = null; // the AbortController of the run that is read
const drawn = new Map(); // what stands in each part of the results

function say(key, values = {}) {
  return boot.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function made(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [word, value] of Object.entries(attributes)) element.setAttribute(word, value);
  element.append(...inside);
  return element;
}

async function post(path, words, signal) {
  const body = JSON.stringify(words);
  return fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body, signal, credentials: "same-origin" });
}

async function refused(answer) {
  const words = await answer.text();
  try { return JSON.parse(words).message; } catch { return words; }
}

// What is told stays until what it is about has changed: a run says nothing of a file that was not saved.
function tell(about, message, ...choices) {
  if (about === "file") sessionStorage.removeItem(CONFLICT);
  if (!message && told.dataset.about !== about) return;
  told.dataset.about = about;
  told.replaceChildren();
  if (!message) {
    if (offered && about !== "draft") ask(); // it gave way to what was told, and is still to be decided
    return;
  }
  told.append(made("p", {}, message));
  if (choices.length) {
    const row = made("div", { class: "choices" });
    for (const [words, act] of choices) {
      const button = made("button", { type: "button" }, words);
      button.addEventListener("click", act);
      row.append(button);
    }
    told.append(row);
  }
}

// ---- the text ----

function showLines(wrong = new Set()) {
  const count = text.value.split("\n").length;
  if (lines.childElementCount !== count) {
    lines.replaceChildren(...Array.from({ length: count }, (_, one) => made("div", {}, String(one + 1))));
    text.rows = Math.max(8, Math.min(count + 1, MOST_ROWS));
  }
  [...lines.children].forEach((row, one) => row.classList.toggle("fault", wrong.has(one + 1)));
}

function showKept() {
  const unsaved = text.value !== saved;
  at("kept").textContent = say(unsaved ? "unsaved" : "kept");
  at("kept").classList.toggle("unsaved", unsaved);
  at("revert").disabled = !unsaved;
}

function changed() {
  showLines();
  showKept();
  keep();
  clearTimeout(checking);
  clearTimeout(waiting);
  checking = setTimeout(check, CHECK_AFTER);
}

async function check() {
  const number = ++asked, value = text.value;
  let answer;
  try {
    answer = await post("check", { text: value, lang: boot.lang });
  } catch {
    tell("text", say("lost"));
    return;
  }
  if (number !== asked) return;
  tell("text", "");
  if (!answer.ok) {
    tell("text", await refused(answer));
    return;
  }
  const found = await answer.json();
  if (value !== text.value) return;
  showChecked(found, value);
  if (sound && at("auto").checked) {
    clearTimeout(waiting);
    waiting = setTimeout(run, RUN_AFTER);
  }
}

function showChecked(found, value) {
  sound = found.faults.length === 0;
  spans = value;
  if (found.title) at("scenario").textContent = found.title;
  showFaults(found);
  if (found.sliders.length || sound) showSliders(found.sliders);
  else for (const input of at("numbers").querySelectorAll("input")) input.disabled = true;
  at("run").disabled = !sound;
}

function showFaults({ faults, more }) {
  showLines(new Set(faults.filter((fault) => !fault.file).map((fault) => fault.line)));
  const verdict = at("verdict-of-text"), count = faults.length + more;
  verdict.textContent = count ? say(count === 1 ? "fault" : "faults", { count }) : say("sound");
  verdict.className = count ? "wrong" : "sound";
  text.setAttribute("aria-invalid", count ? "true" : "false");
  at("faults").replaceChildren(...faults.map((fault) => {
    const where = fault.file ? made("code", {}, `${fault.file}:${fault.line}`) : made("button", { type: "button" }, say("line", fault));
    if (!fault.file) where.addEventListener("click", () => goTo(fault.line));
    return made("li", {}, where, " ", made("code", { translate: "no" }, fault.path), " ", made("span", { lang: fault.lang }, fault.message));
  }));
  if (more) at("faults").append(made("li", {}, say("more", { count: more })));
}

function goTo(line) {
  const rows = text.value.split("\n"), start = rows.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(start, start + rows[line - 1].length);
  text.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(text).lineHeight));
}

// ---- the sliders ----

const keyOf = (slider) => JSON.stringify(slider.path);
const written = (value, slider) => (slider.decimals ? String(Number(Number(value).toFixed(slider.decimals))) : String(Math.round(value)));
const groupOf = ({ path }) => (path[0] === "policies" ? path[1] : path[0]);

function showSliders(found) {
  const same = found.length === sliders.length && found.every((one, place) => keyOf(one) === keyOf(sliders[place]));
  sliders = found;
  at("numbers-none").hidden = found.length > 0;
  if (!same) {
    const groups = new Map();
    found.forEach((slider, place) => {
      const name = groupOf(slider);
      if (!groups.has(name)) groups.set(name, made("fieldset", { class: "group" }, made("legend", {}, made("code", { translate: "no" }, name))));
      groups.get(name).append(sliderRow(slider, place));
    });
    at("numbers").replaceChildren(...groups.values());
  }
  found.forEach(showSlider);
}

function meaningOf(words, id) {
  const known = words in boot.meanings || boot.lang === "en";
  return made("span", { class: "meaning", id, lang: known ? boot.lang : "en" }, known ? boot.meanings[words] ?? words : words);
}

function sliderRow(slider, place) {
  const id = `slider-${place}`, names = slider.path.slice(slider.path[0] === "policies" ? 2 : 1);
  const input = made("input", { type: "range", id, "aria-describedby": `${id}-meaning`, autocomplete: "off" });
  input.addEventListener("input", () => drag(place, input));
  return made("div", { class: "slider" },
    made("label", { for: id }, made("code", { translate: "no" }, names.join(" ")), " ", made("span", { class: "small", id: `${id}-line` })),
    made("output", { for: id, id: `${id}-value` }),
    input,
    made("span", { class: "ends", id: `${id}-ends` }),
    meaningOf(slider.meaning, `${id}-meaning`));
}

function showSlider(slider, place) {
  const id = `slider-${place}`, input = at(id);
  input.disabled = false;
  at(`${id}-line`).textContent = say("line", slider);
  at(`${id}-ends`).replaceChildren(made("span", {}, number(slider.low)), made("span", {}, number(slider.high)));
  if (slider.high < slider.most) at(`${id}-ends`).append(made("span", {}, say("allowed", { most: number(slider.most) })));
  if (document.activeElement !== input || input.max !== String(slider.high)) {
    input.min = slider.low; // in this order: a browser holds the value to what stands before
    input.max = slider.high;
    input.step = slider.step;
    input.value = slider.value;
  }
  showValue(slider, place, spans.slice(slider.start, slider.end));
}

function showValue(slider, place, words) {
  const unit = boot.units[slider.unit] ?? (slider.unit === "year" ? "" : slider.unit);
  at(`slider-${place}-value`).textContent = unit ? `${words} ${unit}` : words;
  at(`slider-${place}`).setAttribute("aria-valuetext", unit ? `${words} ${unit}` : words);
}

const number = (value) => (Math.abs(value) >= 10000 ? value.toLocaleString("en") : String(value));

// Replaces the characters of one number; nothing else of the text moves, so that comments and order stay.
function drag(place, input) {
  const slider = sliders[place];
  if (spans !== text.value) return; // typed in since the places were counted: the next answer counts them anew
  const words = written(input.value, slider), longer = words.length - (slider.end - slider.start);
  text.setRangeText(words, slider.start, slider.end, "preserve");
  slider.end += longer;
  slider.value = Number(words);
  for (const other of sliders) {
    if (other.start > slider.start) {
      other.start += longer;
      other.end += longer;
    }
  }
  spans = text.value;
  showValue(slider, place, words);
  changed();
}

// ---- the run ----

const view = () => ({ lang: boot.lang, measure: at("measure").value, baseline: at("baseline").value });

async function run() {
  if (!sound) return;
  clearTimeout(waiting);
  if (running) running.abort();
  const mine = running = new AbortController();
  at("stop").disabled = false;
  at("pace").textContent = say("waiting");
  at("progress").value = 0;
  tell("run", "");
  try {
    const answer = await post("run", { text: text.value, ...view() }, mine.signal);
    if (!answer.ok) {
      const words = await refused(answer);
      if (running === mine) { tell("run", words); at("pace").textContent = ""; }
      return;
    }
    await read(answer.body.getReader(), mine);
  } catch (reason) {
    if (running === mine && reason.name !== "AbortError") tell("run", say("lost"));
  } finally {
    if (running === mine) ended();
  }
}

async function read(reader, mine) {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done || running !== mine) return;
    const parts = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = parts.pop();
    for (const part of parts) happened(JSON.parse(part));
  }
}

function happened(event) {
  const pace = at("pace");
  if (event.event === "year") {
    at("progress").value = event.done / event.of;
    pace.textContent = say("pace", event);
  } else if (event.event === "figures") {
    showFigures(event);
  } else if (event.event === "done" || event.event === "stopped") {
    pace.textContent = say(event.event, event);
    if (event.event === "done") at("progress").value = 1;
  } else {
    tell("run", say(event.event, event));
    pace.textContent = "";
  }
}

function ended() {
  running = null;
  const stop = at("stop");
  if (document.activeElement === stop) at("run").focus();
  stop.disabled = true;
}

function showFigures({ parts, headline, cost }) {
  for (const [name, markup] of Object.entries(parts)) {
    if (drawn.get(name) !== markup) at(name).innerHTML = markup;
    drawn.set(name, markup);
  }
  at("headline").textContent = headline;
  at("cost").textContent = cost;
}

async function stop() {
  clearTimeout(waiting);
  if (running) await post("stop", {});
}

async function otherView() {
  const words = view(), address = new URL(location.href);
  for (const [name, value] of Object.entries(words)) address.searchParams.set(name, value);
  history.replaceState(null, "", address);
  const answer = await post("view", words);
  if (!answer.ok) return;
  const event = await answer.json();
  if (event.parts) showFigures(event);
}

// ---- the file ----

async function save(over) {
  const value = text.value, words = { text: value };
  if (typeof over === "string") words.over = over;
  let answer;
  try {
    answer = await post("save", words);
  } catch {
    tell("file", say("lost"));
    return;
  }
  if (answer.status === 409) {
    conflicting(await answer.json());
    told.querySelector("button").focus();
    return;
  }
  if (!answer.ok) {
    tell("file", await refused(answer));
    return;
  }
  saved = value;
  ({ state } = await answer.json());
  if (told.contains(document.activeElement)) text.focus();
  tell("file", "");
  showKept();
  keep();
  if (value === text.value) at("kept").textContent = say("just_saved");
}

// Stays until it is decided, also where the page is opened again in another language.
function conflicting(conflict) {
  tell("file", conflict.message, [say("over"), () => save(conflict.state)], [say("take"), revert]);
  sessionStorage.setItem(CONFLICT, JSON.stringify(conflict));
}

async function revert() {
  const answer = await post("reread", {});
  if (!answer.ok) {
    tell("file", await refused(answer));
    return;
  }
  const found = await answer.json();
  saved = text.value = found.text;
  ({ state } = found);
  if (told.contains(document.activeElement)) text.focus();
  tell("file", "");
  changed();
}

// ---- what is not saved ----

// The text is kept by the browser while it differs from the file: the server forgets it when it ends.
function keep() {
  if (offered) { safe = text.value === saved; return; } // never over one that is still to be decided
  try {
    if (text.value === saved) localStorage.removeItem(DRAFT);
    else localStorage.setItem(DRAFT, JSON.stringify({ text: text.value, state, at: Date.now() }));
    safe = true;
  } catch {
    safe = text.value === saved; // a browser may keep nothing, or no more
  }
}

function draft() {
  try { return JSON.parse(localStorage.getItem(DRAFT)); } catch { return null; }
}

function offer() {
  const found = draft();
  if (!found || found.text === text.value) return;
  if (found.text === saved) { forget(); return; }
  offered = found;
  ask();
}

function ask() {
  const at = new Date(offered.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  tell("draft", say(offered.state === state ? "draft" : "draft_older", { at }), [say("draft_take"), takeDraft], [say("draft_drop"), dropDraft]);
}

function takeDraft() {
  text.value = offered.text;
  decided();
}

function dropDraft() {
  forget();
  decided();
}

function forget() {
  try { localStorage.removeItem(DRAFT); } catch { /* then there is none */ }
}

function decided() {
  offered = null;
  text.focus();
  tell("draft", "");
  changed();
}

// ---- what is pressed and dragged ----

text.addEventListener("input", changed);
text.addEventListener("scroll", () => { lines.scrollTop = text.scrollTop; });
at("run").addEventListener("click", run);
at("stop").addEventListener("click", stop);
at("save").addEventListener("click", () => save());
at("revert").addEventListener("click", revert);
at("measure").addEventListener("change", otherView);
at("baseline").addEventListener("change", () => { otherView(); if (sound) run(); });
addEventListener("beforeunload", (event) => { if (!safe) event.preventDefault(); });
document.addEventListener("keydown", (event) => {
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key === "Enter") { event.preventDefault(); run(); }
  else if (command && event.key.toLowerCase() === "s") { event.preventDefault(); save(); }
  else if (event.key === "Escape" && running) { event.preventDefault(); stop(); }
});
for (const link of document.querySelectorAll("a.language")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const address = new URL(location.href);
    for (const [name, value] of Object.entries({ ...view(), lang: link.dataset.lang })) address.searchParams.set(name, value);
    location.assign(address); // the text that is not saved yet is kept by the server
  });
}

// The bar takes a second line where the headline is long: what stays beside the results stays below it.
const bar = document.querySelector(".bar");
new ResizeObserver(() => document.documentElement.style.setProperty("--below", `${bar.offsetHeight + 4}px`)).observe(bar);

const address = new URL(location.href);
address.searchParams.delete("token"); // it has done its work; a cookie goes on from here
history.replaceState(null, "", address);
showLines();
showKept();
check();
offer();
const undecided = sessionStorage.getItem(CONFLICT);
if (undecided) conflicting(JSON.parse(undecided));
