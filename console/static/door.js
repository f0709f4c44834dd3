// The door with a poor connection: each tap is kept on this phone until the server has answered it, and sent again with
// the same key until then, so that it counts once. Only numbers are kept here, no names.
"use strict";

(() => {
  const list = document.getElementById("door");
  if (!list) return;
  const store = `zhiqiao-taps-${list.dataset.session}`;
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const waiting = document.getElementById("waiting-taps");
  const problem = document.getElementById("tap-problem");
  const AGAIN = 5000;
  const WAIT_MOST = 15000;
  let isSending = false;
  let isLoggedOut = false;

  function kept() {
    try {
      return JSON.parse(localStorage.getItem(store)) ?? [];
    } catch {
      return [];
    }
  }
  const keep = (taps) => (taps.length ? localStorage.setItem(store, JSON.stringify(taps)) : localStorage.removeItem(store));

  function newKey() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // --- what the list shows: what was tapped, whether or not it has been sent ---
  function mark(booking, isIn, isWaiting) {
    const row = list.querySelector(`[data-booking="${booking}"]`);
    if (!row) return;
    row.classList.toggle("is-in", isIn);
    row.classList.toggle("is-waiting-tap", isWaiting);
    const button = row.querySelector("button");
    button.value = isIn ? "undo" : "in";
    button.textContent = isIn ? "撤回" : "签到";
    button.classList.toggle("button-plain", isIn);
  }
  function show() {
    const taps = kept();
    waiting.hidden = taps.length === 0;
    waiting.textContent = isLoggedOut
      ? `登录过期了,${taps.length}个签到还在这台手机上。请刷新页面重新登录,登录后自动发出。`
      : `${taps.length}个签到还没发出,有网络就自动发。先别清浏览器数据。`;
    for (const tap of taps) mark(tap.booking, tap.step === "in", true);
  }
  function refuse(tap, message) {
    mark(tap.booking, tap.step !== "in", false);
    const row = list.querySelector(`[data-booking="${tap.booking}"] strong`);
    problem.textContent = row ? `${row.textContent}:${message}` : message;
    problem.hidden = false;
  }

  // --- one after the other, in the order of the taps ---
  async function send(tap) {
    const body = new URLSearchParams({ csrf_token: token, booking: tap.booking, step: tap.step, key: tap.key, at: tap.at });
    const answer = await fetch(list.dataset.taps, {
      method: "POST", body, headers: { "HX-Request": "true" }, redirect: "manual", signal: AbortSignal.timeout(WAIT_MOST),
    });
    if (answer.ok && (answer.headers.get("Content-Type") ?? "").includes("json")) return answer.json();
    // Logged out, or a token of a login before this one: the tap is not at fault.
    if (answer.type === "opaqueredirect" || answer.headers.get("HX-Redirect") || answer.status === 400 || answer.status === 401) {
      isLoggedOut = true;
      throw new Error("logged out");
    }
    if (answer.status >= 500 || answer.status === 429 || answer.ok) throw new Error(String(answer.status));
    const words = new DOMParser().parseFromString(await answer.text(), "text/html").body.textContent.trim();
    return { refused: words || "这次没有签上,请再试一次。" };
  }
  async function flush() {
    if (isSending || isLoggedOut) return show();
    isSending = true;
    try {
      for (let [tap] = kept(); tap; [tap] = kept()) {
        const answer = await send(tap);
        keep(kept().filter((each) => each.key !== tap.key));
        if (answer.refused) {
          refuse(tap, answer.refused);
          continue;
        }
        const isLast = !kept().some((each) => each.booking === tap.booking);
        if (isLast) mark(tap.booking, answer.state === "attended", false);
        document.getElementById("arrived").textContent = answer.arrived;
        document.getElementById("missing").textContent = answer.missing;
      }
    } catch {
      // No connection, or none that holds: the taps stay, and are sent again.
    } finally {
      isSending = false;
      show();
    }
  }

  list.addEventListener("submit", (event) => {
    const row = event.target.closest("[data-booking]");
    if (!row || !event.submitter) return;
    event.preventDefault();
    problem.hidden = true;
    const tap = { booking: row.dataset.booking, step: event.submitter.value, key: newKey(), at: Date.now() };
    try {
      keep([...kept(), tap]);
    } catch {
      // Nothing can be kept on this phone: as a form it is sent, or fails, before one's eyes.
      event.target.append(Object.assign(document.createElement("input"), { type: "hidden", name: "step", value: tap.step }));
      return event.target.submit();
    }
    mark(tap.booking, tap.step === "in", true);
    flush();
  });
  window.addEventListener("online", flush);
  setInterval(() => kept().length && flush(), AGAIN);
  show();
  flush();
})();
