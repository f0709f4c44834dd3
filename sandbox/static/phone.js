"use strict";
// The phone: one person, one chat at a time, refreshed twice a second.

const byId = (id) => document.getElementById(id);
const STAMP_GAP = 5 * 60 * 1000;
const phone = { person: null, app: "official", page: "chat", last: 0, lastStamp: 0, menu: "", now: new Date(), wantsMenu: true, lastLog: 0, apps: {} };

async function ask(path, data, method) {
  const options = data === undefined && !method ? {} : { method: method || "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(data || {}) };
  const answer = await fetch(`/sandbox/api/${path}`, options);
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error || "沙箱没有回应。");
  return value;
}

let toastTimer;
function showToast(words) {
  byId("toast").textContent = words;
  byId("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { byId("toast").hidden = true; }, 2600);
}

async function act(action, data = {}) {
  try {
    await ask(`users/${encodeURIComponent(phone.person.name)}/${action}`, { app: phone.app, wait: false, ...data });
    await refresh();
  } catch (error) {
    showToast(error.message);
  }
}

const tapped = (menuId, text) => act("tap", { menu_id: menuId, text });

function clearChat() {
  byId("chat").replaceChildren();
  Object.assign(phone, { last: 0, lastStamp: 0 });
}

function appendLines(lines) {
  const chat = byId("chat");
  const isAtEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 80;
  for (const line of lines) {
    const at = new Date(line.at);
    if (Math.abs(at - phone.lastStamp) > STAMP_GAP) chat.append(make("p", "stamp", stamp(at, phone.now)));
    phone.lastStamp = at.getTime();
    chat.append(drawLine(line, { me: phone.person.name, account: document.body.dataset.account }, tapped));
    phone.last = line.id;
  }
  if (isAtEnd || lines.some((line) => line.from === "user")) {
    chat.scrollTop = chat.scrollHeight;
    // A picture has its height only when it is there.
    chat.querySelectorAll("img").forEach((image) => image.addEventListener("load", () => { chat.scrollTop = chat.scrollHeight; }, { once: true }));
  }
}

function showTyping() {
  const typing = phone.app === "official" ? phone.person.typing_official : phone.person.typing_mini;
  byId("title").textContent = phone.page === "account" ? "" : typing ? "对方正在输入…" : chatTitle();
}

const chatTitle = () => (phone.app === "official" ? document.body.dataset.account : `${document.body.dataset.account} 小程序客服`);

function layOut() {
  const isOfficial = phone.app === "official";
  const follows = phone.person.subscribed;
  const showsProfile = isOfficial && (!follows || phone.page === "account");
  byId("profile").hidden = !showsProfile;
  byId("chat").hidden = showsProfile;
  byId("footer").hidden = showsProfile;
  byId("follow").hidden = follows;
  byId("send-message").hidden = byId("unfollow").hidden = !follows;
  byId("open-account").hidden = !isOfficial || showsProfile;
  byId("back").style.visibility = (showsProfile && follows) || !isOfficial ? "visible" : "hidden";
  const hasMenu = isOfficial && phone.menu !== "" && phone.menu !== "[]";
  byId("to-menu").hidden = !hasMenu;
  byId("menu-bar").hidden = !(hasMenu && phone.wantsMenu);
  byId("composer").hidden = hasMenu && phone.wantsMenu;
  for (const id of ["to-voice", "pick-place", "pick-scan"]) byId(id).hidden = !isOfficial;
  showTyping();
}

function drawMenu(menu) {
  const buttons = menu ? menu.button : [];
  if (JSON.stringify(buttons) === phone.menu) return;
  phone.menu = JSON.stringify(buttons);
  byId("menu").replaceChildren(...buttons.map((button, index) => {
    const hasSub = button.sub_button.length > 0;
    const top = make("button", hasSub ? "has-sub" : "", button.name);
    top.dataset.testid = `menu-${index}`;
    const cell = make("div", "", top);
    top.addEventListener("click", (event) => {
      event.stopPropagation();
      const wasOpen = cell.querySelector(".submenu");
      closeSubmenus();
      if (!hasSub) press(button, [index]);
      else if (!wasOpen) cell.append(submenu(button.sub_button, index));
    });
    return cell;
  }));
}

function submenu(children, index) {
  return make("div", "submenu", ...children.map((child, place) => {
    const button = make("button", "", child.name);
    button.dataset.testid = `menu-${index}-${place}`;
    button.addEventListener("click", () => press(child, [index, place]));
    return button;
  }));
}

const closeSubmenus = () => document.querySelectorAll(".submenu").forEach((element) => element.remove());
document.addEventListener("click", closeSubmenus);

async function press(button, path) {
  if (button.type === "view") window.open(button.url, "_blank", "noopener");
  if (button.type === "miniprogram") showToast(`打开小程序：${button.pagepath}`);
  let value = "";
  if (button.type.startsWith("scancode")) {
    value = await askWords("扫一扫", "扫到的内容是什么？");
    if (value === null) return;
  }
  await act("menu", { path, value });
}

function askWords(title, hint, initial = "") {
  const sheet = byId("sheet");
  byId("sheet-title").textContent = title;
  byId("sheet-hint").textContent = hint;
  byId("sheet-text").value = initial;
  sheet.returnValue = "";
  sheet.showModal();
  return new Promise((resolve) => {
    sheet.addEventListener("close", () => resolve(sheet.returnValue === "ok" ? byId("sheet-text").value.trim() : null), { once: true });
  });
}

let isRefreshing = false;
async function refresh() {
  if (isRefreshing) return;
  isRefreshing = true;
  try {
    const name = phone.person.name;
    const app = phone.app;
    const view = await ask(`users/${encodeURIComponent(name)}/view?app=${app}&after=${phone.last}&log=${phone.lastLog}`);
    if (name !== phone.person.name || app !== phone.app) return;
    Object.assign(phone, { person: view.person, apps: view.apps, now: new Date(view.clock.now) });
    byId("original-id").textContent = view.apps.official.original_id;
    drawMenu(view.apps.official.menu);
    layOut();
    if (view.chat.length) appendLines(view.chat);
    document.dispatchEvent(new CustomEvent("phone-refreshed", { detail: view }));
  } finally {
    isRefreshing = false;
  }
}

async function usePerson(name) {
  phone.person = await ask("users", { name });
  phone.page = "chat";
  localStorage.setItem("person", name);
  clearChat();
  await refresh();
}

async function useApp(app) {
  phone.app = app;
  phone.page = "chat";
  clearChat();
  await refresh();
}

function sendText() {
  const text = byId("input").value.trim();
  if (!text) return;
  byId("input").value = "";
  sizeInput();
  act("text", { text });
}

function sizeInput() {
  const input = byId("input");
  input.style.height = "40px";
  input.style.height = `${Math.min(input.scrollHeight, 112)}px`;
  byId("send").hidden = !input.value.trim();
  byId("plus").hidden = !byId("send").hidden;
}

const isVoice = () => byId("input").hidden;
function setVoice(on) {
  byId("input").hidden = on;
  byId("hold").hidden = !on;
  byId("to-voice").querySelector("use").setAttribute("href", on ? "#i-keyboard" : "#i-voice");
  byId("to-voice").setAttribute("aria-label", on ? "切换到键盘" : "切换到语音");
}

const handlers = {
  back: () => (phone.page === "account" ? ((phone.page = "chat"), layOut()) : useApp("official")),
  "open-account": () => { phone.page = "account"; layOut(); },
  "send-message": () => { phone.page = "chat"; layOut(); byId("chat").scrollTop = byId("chat").scrollHeight; },
  follow: () => { phone.page = "chat"; return act("follow"); },
  unfollow: () => { phone.page = "chat"; return act("unfollow"); },
  "to-keyboard": () => { phone.wantsMenu = false; layOut(); byId("input").focus(); },
  "to-menu": () => { phone.wantsMenu = true; byId("panel").hidden = true; layOut(); },
  "to-voice": () => setVoice(!isVoice()),
  plus: () => { byId("panel").hidden = !byId("panel").hidden; byId("chat").scrollTop = byId("chat").scrollHeight; },
  "pick-image": () => byId("file").click(),
  hold: async () => {
    const words = await askWords("语音", "说了什么？微信识别出的文字会随语音推送，留空就是没识别出来。");
    if (words !== null) act("voice", { recognition: words });
  },
  "pick-place": async () => {
    const label = await askWords("发送位置", "位置名称", "广州市南沙区港前大道南");
    if (label !== null) act("location", { latitude: 22.8016, longitude: 113.5252, label });
  },
  "pick-scan": async () => {
    const scene = await askWords("扫一扫", "服务号二维码的场景值");
    if (scene) act("scan", { scene });
  },
};
for (const [id, handler] of Object.entries(handlers)) byId(id).addEventListener("click", handler);
byId("input").addEventListener("input", sizeInput);
byId("input").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); sendText(); }
});
byId("composer").addEventListener("submit", (event) => { event.preventDefault(); sendText(); });
byId("file").addEventListener("change", () => {
  const reader = new FileReader();
  reader.addEventListener("load", () => { byId("panel").hidden = true; act("image", { data_url: reader.result }); });
  if (byId("file").files[0]) reader.readAsDataURL(byId("file").files[0]);
  byId("file").value = "";
});

(async () => {
  const people = await ask("users");
  const wanted = new URLSearchParams(location.search).get("user") || localStorage.getItem("person");
  await usePerson(wanted || (people[0] ? people[0].name : "林晓"));
  setInterval(() => refresh().catch(() => showToast("沙箱没有回应。")), 500);
})();
