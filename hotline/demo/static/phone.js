// Two phones: keys go out to the demo's network, what the network says is drawn. Its own are what is typed and not yet sent, and what was read.
"use strict";

const main = document.querySelector("main");
const words = JSON.parse(main.dataset.words);
const QUICK = 120, USUAL = 500, HIDDEN = 2000; // between two questions to the network
const READING = 3000, LINGER = 8000; // until a message in view is read; until an ended call gives way

const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const spaced = (number) => number.replace(/^(\+223)(\d\d)(\d\d)(\d\d)(\d\d)$/, "$1 $2 $3 $4 $5");
const clock = (at) => at.toLocaleTimeString("fr", { hour: "2-digit", minute: "2-digit" });

const known = new Map(); // alias: what the network says of her phone
const read = new Map(); // alias: the newest message that came and was read

const newest = (alias) => known.get(alias)?.messages.find((sms) => !sms.sent);
const isNew = (alias) => newest(alias)?.id !== read.get(alias);

function notice(alias) {
  const call = known.get(alias)?.call;
  if (call && call.state !== "over") return say(`call.${call.state}`);
  return isNew(alias) ? say("sms.new") : "";
}

function put(node, text) {
  // A live region speaks whenever it is touched.
  if (node.textContent !== text) node.textContent = text;
}

function make(tag, className, ...inside) {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...inside);
  return node;
}

class Phone {
  constructor(section) {
    this.section = section;
    this.part = {};
    for (const node of section.querySelectorAll("[data-part]")) this.part[node.dataset.part] = node;
    this.sign = document.querySelector(`[data-state="${section.dataset.role}"]`);
    this.people = [...this.part.holder.options].map((option) => ({ alias: option.value, label: option.textContent, option }));
    this.eye = new IntersectionObserver((entries) => this.glance(entries.at(-1).isIntersecting), { threshold: 0.6 });
    section.addEventListener("click", (event) => this.click(event));
    section.addEventListener("keydown", (event) => this.type(event));
    this.part.write.addEventListener("submit", (event) => this.write(event));
    this.part.holder.addEventListener("change", () => this.take());
    this.take();
  }

  take() {
    const chosen = this.part.holder.selectedOptions[0];
    this.alias = chosen.value;
    this.typed = "";
    this.state = null;
    this.isPast = false;
    put(this.part.own, spaced(chosen.dataset.number));
    // Nothing of whoever held it before, until the network has answered: a key would go to nobody.
    this.part.messages.replaceChildren();
    delete this.part.messages.dataset.key;
    this.draw();
    refresh();
  }

  // An ended call is shown for a moment. The network keeps it until something is pressed.
  get call() {
    const call = this.state?.call;
    return call && !(call.state === "over" && this.isPast) ? call : null;
  }

  // what is pressed

  click(event) {
    const button = event.target.closest("button");
    if (button?.dataset.key) this.digit(button.dataset.key);
    else if (button?.dataset.do) this[button.dataset.do]();
    else if (button?.dataset.alias) {
      this.part.holder.value = button.dataset.alias;
      this.part.holder.focus();
      this.take();
    }
  }

