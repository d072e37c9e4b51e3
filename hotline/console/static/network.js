// Forms of a call, and a network that goes. A form [data-waits] (what to call it) is kept here until the line has it, and counts once. A form
// [data-gives-up] (what to say) is given up after ten seconds and never sent again by itself; what arrives later the line refuses, since the form says when its
// button was pressed. All of it lies in this open page alone, and is gone with it. With data-call: nothing that happens leaves the page of a call for a page of
// the browser's own.
"use strict";

const isCall = "call" in document.currentScript.dataset;
const LATE = 10000, ANSWER = 20000, RETRY = 5000;
const waiting = []; // of forms that were sent: what, where, its fields; the oldest first
const touched = new Set(); // forms in which somebody typed, and that were not sent
const opened = location.href, { me } = document.body.dataset;
let isHidden = false; // the neutral page stands here, and what waits goes on waiting

// The line's time: its answers say it. A page that slept is behind until the next one, so that what it says was pressed too early, never too late.
let ahead = -Infinity;
function hear(now, at = performance.now()) {
  if (now) ahead = Math.max(ahead, Number(now) - at / 1000);
}
hear(document.body.dataset.now, performance.getEntriesByType("navigation")[0]?.responseStart);
const pressed = () => String(Math.floor(ahead + performance.now() / 1000));

