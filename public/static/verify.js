// Computes a file's SHA-256 on the visitor's own device. The file goes nowhere: this page may not even send (CSP).
"use strict";

const LARGEST = 1024 * 1024 * 1024;
const input = document.getElementById("file");
const result = document.getElementById("result");

function say(text, style) {
  result.textContent = text;
  result.className = style || "";
}

async function sha256(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function check() {
  const file = input.files[0];
  if (!file) return say("");
  if (!window.crypto || !crypto.subtle) return say("这个浏览器不能计算,请换一个,或用 https 打开本页。", "is-open");
  if (file.size > LARGEST) return say("文件超过1GB,请在电脑上用命令计算。", "is-open");
  say("正在计算…");
  try {
    const found = await sha256(file);
    if (file !== input.files[0]) return undefined;
    const expected = input.dataset.expected;
    if (!expected) return say(found);
    if (found === expected) return say("一致:这个文件就是盖过时间戳的那一份。", "is-good");
    return say("不一致:不是同一份文件,或者改动过。算出的是 " + found, "is-bad");
  } catch {
    return say("文件没读成功,请重新选择。", "is-open");
  }
}

if (input) input.addEventListener("change", check);
