// Live updates, keyboard and small comforts. Every page works without this file, only more slowly.
"use strict";

const body = document.body;
const byId = (id) => document.getElementById(id);
const isTyping = (element) => /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) || element.isContentEditable;
const plainTitle = document.title;

// --- unread badge, in the page and in the tab's title ---
function showUnread(count) {
  const badge = byId("unread");
  if (badge) {
    badge.textContent = count;
    badge.hidden = count === 0;
  }
  document.title = count ? `(${count}) ${plainTitle}` : plainTitle;
}
const unreadCount = () => Number(byId("unread")?.textContent || 0);

// --- notices ---
function toast(text) {
  const line = document.createElement("div");
  line.className = "toast-line";
  line.setAttribute("role", "status");
  const icon = document.createElement("i");
  icon.className = "bi bi-bell";
  const words = document.createElement("a");
  words.href = document.querySelector(".bell").href;
  // A line must not end inside a case number.
  for (const part of text.split(/([A-Z]{2}[0-9]{6}-[0-9]{4,})/)) {
    const piece = document.createElement("span");
    piece.textContent = part;
    if (/^[A-Z]{2}[0-9]{6}-/.test(part)) piece.className = "nowrap";
    words.append(piece);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.className = "toast-close";
  close.setAttribute("aria-label", "关闭");
  close.innerHTML = '<i class="bi bi-x-lg" aria-hidden="true"></i>';
  line.append(icon, words, close);
  byId("toasts").append(line);
  setTimeout(() => line.remove(), 8000);
}

function announce(notice, id) {
  const isHere = notice.kind === "user_message" && body.dataset.conversation && !document.hidden;
  if (isHere) return;
  ask("unread");
  toast(notice.text);
  if (document.hidden && "Notification" in window && Notification.permission === "granted") {
    const shown = new Notification("知桥工作台", { body: notice.text, tag: `notice-${id}` });
    shown.onclick = () => window.focus();
  }
}

// --- the stream: says only that something changed; the page asks for what it shows ---
let waitingKinds = new Set();
function ask(kind) {
  // A conversation that nobody looks at stays unread; it is brought up to date when the page is seen again.
  if (kind === "conversation" && document.hidden) return;
  if (waitingKinds.has(kind)) return;
  waitingKinds.add(kind);
  setTimeout(() => {
    waitingKinds.delete(kind);
    const target = byId(kind === "conversation" ? "updates" : kind);
    if (target && window.htmx) htmx.trigger(target, "live");
  }, 150);
}
if (body.dataset.stream) {
  const address = new URL(body.dataset.stream, location.href);
  if (body.dataset.conversation) address.searchParams.set("conversation", body.dataset.conversation);
  const stream = new EventSource(address);
  stream.addEventListener("queue", () => {
    ask("queue");
    ask("board-news");
  });
  stream.addEventListener("conversation", () => ask("conversation"));
  stream.addEventListener("notice", (event) => announce(JSON.parse(event.data), event.lastEventId));
  document.addEventListener("visibilitychange", () => document.hidden || ask("conversation"));
  window.addEventListener("pagehide", () => stream.close());
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
}

// --- a hand on the page keeps the session; an unattended page does not ---
let lastPresence = Date.now();
function presence() {
  if (!body.dataset.presence || Date.now() - lastPresence < 300000) return;
  lastPresence = Date.now();
  const token = document.querySelector('meta[name="csrf-token"]').content;
  fetch(body.dataset.presence, { method: "POST", headers: { "X-CSRFToken": token } });
}
for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, presence, { passive: true });

