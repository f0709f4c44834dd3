"use strict";
// Draws what a person sees. Text from outside becomes text nodes; the few tags that WeChat knows are built by hand.

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

const LINK = /<a\s+([^>]*)>([\s\S]*?)<\/a>|(https?:\/\/[^\s<>"，。；、）]+)/gi;

function attribute(source, name) {
  const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*("([^"]*)"|'([^']*)')`, "i").exec(source);
  return found ? (found[2] ?? found[3]) : "";
}

function richText(text, tapped) {
  const parts = document.createDocumentFragment();
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    parts.append(text.slice(end, found.index));
    end = found.index + found[0].length;
    parts.append(found[3] ? webLink(found[3], found[3]) : anchor(found[1], found[2], tapped));
  }
  parts.append(text.slice(end));
  return parts;
}

function webLink(url, words) {
  const link = make("a", "", words);
  link.href = url;
  link.target = "_blank";
  link.rel = "noreferrer noopener";
  return link;
}

function anchor(attributes, words, tapped) {
  const href = attribute(attributes, "href").replaceAll("&amp;", "&");
  const page = attribute(attributes, "data-miniprogram-path");
  if (/^weixin:\/\/bizmsgmenu\?/i.test(href)) {
    const query = new URLSearchParams(href.slice(href.indexOf("?")));
    return tappable(words, () => tapped(query.get("msgmenuid") || "", query.get("msgmenucontent") || words));
  }
  if (page) return tappable(words, () => showToast(`打开小程序：${page}`));
  return /^https?:\/\//i.test(href) ? webLink(href, words) : document.createTextNode(words);
}

function tappable(words, action) {
  const link = make("a", "", words);
  link.setAttribute("role", "button");
  link.tabIndex = 0;
  link.addEventListener("click", action);
  link.addEventListener("keydown", (event) => event.key === "Enter" && action());
  return link;
}

function picture(mediaId, words) {
  const image = make("img");
  image.src = `/sandbox/api/media/${encodeURIComponent(mediaId)}`;
  image.alt = words;
  return image;
}

const BODIES = {
  msgmenu(line, tapped) {
    const { head_content: head, list, tail_content: tail } = line.detail;
    const items = list.map((item) => {
      const button = make("button", "tap", item.content);
      button.addEventListener("click", () => tapped(item.id, item.content));
      return button;
    });
    return make("div", "bubble", richText(head, tapped), ...items, tail ? make("span", "tail", richText(tail, tapped)) : null);
  },
  image: (line) => make("div", "bubble plain", picture(line.detail.media_id, line.text)),
  voice(line) {
    const seconds = line.detail.seconds || 3;
    const bubble = make("div", "bubble voice", icon("voice"), `${seconds}″`);
    return line.text && line.from === "user" ? make("div", "", bubble, make("div", "heard", line.text)) : bubble;
  },
  location(line) {
    const { latitude, longitude } = line.detail;
    const place = make("div", "place", make("b", "", line.text || "我的位置"), make("small", "", `${latitude}，${longitude}`), make("i", "", icon("place")));
    return make("div", "bubble plain", place);
  },
};

const CARDS = {
  news(line) {
    return line.detail.articles.map((article) => {
      const isWeb = /^https?:\/\//i.test(article.url);
      const card = make(isWeb ? "a" : "div", "news");
      if (isWeb) Object.assign(card, { href: article.url, target: "_blank", rel: "noreferrer noopener" });
      if (/^https?:\/\//i.test(article.picurl)) {
        const image = make("img");
        image.src = article.picurl;
        image.alt = "";
        card.append(image);
      }
      card.append(make("div", "", make("b", "", article.title), article.description ? make("p", "", article.description) : null));
      return card;
    });
  },
  notice(line) {
    const { title, names } = line.detail.shown_as || { title: "服务通知", names: {} };
    const list = make("dl", "", ...Object.entries(line.detail.fields).flatMap(([code, value]) => [make("dt", "", names[code] || code), make("dd", "", value)]));
    return [make("div", "notice", make("div", "", make("b", "", title), list))];
  },
  link: (line) => [make("div", "news", make("div", "", make("b", "", line.detail.title), make("p", "", line.detail.description || line.detail.url)))],
  miniprogrampage: (line) => [make("div", "news", make("div", "", make("p", "", "小程序"), make("b", "", line.detail.title)))],
};

function drawLine(line, names, tapped) {
  if (line.from === "system") {
    const system = make("p", "system", line.text);
    system.dataset.testid = "system-line";
    return system;
  }
  if (line.from === "account" && CARDS[line.kind]) {
    const block = make("div", "card-line", ...CARDS[line.kind](line));
    block.dataset.testid = "bubble-account";
    return block;
  }
  const body = BODIES[line.kind] && line.detail ? BODIES[line.kind](line, tapped) : make("div", "bubble", richText(line.text, tapped));
  body.dataset.testid = line.from === "user" ? "bubble-user" : "bubble-account";
  const avatar = make("div", line.from === "user" ? "avatar me" : "avatar", [...(line.from === "user" ? names.me : names.account)][0]);
  avatar.setAttribute("aria-hidden", "true");
  return make("div", `line ${line.from}`, avatar, body);
}

function stamp(at, now) {
  const day = (date) => date.toLocaleDateString("zh-CN", { timeZone: "Asia/Shanghai", year: "numeric", month: "long", day: "numeric" });
  const clock = at.toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai", hour: "numeric", minute: "2-digit", hour12: false });
  if (day(at) === day(now)) return clock;
  if (day(at) === day(new Date(now.getTime() - 86400000))) return `昨天 ${clock}`;
  return `${at.getFullYear() === now.getFullYear() ? day(at).slice(5) : day(at)} ${clock}`;
}
