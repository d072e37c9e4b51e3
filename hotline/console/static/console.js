// Leaving at once, not losing what was typed, and saying when the network is gone. Everything else is htmx or plain forms.
"use strict";

const leave = () => document.getElementById("leave");

// One key (Escape) and a tap of the header: the page is replaced, so that "back" does not show it.
let go = () => location.replace(leave().href);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) go();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("#leave")) return;
  event.preventDefault();
  go();
});

// Whoever was signed in here no longer is by then: nothing of it stays on a screen that was left lying.
if (document.body.dataset.idle) {
  let idle;
  const stay = () => { clearTimeout(idle); idle = setTimeout(() => go(), document.body.dataset.idle * 1000); };
  for (const sign of ["pointerdown", "keydown", "input"]) document.addEventListener(sign, stay);
  stay();
}

// A page that "back" would show out of the browser's memory is asked for anew: who may see it may have changed.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// A number goes when its time is over, with the network or without.
function lapse(part) {
  part.querySelectorAll("[data-gone-in]").forEach((each) => setTimeout(() => each.remove(), each.dataset.goneIn * 1000));
}
document.body.addEventListener("htmx:afterSwap", (event) => lapse(event.detail.target));
lapse(document);

// What a page saves while it goes may come after a reload has asked for the page, and asked again: it is asked for until another draft stands there, by its
// digest, than before. The mark lies with the page in the browser's history, says nothing of what was typed, and goes with the page where Escape puts another
// in its place.
const MOST_RELOADS = 4, RELOAD_MS = 250;
const stands = () => [...document.querySelectorAll("form[data-draft] [name=since]")].map((field) => field.value).join();

function markLate(isLate) {
  if (isLate ? history.state?.reloads !== 0 : history.state) history.replaceState(isLate ? { stood: stands(), reloads: 0 } : null, "");
}

function awaitLate({ stood, reloads }) {
  if (document.querySelector("form[data-typed]") || reloads === MOST_RELOADS || (reloads && stands() !== stood)) return markLate(false);
  setTimeout(() => {
    if (unsaved.size) return;
    history.replaceState({ stood, reloads: reloads + 1 }, "");
    location.reload();
  }, reloads && RELOAD_MS * 2 ** reloads);
}

// What is typed lies on the server, sealed and for its author alone, until its form is sent (data-draft); nothing of it lies in this browser.
const STOPPED = 2500, AGAIN = 20000; // after the last letter; after the network or the line failed
const unsaved = new Map(); // forms, each with the timer that saves it
const saving = new Map(); // forms, each with what calls the request back

function saveIn(ms, form) {
  clearTimeout(unsaved.get(form));
  unsaved.set(form, setTimeout(save, ms, form));
}

function settle(form) {
  clearTimeout(unsaved.get(form));
  unsaved.delete(form);
  saving.get(form)?.abort();
  saving.delete(form);
}

async function save(form) {
  if (saving.has(form)) return saveIn(STOPPED, form);
  settle(form);
  const call = new AbortController();
  saving.set(form, call);
  try {
    const body = new FormData(form);
    const answer = await fetch(form.dataset.draft, { method: "POST", body, keepalive: true, redirect: "manual", signal: call.signal });
    if (answer.status >= 500) saveIn(AGAIN, form);
    else if (answer.ok) says(form, !unsaved.has(form));
    markLate(unsaved.size > 0);
  } catch {
    if (!call.signal.aborted && !unsaved.has(form)) saveIn(AGAIN, form);
  }
  if (saving.get(form) === call) saving.delete(form);
}

// Once it was said its place stays, so that nothing moves under a thumb.
function says(form, isSaved) {
  const draft = form.querySelector(".draft");
  if (isSaved) draft.hidden = false;
  draft.toggleAttribute("data-late", !isSaved);
}

document.addEventListener("input", (event) => {
  const form = event.target.form; // its fields may stand elsewhere on the page
  if (!form?.dataset.draft) return;
  says(form, false);
  saveIn(STOPPED, form);
  markLate(true);
});
document.querySelectorAll("form[data-typed]").forEach((form) => saveIn(STOPPED, form)); // it came back as it was sent
document.addEventListener("submit", (event) => {
  settle(event.target);
  markLate(unsaved.size > 0);
});
addEventListener("online", () => unsaved.forEach((_, form) => saveIn(0, form)));
addEventListener("pagehide", () => {
  for (const form of unsaved.keys()) {
    saving.delete(form); // what is on its way is older
    save(form);
  }
});
if (history.state) awaitLate(history.state);
sessionStorage.clear(); // an earlier edition of this page kept there what was typed

// A button pressed twice sends once; the server counts once anyway.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
  setTimeout(() => delete event.target.dataset.sent, 3000);
});

// A slip prints from its own button, which without script is not there: the browser's menu does it too.
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});

// The clock of a running call (data-runs: its seconds) goes on from where the server wrote it.
setInterval(() => document.querySelectorAll("[data-runs]").forEach((timer) => {
  timer.began ??= performance.now() - timer.dataset.runs * 1000;
  const seconds = Math.floor((performance.now() - timer.began) / 1000);
  timer.textContent = [seconds / 60, seconds % 60].map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
}), 1000);

// What keeps itself up to date ([data-live]) never does so under a thumb: not while it is down or a form is on its way; and what has just
// moved there takes no tap, which was meant for what stood in its place.
let held = 0, moved = 0;
const isLive = (event) => event.target.closest?.("[data-live]");
const hold = (ms) => () => { held = Date.now() + ms; };
document.addEventListener("pointerdown", hold(3000));
document.addEventListener("pointerup", hold(300));
document.addEventListener("pointercancel", hold(300));
document.addEventListener("submit", hold(10000));
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isLive(event) || !event.detail.shouldSwap) return; // nothing new: nothing moves
  if (Date.now() < held) event.detail.shouldSwap = false;
  else moved = Date.now();
});
document.addEventListener("click", (event) => {
  if (event.detail && isLive(event) && Date.now() - moved < 350) event.preventDefault();
}, true);

const offline = document.getElementById("offline");
const trouble = (there) => { offline.hidden = there; };
document.body.addEventListener("htmx:sendError", () => trouble(false));
document.body.addEventListener("htmx:timeout", () => trouble(false));
document.body.addEventListener("htmx:afterOnLoad", (event) => trouble(event.detail.successful !== false));
addEventListener("offline", () => trouble(false));
addEventListener("online", () => trouble(true));