// Returns { address, status, goes, text }, or null where the line did not answer.
async function ask(address, ms, options = {}) {
  const call = new AbortController(), timer = setTimeout(() => call.abort(), ms);
  try {
    const answer = await fetch(address, { signal: call.signal, ...options });
    hear(answer.headers.get("Line-Now"));
    const found = { address: answer.url, status: answer.status, goes: answer.headers.get("HX-Redirect"), text: await answer.text() };
    return answer.status < 500 ? found : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
const post = (address, fields, ms) => ask(address, ms, { method: "POST", body: fields, headers: { "HX-Request": "true" } });

document.addEventListener("input", (event) => { if (event.target.form) touched.add(event.target.form); });
document.addEventListener("submit", (event) => {
  const form = event.target, button = event.submitter;
  const isOther = button?.hasAttribute("formaction"); // throws a draft away; or, where it waits itself, sends a part of what is typed
  const isPart = isOther && "waits" in button.dataset;
  if (event.defaultPrevented || !("waits" in form.dataset || "givesUp" in form.dataset)) return;
  event.preventDefault();
  if (!isPart) touched.delete(form);
  const fields = new URLSearchParams(new FormData(form, button));
  const address = isOther ? button.formAction : form.getAttribute("action");
  if (isPart) waitFor(button, form, address, fields);
  else if ("waits" in form.dataset && !isOther) wait(form, address, fields);
  else attempt(form, button, address, fields);
});

// Given up after ten seconds: what comes later would be a danger.
async function attempt(form, button, address, fields) {
  const said = document.getElementById("given-up");
  said.hidden = true;
  unfold(form.dataset.opens);
  fields.set("pressed", pressed());
  shut(form, true);
  let answer = await post(address, fields, LATE);
  if (answer && isStale(answer)) {
    const isRenewed = await renew();
    fields.set("csrf_token", form.elements.csrf_token.value);
    answer = isRenewed ? await post(address, fields, LATE) : null;
  }
  shut(form, false);
  delete form.dataset.sent;
  held = 0;
  if (answer && answer.status !== 408) return follow(answer);
  button?.focus();
  // Refused as too late nothing was done, and it says so; unheard it may have been.
  const words = answer && read(answer.text).querySelector("[data-trouble]")?.textContent;
  said.textContent = words || (form.dataset.givesUp ?? document.getElementById("offline").textContent);
  said.hidden = false;
}
document.addEventListener("pointerdown", () => { document.getElementById("given-up")?.toggleAttribute("hidden", true); });

// Words that are read at once, whatever the line answers.
function unfold(id) {
  const words = document.getElementById(id);
  if (!words) return;
  words.open = true;
  words.scrollIntoView();
}

// One of many buttons of a form: the others go on working, and what else is typed stays typed.
function waitFor(button, form, address, fields) {
  delete form.dataset.sent;
  wait(form, address, fields, button.dataset.waits);
  button.disabled = true;
}

// What is typed on after it was sent is another form: it counts apart.
function wait(form, address, fields, part) {
  waiting.push({ what: part ?? form.dataset.waits, address, fields, form, isPart: part !== undefined });
  form.elements.once.value = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!form.dataset.draft) shut(form, true);
  setTimeout(say, 1000);
  flush();
}
const shut = (form, is) => form.querySelectorAll("button").forEach((button) => { button.disabled = is; });

function say() {
  const waits = document.getElementById("waits");
  if (!waits) return;
  waits.hidden = !waiting.length;
  waits.querySelector("strong").textContent = [...new Set(waiting.map((one) => one.what))].join(", ");
}

let flushing = null, again;
const flush = () => (flushing ??= empty().finally(() => { flushing = null; say(); }));

async function empty() {
  clearTimeout(again);
  let elsewhere = null; // led to once all is sent: also where one signs in again, for each form that comes before that is kept there (`pages/drafts.py`)
  while (waiting.length) {
    const [first] = waiting;
    let answer = await post(first.address, first.fields, ANSWER);
    if (answer && isStale(answer)) answer = await renew() ? await post(first.address, first.fields, ANSWER) : null;
    if (!answer) {
      if (waiting.length) again = setTimeout(flush, RETRY);
      return say();
    }
    waiting.shift();
    shut(first.form, false);
    if (first.form.dataset.draft && (first.isPart ? isTyped(first.form) : touched.has(first.form))) saveIn(0, first.form); // typed on since: what has just arrived ended the draft
    held = 0;
    if (answer.goes && !isHere(answer.goes)) elsewhere = answer;
    else {
      await follow(answer);
      if (waiting.length) tell(first.what, answer.text); // what was refused is not buried under what comes after it
    }
  }
  if (elsewhere) await follow(elsewhere);
}
const isTyped = (form) => [...form.elements].some((field) => field.matches("textarea") && field.value !== field.defaultValue);
const isHere = (address) => new URL(address, location).pathname === location.pathname;

function tell(what, text) {
  const fault = read(text).querySelector("main #fault"), said = document.getElementById("given-up");
  if (!fault || !said) return;
  said.textContent = `${said.hidden ? "" : `${said.textContent} `}${what}: ${fault.textContent}`;
  said.hidden = false;
}
const read = (text) => new DOMParser().parseFromString(text, "text/html");
const isStale = ({ status, text }) => status === 400 && read(text).querySelector("[data-trouble=stale]") !== null;

// The sign-in is another one: the forms go on if it is the same person's; if not, nothing of this page is for who sits here. Returns false where none can.
async function renew() {
  const answer = await ask(opened, ANSWER);
  if (!answer) return false;
  const page = read(answer.text), token = page.querySelector("[name=csrf_token]")?.value;
  if (isOthers(page) || !token) return false;
  for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
  for (const { fields } of waiting) fields.set("csrf_token", token);
  return true;
}

// Nothing of this page is for whoever sits here now.
function isOthers(page) {
  if (page.body.dataset.me === me) return false;
  waiting.length = 0;
  go();
  return true;
}

// What was typed last is kept while its sign-in can still be known.
const keep = () => { for (const form of [...unsaved.keys()]) save(form); };

// To where an answer leads; the same page is shown anew in its place.
async function follow({ goes, text }) {
  if (isHidden) return;
  if (!goes) return put(text);
  const there = new URL(goes, location).href;
  if (isHere(there) && isCall) return look(there);
  keep();
  location.assign(there);
}

let looked = 0;
async function look(address) {
  const mine = ++looked, answer = await ask(address, ANSWER);
  if (mine !== looked || isHidden) return;
  if (!answer) {
    trouble(false);
    setTimeout(() => { if (mine === looked) look(address); }, RETRY);
  } else if (!isHere(answer.address)) {
    keep();
    location.assign(answer.address);
  } else if (!isOthers(read(answer.text))) {
    trouble(true);
    history.replaceState(null, "", address);
    put(answer.text);
  }
}

// A part with an id takes its own place; a whole page takes the place of this one, with what is typed beside and not sent.
function put(text) {
  const page = read(text), fresh = page.querySelector("main");
  if (!fresh) return replace(page.body.firstElementChild);
  const old = document.querySelector("main"), focused = document.activeElement?.id;
  document.body.className = page.body.className;
  document.querySelector(".top").replaceWith(page.querySelector(".top"));
  old.replaceWith(fresh);
  carry(old, fresh);
  fresh.querySelectorAll("form[data-typed]").forEach((form) => { touched.add(form); saveIn(STOPPED, form); });
  lapse(fresh);
  htmx.process(fresh);
  document.dispatchEvent(new Event("put"));
  const target = fresh.querySelector("[autofocus]") ?? (location.hash.length > 1 && document.getElementById(location.hash.slice(1)));
  if (target) target.focus();
  else if (focused && [...touched].some((form) => form.contains(document.getElementById(focused)))) document.getElementById(focused).focus();
  else {
    fresh.focus();
    scrollTo(0, 0);
  }
}

function replace(part) {
  const old = document.getElementById(part.id);
  if (!old) return;
  const isThere = old.contains(document.activeElement) || document.activeElement === document.body;
  old.replaceWith(part);
  htmx.process(part);
  document.dispatchEvent(new Event("put"));
  if (isThere) part.querySelector("[autofocus]")?.focus();
}

function carry(old, fresh) {
  for (const form of [...touched]) {
    if (!old.contains(form)) continue;
    touched.delete(form);
    if (unsaved.has(form)) save(form); // what has no place on the page that comes
    const its = fresh.querySelector(`[name=draft][value="${form.elements.draft?.value}"]`)?.form;
    for (const name of its ? ["tab", "since"] : []) its.elements[name].value = form.elements[name].value; // it is the same page still
    for (const field of form.elements) {
      const isChoice = field.type === "radio" || field.type === "checkbox";
      if (!field.name || field.type === "hidden" || field.type === "submit") continue;
      const selector = `[name="${field.name}"]` + (isChoice ? `[value="${field.value}"]` : "");
      const other = its ? [...its.elements].find((one) => one.matches(selector)) : field.id && fresh.querySelector(`#${field.id}`);
      if (!other) continue;
      if (isChoice) other.checked = field.checked;
      else other.value = field.value;
      touched.add(other.form);
    }
  }
  touched.forEach((form) => saveIn(STOPPED, form));
}

addEventListener("online", flush);
document.body.addEventListener("htmx:afterOnLoad", (event) => hear(event.detail.xhr.getResponseHeader("Line-Now")));

if (isCall) {
  // The page that keeps itself up to date asks for another: what waits goes first, and the browser never shows that it cannot load one.
  document.body.addEventListener("htmx:beforeOnLoad", (event) => {
    const header = (name) => event.detail.xhr.getResponseHeader(name);
    if (header("HX-Refresh")) look(location.href);
    else if (header("HX-Redirect") && waiting.length) flush();
    else return header("HX-Redirect") && keep();
    event.preventDefault();
  });

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || link.pathname + link.search === location.pathname + location.search) return;
    event.preventDefault();
    keep();
    await flush();
    const isThere = !waiting.length && (await ask(leave().href, LATE)) !== null;
    if (isThere) location.assign(link.href);
    else if (!waiting.length) trouble(false);
  });

  // Leaving while something waits, or without the network: the neutral page takes this one's place here, and what waits goes on waiting behind it.
  let neutral = "";
  ask(leave().href, ANSWER).then((answer) => { neutral = answer?.text ?? ""; });
  const leaves = go;
  go = () => {
    if (isHidden && (waiting.length || !navigator.onLine)) return;
    if (isHidden || !neutral || (!waiting.length && navigator.onLine && document.getElementById("offline").hidden)) return leaves();
    isHidden = true;
    for (const form of unsaved.keys()) save(form);
    history.replaceState(null, "", leave().href);
    const page = read(neutral);
    document.body.className = page.body.className;
    for (const name of ["me", "idle", "now"]) delete document.body.dataset[name];
    document.body.replaceChildren(...page.body.children);
  };
  addEventListener("beforeunload", (event) => { if (waiting.length && !isHidden) event.preventDefault(); });
}
