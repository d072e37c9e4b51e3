// Leaving at once, not losing what was typed, and saying when the network is gone. Everything else is htmx or plain forms.
"use strict";

const leave = document.getElementById("leave");

// One key (Escape) and a tap of the header: the page is replaced, so that "back" does not show it.
function go() {
  location.replace(leave.href);
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) go();
});
leave.addEventListener("click", (event) => {
  event.preventDefault();
  go();
});

// Whoever was signed in here no longer is by then: nothing of it stays on a screen that was left lying.
if (document.body.dataset.idle) {
  let idle;
  const stay = () => { clearTimeout(idle); idle = setTimeout(go, document.body.dataset.idle * 1000); };
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

// What is typed lives in this tab alone until its form was taken, so that a reload or a lost network loses nothing.
const KEPT = "textarea, select, input:not([type=hidden], [type=password])";

function place(form) {
  return `typed ${location.pathname} ${form.dataset.keep}`;
}

function keep(form) {
  const typed = [...form.querySelectorAll(KEPT)].map((field) =>
    field.type === "checkbox" || field.type === "radio" ? [field.name, field.value, field.checked] : [field.name, field.value]);
  sessionStorage.setItem(place(form), JSON.stringify(typed));
}

function restore(form) {
  const typed = JSON.parse(sessionStorage.getItem(place(form)) || "[]");
  for (const [name, value, checked] of typed) {
    for (const field of form.querySelectorAll(KEPT)) {
      if (field.name !== name) continue;
      if (checked === undefined) field.value = value;
      else if (field.value === value) field.checked = checked;
    }
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (form) keep(form);
});

// The server says which forms it has taken, and where nobody is signed in any more: what is typed outlives neither.
document.querySelectorAll("[data-taken]").forEach((each) => {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith("typed ") && key.endsWith(` ${each.dataset.taken}`)) sessionStorage.removeItem(key);
  }
});
if (document.querySelector("[data-signed-out]")) sessionStorage.clear();

document.querySelectorAll("form[data-keep]").forEach(restore);

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
  if (!isLive(event)) return;
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