  type(event) {
    if (event.target.matches("input, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = event.target.matches("button");
    const command = { Enter: onButton ? null : "green", Escape: "red", Backspace: "clear" }[event.key];
    if (/^[0-9*#]$/.test(event.key)) this.digit(event.key);
    else if (command) this[command]();
    else return;
    event.preventDefault();
  }

  digit(key) {
    const call = this.call?.state;
    if (call === "talking" || call === "connected") this.send("key", key);
    else if (call !== "ringing" && this.typed.length < 160) {
      this.typed += key;
      this.isPast = true;
      this.markRead();
    }
    this.draw();
  }

  clear() {
    this.typed = this.typed.slice(0, -1);
    this.draw();
  }

  green() {
    const { screen, waiting } = this.state ?? {};
    if (this.call?.state === "ringing") this.send("answer");
    else if (this.typed && !waiting) {
      this.send(screen && !screen.ends ? "reply" : "dial", this.typed);
      this.typed = "";
    }
    this.draw();
  }

  red() {
    const { call, screen, waiting, fault } = this.state ?? {};
    if (call || screen || waiting || fault) this.send("hangup");
    this.typed = "";
    this.markRead();
    this.draw();
  }

  async write(event) {
    event.preventDefault();
    const field = this.part.write.elements.text;
    const text = field.value.trim();
    this.markRead();
    if (text && (await this.send("sms", text))) field.value = "";
  }

  async send(verb, text = "") {
    const body = JSON.stringify({ text });
    const done = await fetch(`${main.dataset.api}/${this.alias}/${verb}`, { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
    refresh();
    return done?.ok ?? false;
  }

  // what is heard

  hear(state) {
    const before = this.state;
    if (before?.version === state.version && !this.isLost) return;
    this.isLost = false;
    this.state = state;
    if (state.call?.state === "ringing" && before?.call?.state !== "ringing") this.typed = "";
    if (state.call?.state !== before?.call?.state) this.age(before);
    this.draw();
    this.drawMessages();
  }

  age(before) {
    clearTimeout(this.lingering);
    const isOver = this.state.call?.state === "over";
    this.isPast = isOver && !before;
    if (!isOver || this.isPast) return;
    this.lingering = setTimeout(() => {
      this.isPast = true;
      this.draw();
    }, LINGER);
  }

  lose() {
    this.isLost = true;
    this.draw();
  }

  // A message that lies open before whoever sits here is read.
  glance(isInView) {
    clearTimeout(this.reading);
    if (isInView) this.reading = setTimeout(() => document.hidden || this.markRead(), READING);
  }

  watch() {
    this.eye.disconnect();
    clearTimeout(this.reading);
    const item = this.part.messages.querySelector(".new");
    if (item) this.eye.observe(item);
  }

  markRead() {
    if (!isNew(this.alias)) return;
    read.set(this.alias, newest(this.alias).id);
    for (const item of this.part.messages.querySelectorAll(".new")) item.classList.remove("new");
    this.draw();
  }

  // what is shown

  draw() {
    const call = this.call;
    const isLive = call && call.state !== "over";
    const screen = this.state?.screen;
    const [status, peer, ...text] = this.isLost ? ["", "", say("screen.unreachable")] : this.content(call);
    put(this.part.status, status);
    put(this.part.peer, peer);
    this.drawText(text);
    put(this.part.hint, !isLive ? "" : call.calling ? say("call.calling") : call.asked ? say("call.digit") : "");
    put(this.part.typed, this.typed);
    this.part.typed.hidden = Boolean(isLive) || (!this.typed && (!screen || screen.ends));
    this.part.typed.scrollLeft = this.part.typed.scrollWidth;
    put(this.part.length, screen && !call ? say("screen.length", screen) : "");
    this.part.handset.dataset.call = call?.state ?? "";
    this.part.handset.setAttribute("aria-busy", !this.state);
    this.drawOthers();
  }

  // State, whom with, and what is read or heard, by paragraphs.
  content(call) {
    if (!this.state) return ["", ""];
    const { screen, waiting, fault } = this.state;
    const sms = isNew(this.alias) ? newest(this.alias) : null;
    if (call?.state === "over" && sms) return [say("call.over"), spaced(call.number), `${say("sms.new")}\n${sms.text}`];
    if (call) return [say(`call.${call.state}`), spaced(call.number), ...call.said];
    if (waiting) return ["", "", say("screen.waiting")];
    if (fault) return ["", "", say(fault === "code" ? "screen.unknown_code" : "screen.no_answer")];
    if (screen) return ["", "", screen.text];
    if (sms) return [say("sms.new"), sms.sender, sms.text];
    return ["", "", this.section.dataset.role === "caller" && !this.typed ? say("screen.code", main.dataset) : ""];
  }

  drawText(paragraphs) {
    const { text, view } = this.part;
    const key = JSON.stringify(paragraphs);
    if (text.dataset.key === key) return;
    text.dataset.key = key;
    text.replaceChildren(...paragraphs.map((each) => make("span", "", each)));
    // The newest from its beginning.
    view.scrollTop = (text.lastElementChild?.offsetTop ?? 0) - (text.firstElementChild?.offsetTop ?? 0);
  }

  drawOthers() {
    const notices = this.people.map(({ alias, label, option }) => {
      const said = alias === this.alias ? "" : notice(alias);
      put(option, said ? `${label} · ${said}` : label);
      return { alias, said, name: label.split(",")[0], isRinging: known.get(alias)?.call?.state === "ringing" };
    });
    const waiting = notices.filter(({ said }) => said);
    const first = waiting[0] ? `${waiting[0].name} · ${waiting[0].said}` : "";
    put(this.sign, notice(this.alias) || first);
    const key = JSON.stringify(waiting);
    if (this.part.others.dataset.key === key) return;
    this.part.others.dataset.key = key;
    this.part.others.replaceChildren(...waiting.map(badge));
  }

  drawMessages() {
    const { messages } = this.state;
    const key = `${this.alias} ${messages[0]?.id}`;
    if (this.part.messages.dataset.key === key) return;
    this.part.messages.dataset.key = key;
    this.part.none.hidden = messages.length > 0;
    this.part.messages.hidden = messages.length === 0;
    const isUnread = isNew(this.alias) ? newest(this.alias).id : null;
    this.part.messages.replaceChildren(...messages.map((sms) => message(sms, sms.id === isUnread)).reverse());
    this.part.messages.scrollTop = this.part.messages.scrollHeight;
    this.watch();
  }
}

function message(sms, isUnread) {
  const head = make("p", "from", `${sms.sent ? say("sms.sent") : sms.sender} · ${clock(new Date(sms.at * 1000))}`);
  const item = make("li", `${sms.sent ? "sent" : "came"}${isUnread ? " new" : ""}`, head, make("p", "", sms.text));
  item.dataset.id = sms.id;
  return item;
}

function badge({ alias, said, name, isRinging }) {
  const button = make("button", isRinging ? "ringing" : "", make("b", "", name), " ", make("span", "", said));
  button.type = "button";
  button.dataset.alias = alias;
  return button;
}

// One request at a time, every fourth for everybody's phone; sooner while one in hand waits for the line.

const phones = [];
let timer = null, asking = false, again = false, turn = 0;

async function refresh() {
  if (asking || !phones.length) {
    again = true;
    return;
  }
  clearTimeout(timer);
  asking = true;
  again = false;
  const asked = turn++ % 4 ? phones : phones.flatMap((phone) => phone.people);
  const who = asked.map(({ alias }) => `who=${alias}`).join("&");
  const answer = await fetch(`${main.dataset.api}/state?${who}`).catch(() => null);
  const states = answer?.ok ? await answer.json().catch(() => null) : null;
  for (const [alias, state] of Object.entries(states ?? {})) known.set(alias, state);
  for (const phone of phones) {
    if (states?.[phone.alias]) phone.hear(states[phone.alias]);
    else if (!states) phone.lose();
    phone.drawOthers();
    put(phone.part.clock, clock(new Date()));
  }
  asking = false;
  const waiting = phones.some((phone) => phone.state?.waiting);
  timer = setTimeout(refresh, again || waiting ? QUICK : document.hidden ? HIDDEN : USUAL);
}

function bringForward(tab) {
  main.dataset.front = tab.dataset.front;
  for (const each of document.querySelectorAll(".tabs button")) each.setAttribute("aria-pressed", each === tab);
  scrollTo(0, 0);
}

phones.push(...[...document.querySelectorAll("section.phone")].map((section) => new Phone(section)));
for (const tab of document.querySelectorAll(".tabs button")) tab.addEventListener("click", () => bringForward(tab));
document.addEventListener("visibilitychange", () => {
  for (const phone of phones) phone.watch();
  refresh();
});
refresh();
