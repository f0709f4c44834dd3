// The screen at a door: a new code each half-minute. Without a connection an old code is taken down, since it no longer works.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const news = document.body.dataset.news;
  const AGAIN_SECONDS = 3;
  let left = Number(document.body.dataset.seconds);
  let isAsking = false;

  function show(data) {
    left = data.seconds_left;
    byId("shown").hidden = !data.code;
    byId("early").hidden = Boolean(data.code);
    byId("away").hidden = true;
    byId("arrived").textContent = data.arrived;
    byId("expected").textContent = data.expected;
    byId("left").textContent = left;
    if (!data.code) return;
    byId("picture").src = data.picture;
    byId("digits").textContent = byId("words").textContent = data.code;
  }

  async function ask() {
    if (isAsking) return;
    isAsking = true;
    try {
      const answer = await fetch(news, { cache: "no-store", signal: AbortSignal.timeout(8000) });
      if (answer.status === 404) return location.reload(); // it is over: the page says so
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.json());
    } catch {
      byId("shown").hidden = byId("early").hidden = true;
      byId("away").hidden = false;
      left = AGAIN_SECONDS;
    } finally {
      isAsking = false;
    }
  }

  setInterval(() => {
    left -= 1;
    byId("left").textContent = Math.max(0, left);
    if (left <= 0) ask();
  }, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  byId("full").addEventListener("click", () => document.documentElement.requestFullscreen?.());
})();
