// Two phones: keys go out to the demo's network, what the network says is drawn. No state of its own but what is typed and not yet sent.
"use strict";

const main = document.querySelector("main");
const words = JSON.parse(main.dataset.words);
const QUICK = 120, USUAL = 500, HIDDEN = 2000;

const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const spaced = (number) => number.replace(/^(\+223)(\d\d)(\d\d)(\d\d)(\d\d)$/, "$1 $2 $3 $4 $5");
const clock = (at) => at.toLocaleTimeString("fr", { hour: "2-digit", minute: "2-digit" });

function put(node, text) {
  // A live region speaks whenever it is touched.
  if (node.textContent !== text) node.textContent = text;
}

class Phone {
  constructor(section) {
    this.section = section;
    this.part = {};
    for (const node of section.querySelectorAll("[data-part]")) this.part[node.dataset.part] = node;
    this.sign = document.querySelector(`[data-state="${section.dataset.role}"]`);
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
    this.seen = 0;
    this.state = null;
    put(this.part.own, spaced(chosen.dataset.number));
    refresh();
  }

  // what is pressed

  click(event) {
    const button = event.target.closest("button");
    if (button?.dataset.key) this.digit(button.dataset.key);
    else if (button?.dataset.do) this[button.dataset.do]();
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
    const call = this.state?.call?.state;
    if (call === "talking" || call === "connected") this.send("key", key);
    else if (call !== "ringing" && this.typed.length < 160) {
      this.typed += key;
      this.seen = this.state?.inbox.length ?? 0;
    }
    this.draw();
  }

  clear() {
    this.typed = this.typed.slice(0, -1);
    this.draw();
  }

  green() {
    const { call, screen, waiting } = this.state ?? {};
    if (call?.state === "ringing") this.send("answer");
    else if (this.typed && !waiting) {
      this.send(screen && !screen.ends ? "reply" : "dial", this.typed);
      this.typed = "";
    }
    this.draw();
  }

  red() {
    const { call, screen, waiting, fault, inbox } = this.state ?? {};
    if (call || screen || waiting || fault) this.send("hangup");
    this.typed = "";
    this.seen = inbox?.length ?? 0;
    this.draw();
  }

  async write(event) {
    event.preventDefault();
    const field = this.part.write.elements.text;
    const text = field.value.trim();
    this.seen = this.state?.inbox.length ?? 0;
    this.draw();
    if (text && (await this.send("sms", text))) field.value = "";
  }

  async send(verb, text = "") {
    const body = JSON.stringify({ text });
    const done = await fetch(`${main.dataset.api}/${this.alias}/${verb}`, { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
    refresh();
    return done?.ok ?? false;
  }

  // what is shown

  hear(state) {
    const before = this.state;
    if (before?.version === state.version) return;
    this.state = state;
    if (state.call?.state === "ringing" && before?.call?.state !== "ringing") this.typed = "";
    this.draw();
    this.drawInbox();
  }

  draw() {
    const { call, screen } = this.state ?? {};
    const live = call && call.state !== "over";
    put(this.part.text, this.text());
    put(this.part.typed, this.typed);
    put(this.part.length, screen && !call ? say("screen.length", screen) : "");
    this.part.handset.dataset.call = call?.state ?? "";
    this.part.typed.hidden = Boolean(live) || (!this.typed && !(screen && !screen.ends));
    this.part.view.scrollTop = call ? this.part.view.scrollHeight : 0;
    put(this.sign, call?.state === "ringing" ? say("call.ringing") : live ? say(`call.${call.state}`) : this.isNew() ? say("sms.new") : "");
    this.sign.parentElement.dataset.call = call?.state ?? "";
  }

  text() {
    if (!this.state) return "";
    const { call, screen, waiting, fault } = this.state;
    if (call) return this.callText(call);
    if (waiting) return say("screen.waiting");
    if (fault) return say(fault === "code" ? "screen.unknown_code" : "screen.no_answer");
    if (screen) return screen.text;
    if (this.isNew()) return `${say("sms.new")}\n\n${this.state.inbox[0].text}`;
    return this.section.dataset.role === "caller" && !this.typed ? say("screen.code", main.dataset) : "";
  }

  callText(call) {
    const lines = [say(`call.${call.state}`), spaced(call.number)];
    if (call.said.length) lines.push("", ...call.said);
    if (call.calling) lines.push("", say("call.calling"));
    if (call.asked) lines.push("", say("call.digit"));
    return lines.join("\n");
  }

  isNew() {
    return Boolean(this.state) && this.state.inbox.length > this.seen;
  }

  drawInbox() {
    const { inbox } = this.state;
    this.part.none.hidden = inbox.length > 0;
    const shown = new Set([...this.part.inbox.children].map((node) => node.dataset.id));
    if (this.part.inbox.children.length > inbox.length || !inbox.some((sms) => shown.has(sms.id))) this.part.inbox.replaceChildren();
    for (const sms of [...inbox].reverse()) {
      if (![...this.part.inbox.children].some((node) => node.dataset.id === sms.id)) this.part.inbox.prepend(message(sms));
    }
  }
}

function message(sms) {
  const item = document.createElement("li");
  item.dataset.id = sms.id;
  const head = document.createElement("p");
  head.className = "from";
  head.textContent = `${sms.sender} · ${clock(new Date(sms.at * 1000))}`;
  const text = document.createElement("p");
  text.textContent = sms.text;
  item.append(head, text);
  return item;
}

// One request at a time for all phones; sooner while one of them waits for the line.

let timer = null, asking = false, again = false;

async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  clearTimeout(timer);
  asking = true;
  again = false;
  const who = phones.map((phone) => `who=${phone.alias}`).join("&");
  const answer = who ? await fetch(`${main.dataset.api}/state?${who}`).catch(() => null) : null;
  const states = answer?.ok ? await answer.json().catch(() => null) : null;
  for (const phone of phones) {
    if (states?.[phone.alias]) phone.hear(states[phone.alias]);
    else if (who && !states) put(phone.part.text, say("screen.unreachable"));
    put(phone.part.clock, clock(new Date()));
  }
  asking = false;
  const waiting = phones.some((phone) => phone.state?.waiting);
  timer = setTimeout(refresh, again || waiting ? QUICK : document.hidden ? HIDDEN : USUAL);
}

const phones = [];
for (const section of document.querySelectorAll("section.phone")) phones.push(new Phone(section));
document.addEventListener("visibilitychange", refresh);
refresh();