// --- nothing jumps: the queue keeps its place, the conversation stays at its end only if it was there ---
const scroll = byId("scroll");
const isAtEnd = () => scroll && scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
const toEnd = () => scroll && (scroll.scrollTop = scroll.scrollHeight);
let stayAtEnd = false;
let rowsTop = 0;
toEnd();
// A list that is replaced between press and release would swallow the click: it waits until the finger is up.
let isPressing = false;
let isQueueOld = false;
document.addEventListener("pointerdown", () => (isPressing = true));
for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, () => {
  isPressing = false;
  if (isQueueOld) ask("queue");
  isQueueOld = false;
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (isPressing && event.detail.target?.id === "queue") {
    event.detail.shouldSwap = false;
    isQueueOld = true;
    return;
  }
  stayAtEnd = isAtEnd();
  rowsTop = byId("rows")?.scrollTop ?? 0;
});
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  // The answer to a reply and the live update may bring the same message.
  const fresh = event.detail.fragment;
  for (const item of fresh.querySelectorAll("li.message")) if (byId(item.id)) item.remove();
  for (const day of fresh.querySelectorAll("li.day")) newDay(day);
});
function newDay(day) {
  // Both the answer to a reply and the live update may begin the day.
  if (document.querySelector(`#messages [data-day="${day.dataset.day}"]`)) return day.remove();
  for (const old of document.querySelectorAll("#messages .day")) {
    const isYesterday = new Date(day.dataset.day) - new Date(old.dataset.day) === 86400000;
    old.firstElementChild.textContent = isYesterday ? "昨天" : old.dataset.full;
  }
}
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id === "queue") {
    byId("rows").scrollTop = rowsTop;
    markSelected();
  }
  if (stayAtEnd) toEnd();
  if (byId("unread")) showUnread(unreadCount());
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  // The look has cleared the count of unread messages; a list that was asked for at the same time may still show it.
  if (form.id === "updates") ask("queue");
  if (form.matches?.("form.write") && event.detail.successful) {
    // The answer to a reply and a live update pass each other on the way: the later one may know less.
    ask("conversation");
    form.querySelector("textarea").value = "";
    toEnd();
  }
});
document.addEventListener("htmx:sendError", () => toast("网络断了,内容还在。恢复后再发一次。"));

// --- menus, confirmations, modes of the writing box ---
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const closer = event.target.closest(".toast-close");
  if (closer) closer.parentElement.remove();
  const mode = event.target.closest("[data-mode]");
  if (mode) chooseMode(mode.dataset.mode);
  const quick = event.target.closest("[data-insert]");
  if (quick) insert(quick.dataset.insert, quick.closest("details"));
});
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.ask;
  if (question && !window.confirm(question)) event.preventDefault();
});
function chooseMode(mode) {
  const form = document.querySelector(`[data-form="${mode}"]`);
  if (!form) return;
  for (const other of document.querySelectorAll("[data-form]")) other.hidden = other !== form;
  for (const tab of document.querySelectorAll("[data-mode]")) tab.setAttribute("aria-selected", String(tab.dataset.mode === mode));
  form.querySelector("textarea").focus();
}
function insert(text, menu) {
  chooseMode("reply");
  const box = byId("reply-text");
  box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
  if (menu) menu.open = false;
}

// --- keyboard ---
let selected = null;
const links = () => [...document.querySelectorAll(".row-link")];
function markSelected() {
  const link = links().find((each) => each.getAttribute("href") === selected);
  if (link && !isTyping(document.activeElement)) link.focus();
}
function move(step) {
  const all = links();
  if (!all.length) return;
  const from = all.findIndex((each) => each === document.activeElement || each.getAttribute("href") === selected);
  const base = from >= 0 ? from : all.findIndex((each) => each.classList.contains("is-current"));
  const next = all[Math.min(all.length - 1, Math.max(0, base + step))];
  selected = next.getAttribute("href");
  next.focus();
}
document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest("form.write")) {
    event.preventDefault();
    event.target.closest("form.write").requestSubmit();
  } else if (event.key === "Escape") {
    document.activeElement.blur();
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  } else if (!isTyping(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const action = { j: () => move(1), k: () => move(-1), r: () => chooseMode("reply"), n: () => chooseMode("note") }[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  }
});

// --- desktop reminders are asked for by a click, never by surprise ---
const asker = byId("ask-notices");
if (asker && "Notification" in window && Notification.permission === "default") {
  asker.hidden = false;
  asker.addEventListener("click", async () => {
    const answer = await Notification.requestPermission();
    asker.hidden = answer !== "default";
    toast(answer === "granted" ? "桌面提醒已开启。" : "浏览器没有允许桌面提醒。");
  });
}
showUnread(unreadCount());
