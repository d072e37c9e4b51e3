// A strip of steps ([id]) of which one is seen: its links turn it without moving the page, and where it stood it stands again when its part comes anew.
"use strict";

const stood = new Map();

function turn(strip, left) {
  strip.scrollLeft = left;
  stood.set(strip.id, left);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(".strip .turns a");
  if (!link) return;
  event.preventDefault();
  const strip = link.closest(".strip"), step = document.getElementById(link.hash.slice(1));
  turn(strip, step.offsetLeft - strip.firstElementChild.offsetLeft);
  step.focus({ preventScroll: true });
});
document.addEventListener("scroll", (event) => {
  if (event.target.classList?.contains("strip")) stood.set(event.target.id, event.target.scrollLeft);
}, true);

function turnAgain() {
  document.querySelectorAll(".strip").forEach((strip) => { if (stood.get(strip.id)) turn(strip, stood.get(strip.id)); });
}
document.addEventListener("toggle", turnAgain, true);
document.body.addEventListener("htmx:afterSwap", turnAgain);
document.addEventListener("put", turnAgain);
