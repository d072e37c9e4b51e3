// A new call is noticed without looking: how many came stands before the title until somebody looks, and where it was allowed (a form [data-signal])
// there is a short sound and a vibration. No push, nothing on a locked screen.
"use strict";

const title = document.title;
let unseen = 0;

function count(fresh) {
  unseen = fresh;
  document.title = unseen ? `(${unseen}) ${title}` : title;
}
for (const sign of ["pointerdown", "keydown", "focus"]) addEventListener(sign, () => count(0));
document.addEventListener("visibilitychange", () => { if (!document.hidden) count(0); });

// A browser lets a page sound once somebody has touched it.
let audio = null;
function wake() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
}

const TONE = 660, SECONDS = 0.15, QUIET = 0.15; // hertz; how long; how loud, of 1
function sound(times) {
  wake();
  for (let n = 0; n < times; n++) {
    const from = audio.currentTime + n * 2 * SECONDS;
    const tone = new OscillatorNode(audio, { frequency: TONE });
    const volume = new GainNode(audio, { gain: QUIET });
    volume.gain.setTargetAtTime(0, from + SECONDS / 2, SECONDS / 6); // without a click at its end
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + SECONDS);
  }
  navigator.vibrate?.(Array(2 * times - 1).fill(200));
}

const form = document.querySelector("form[data-signal]");
const isAllowed = () => form.dataset.signal === "on";

function show() {
  form.hidden = false;
  form.querySelectorAll("[value]:is(button)").forEach((button) => { button.hidden = (button.value === "on") === isAllowed(); });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const wanted = event.submitter.value;
  if (wanted === "on") wake();
  const body = new FormData(form, event.submitter);
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (!answer?.ok) return;
  form.dataset.signal = wanted;
  show();
  form.querySelector("button:not([hidden])").focus();
  if (isAllowed()) sound(1);
});
if (isAllowed()) addEventListener("pointerdown", wake, { once: true });
show();

document.body.addEventListener("htmx:afterSwap", () => {
  const board = document.getElementById("board");
  const fresh = Number(board.dataset.fresh);
  if (!fresh) return;
  delete board.dataset.fresh; // said once
  count(unseen + fresh);
  if (isAllowed()) sound("urgent" in board.dataset ? 2 : 1);
});
