#!/bin/sh
# The browser tests need Chromium and a Chinese font. Installs them where we are root on a Debian, else says what to do.
set -eu

missing=
command -v chromium > /dev/null 2>&1 || missing="chromium"
[ -n "$(find /usr/share/fonts /usr/local/share/fonts -iname '*cjk*' -print 2> /dev/null | head -1)" ] ||
  missing="$missing fonts-noto-cjk"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null 2>&1; then
  echo "浏览器测试还缺:$missing。请安装后再试,例如:sudo apt-get install$missing" >&2
  echo "The browser tests need: $missing. Install them first, for example: sudo apt-get install$missing" >&2
  exit 1
fi
echo "正在安装浏览器测试所需:$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq < /dev/null
# shellcheck disable=SC2086  # a list of names is meant
apt-get install -y -qq --no-install-recommends $missing < /dev/null
