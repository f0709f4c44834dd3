"use strict";
// The tools beside the phone: people, clock, modes, faults, log.

const MODES = { safe: "安全", compatible: "兼容", plaintext: "明文" };
const APPS = { official: "服务号", miniprogram: "小程序" };
const KINDS = Object.fromEntries([...document.querySelectorAll("#fault-form [name=kind] option")].map((option) => [option.value, option.textContent]));
let drawnModes = "";
let drawnPeople = "";

const inChina = (iso, options) => new Date(iso).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", hour12: false, ...options });

function tell(promise) {
  return promise.catch((error) => showToast(error.message));
}

function windowWords(window) {
  if (!window.until) return "现在不能主动发";
  const until = inChina(window.until, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return `还可发 ${window.left} 条，到 ${until}`;
}

function drawPerson() {
  byId("window-official").textContent = phone.person.subscribed ? windowWords(phone.person.window_official) : "没有关注";
  byId("window-mini").textContent = windowWords(phone.person.window_mini);
  byId("openid").textContent = phone.app === "official" ? phone.person.openid_official : phone.person.openid_mini;
  byId("enter-mini").hidden = !phone.apps.miniprogram;
  byId("enter-mini").textContent = phone.app === "official" ? "进入小程序客服会话" : "回到服务号";
}

function drawPeople(names) {
  const drawn = JSON.stringify([names, phone.person.name]);
  if (drawn === drawnPeople) return;
  drawnPeople = drawn;
  byId("people").replaceChildren(...names.map((name) => new Option(name, name, false, name === phone.person.name)));
}

let drawnTemplates = "";
function drawTemplates() {
  const titles = phone.apps[phone.app]?.templates || {};
  if (JSON.stringify(titles) !== drawnTemplates) {
    drawnTemplates = JSON.stringify(titles);
    byId("templates").replaceChildren(...Object.entries(titles).map(([id, title]) => new Option(title, id)));
  }
  const grants = phone.app === "official" ? phone.person.grants_official : phone.person.grants_mini;
  byId("granted").textContent = `还能收 ${grants[byId("templates").value] || 0} 条`;
}

function drawClock(clock) {
  byId("clock").textContent = inChina(clock.now, { year: "numeric", month: "numeric", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const seconds = Math.abs(clock.offset_seconds);
  const [unit, name] = seconds >= 2 * 86400 ? [86400, "天"] : seconds >= 3600 ? [3600, "小时"] : [60, "分钟"];
  const words = `${Math.round((seconds / unit) * 10) / 10} ${name}`;
  byId("offset").textContent = seconds < 1 ? "与真实时间一致" : `比真实时间${clock.offset_seconds > 0 ? "快" : "慢"} ${words}`;
}

function drawModes() {
  const drawn = JSON.stringify(Object.entries(phone.apps).map(([kind, app]) => [kind, app.mode, app.data_format]));
  if (drawn === drawnModes) return;
  drawnModes = drawn;
  const choice = (kind, field, value, words, chosen) => {
    const button = make("button", "", words);
    button.setAttribute("aria-pressed", String(chosen));
    button.disabled = field === "mode" && value !== "plaintext" && !phone.apps[kind].can_encrypt;
    button.addEventListener("click", () => tell(ask(`apps/${kind}`, { [field]: value }).then(refresh)));
    return button;
  };
  byId("modes").replaceChildren(...Object.entries(phone.apps).map(([kind, app]) => make("div", "mode-group", make("span", "", APPS[kind]),
    ...Object.entries(MODES).map(([mode, words]) => choice(kind, "mode", mode, words, app.mode === mode)),
    ...["xml", "json"].map((format) => choice(kind, "data_format", format, format.toUpperCase(), app.data_format === format)))));
}

let drawnFaults = "";
function drawFaults(faults) {
  if (JSON.stringify(faults) === drawnFaults) return;
  drawnFaults = JSON.stringify(faults);
  byId("faults").replaceChildren(...faults.map((fault) => {
    const left = fault.times ? `还有 ${fault.times - fault.used} 次` : "一直有效";
    const button = make("button", "", "去掉");
    button.addEventListener("click", () => tell(ask(`faults/${fault.id}`, undefined, "DELETE").then(drawFaults)));
    return make("li", "", make("span", "", `${fault.path} · ${KINDS[fault.kind]} ${fault.value} · ${left}${fault.after_effect ? " · 生效后" : ""}`), button);
  }));
}

function isBad(outcome) {
  return !/^(ok|nothing|reply|transfer)/.test(outcome) || outcome.includes("[");
}

const OUTCOMES = { ok: "成功", nothing: "已收下", reply: "被动回复", dropped: "不显示", transfer: "转客服", fault: "故障" };
const outcomeWords = (outcome) => outcome.replace(/^(ok|nothing|reply|dropped|transfer|fault)\b/, (word) => OUTCOMES[word]);

function logRow(entry) {
  const time = inChina(entry.at, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const row = make("tr", "head", make("td", "", time), make("td", "", entry.kind === "push" ? "推送 →" : "接口 ←"),
    make("td", "mono", entry.path), make("td", isBad(entry.outcome) ? "bad" : "", outcomeWords(entry.outcome)), make("td", "number", entry.duration_ms.toFixed(0)));
  row.addEventListener("click", () => {
    if (row.nextElementSibling?.classList.contains("more")) return row.nextElementSibling.remove();
    const cell = make("td", "", make("pre", "", [entry.method + " " + entry.path + (entry.query ? "?" + entry.query : ""), entry.request, entry.response, entry.rid,
      entry.detail.attempts ? JSON.stringify(entry.detail.attempts, null, 1) : ""].filter(Boolean).join("\n\n")));
    cell.colSpan = 5;
    return row.after(make("tr", "more", cell));
  });
  return row;
}

function drawLog(entries) {
  for (const entry of entries) {
    if (entry.id <= phone.lastLog) continue;
    phone.lastLog = entry.id;
    byId("log").prepend(logRow(entry));
  }
  while (byId("log").rows.length > 400) byId("log").lastElementChild.remove();
  byId("log-empty").hidden = phone.lastLog > 0;
}

document.addEventListener("phone-refreshed", (event) => {
  drawPerson();
  drawClock(event.detail.clock);
  drawModes();
  drawTemplates();
  drawPeople(event.detail.people);
  drawFaults(event.detail.faults);
  drawLog(event.detail.log);
});

byId("people").addEventListener("change", () => tell(usePerson(byId("people").value)));
byId("new-person").addEventListener("click", async () => {
  const name = await askWords("新用户", "叫什么名字？");
  if (name) tell(usePerson(name));
});
byId("enter-mini").addEventListener("click", async () => {
  if (phone.app !== "official") return useApp("official");
  await useApp("miniprogram");
  document.body.classList.remove("tools-open");
  return act("enter_tempsession");
});
// What the popup of the page asks: allowed once is one message.
for (const [id, accept] of [["accept", true], ["reject", false]]) {
  byId(id).addEventListener("click", () => act("subscription", { template_id: byId("templates").value, accept }));
}
byId("templates").addEventListener("change", drawTemplates);
byId("verify").addEventListener("click", () => tell(ask("verify", { app: phone.app }).then((result) => {
  showToast(result.ok ? "服务器地址校验通过。" : !result.echoed ? `校验没有通过：${result.error || `HTTP ${result.status}`}` : "错误的签名没有被拒绝。");
})));
for (const button of document.querySelectorAll("[data-advance]")) {
  button.addEventListener("click", () => tell(ask("clock", { advance_seconds: Number(button.dataset.advance) }).then(refresh)));
}
byId("clock-reset").addEventListener("click", () => tell(ask("clock", { offset_seconds: 0 }).then(refresh)));
byId("fault-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  tell(ask("faults", { path: form.get("path"), kind: form.get("kind"), value: Number(form.get("value")), times: Number(form.get("times")), after_effect: form.has("after_effect") }).then(refresh));
});
byId("open-tools").addEventListener("click", () => document.body.classList.add("tools-open"));
byId("close-tools").addEventListener("click", () => document.body.classList.remove("tools-open"));
