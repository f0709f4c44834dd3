#!/bin/sh
# Make the virtual environment .venv with the first Python of at least 3.11 that can. Says in Chinese and English what
# is missing where none can.
set -eu
venv=${1:-.venv}

if "$venv/bin/python" -m pip --version > /dev/null 2>&1; then
  exit 0
fi

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
can_make='import ensurepip, venv'
found=
for name in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
  command -v "$name" > /dev/null 2>&1 && "$name" -c "$new_enough" 2> /dev/null || continue
  found=$name
  "$name" -c "$can_make" 2> /dev/null || continue
  echo "正在建立虚拟环境 $venv($("$name" --version 2>&1))……"
  rm -rf "$venv"
  "$name" -m venv "$venv"
  exit 0
done

if [ -z "$found" ]; then
  echo "需要 Python 3.11 或更新的版本,没有找到。在 Debian 12 上:apt install python3 python3-venv" >&2
  echo "Python 3.11 or newer is required and was not found. On Debian 12: apt install python3 python3-venv" >&2
else
  echo "$found 缺少 venv 模块。在 Debian 12 上:apt install python3-venv" >&2
  echo "$found lacks the venv module. On Debian 12: apt install python3-venv" >&2
fi
exit 1
