#!/bin/sh
# streamgauge pre-commit hook: keeps keys out of git. It needs git and awk, which come with Git for Windows.
# 防止密钥被提交到 git。
#
# Refused are .env and .env.* (but for .env.example), and added lines that hold a key: one by its shape, or a value of
# .env. Nothing of a key is printed, and keys never become arguments, which other programs can read.
# `git commit --no-verify` goes past it.

set -u
LC_ALL=C
export LC_ALL

cannot_check() {
  printf '%s\n' "Commit refused: cannot look for keys ($1)" "提交被拒绝：无法检查密钥（$1）" \
    "  git commit --no-verify" >&2
  exit 1
}

command -v awk >/dev/null 2>&1 || cannot_check "awk"

files=$(
  git -c core.quotePath=false diff --cached --name-only --no-renames --diff-filter=d |
    awk '{
      name = $0
      gsub(/^"|"$/, "", name)
      file = name
      sub(/.*\//, "", name)
      name = tolower(name)
      if (name == ".env" || (name ~ /^\.env\./ && name != ".env.example")) print file
    }'
) || cannot_check "git diff"

# Without NULs, text in UTF-16, as PowerShell writes it, can be searched like any other.
leaks=$(
  {
    for env in .env "${GIT_PREFIX:-}.env"; do
      if [ -f "$env" ]; then tr -d '\015\376\377' <"$env"; fi
      printf '\n'
    done
    printf '%s\n' 'end of .env'
    git -c core.quotePath=false diff --cached --text --no-color --no-ext-diff --no-textconv \
      --no-renames --diff-filter=d --src-prefix=a/ --dst-prefix=b/ -U0 || printf '\n%s\n' 'git failed'
  } | tr -d '\000' | awk '
    function varied(text,   at, letter, seen, count) {
      split("", seen)
      for (at = 1; at <= length(text); at++) {
        letter = substr(text, at, 1)
        if (!(letter in seen)) { seen[letter] = 1; count++ }
      }
      return count >= 8
    }

    function random(text,   at, letter, run) {
      if (!varied(text)) return 0
      if (text ~ /[0-9]/) return 1
      for (at = 1; at <= length(text); at++) {
        letter = substr(text, at, 1)
        run = letter ~ /[A-Za-z]/ ? run + 1 : 0
        if (run >= 20) return 1
      }
      return 0
    }

    function shaped(line, prefix, least,   rest, at, before) {
      rest = line
      while ((at = index(rest, prefix)) > 0) {
        if (at > 1) before = substr(rest, at - 1, 1)
        rest = substr(rest, at + length(prefix))
        if (before !~ /[A-Za-z0-9_-]/) {
          match(rest, /^[A-Za-z0-9_-]*/)
          if (RLENGTH >= least && random(substr(rest, 1, RLENGTH))) return 1
        }
        before = substr(prefix, length(prefix))
      }
      return 0
    }

    function leaked(line,   value) {
      for (value in secrets) if (index(line, value) > 0) return 1
      return shaped(line, "sk-", 20) || shaped(line, "gsk_", 20) || shaped(line, "AIza", 30)
    }

    function lines(range,   part) {
      return split(range, part, ",") > 1 ? part[2] + 0 : 1
    }

    !diff && $0 == "end of .env" { diff = 1; next }

    !diff {
      if (!match($0, /[A-Za-z_][A-Za-z0-9_]*[ \t]*=/)) next
      if (substr($0, 1, RSTART - 1) ~ /#/) next
      name = toupper(substr($0, RSTART, RLENGTH))
      if (name !~ /KEY|TOKEN|SECRET|PASSWORD/) next
      value = substr($0, RSTART + RLENGTH)
      sub(/^[ \t]+/, "", value)
      quote = substr(value, 1, 1)
      if (quote == "\"" || quote == "\047") {
        value = substr(value, 2)
        if (index(value, quote) > 0) value = substr(value, 1, index(value, quote) - 1)
      } else sub(/#.*/, "", value)
      sub(/^[ \t]*([Bb]earer[ \t]+)?/, "", value)
      sub(/[ \t]+$/, "", value)
      if (length(value) < 16 || !varied(value)) next
      if (tolower(value) !~ /your|xxx|example|replace|change|[<>* \t]/) secrets[value] = 1
      next
    }

    removed > 0 && /^-/ { removed--; next }
    added > 0 && /^\+/ {
      added--
      if (!(file in found) && leaked(substr($0, 2))) { found[file] = 1; print file }
      next
    }
    /^\+\+\+ "?b\// { file = $0; sub(/^\+\+\+ "?b\//, "", file); sub(/"?\t?$/, "", file); next }
    /^@@ / { split($0, word, " "); removed = lines(word[2]); added = lines(word[3]); next }
    $0 == "git failed" { failed = 1 }
    END { exit failed }
  '
) || cannot_check "git diff"

if [ -z "$files$leaks" ]; then exit 0; fi

{
  printf '%s\n' "Commit refused: a key would get into git" "提交被拒绝：密钥会进入 git" ""
  if [ -n "$files" ]; then
    printf '%s\n' "$files" | while IFS= read -r file; do
      printf '  %s\n' "$file"
      printf '    %s\n' "is a file for keys. Take it out of git, and put .env into .gitignore:" \
        "是存放密钥的文件。请移出 git，并把 .env 写入 .gitignore：" "  git rm --cached -- \"$file\""
    done
  fi
  if [ -n "$leaks" ]; then
    printf '%s\n' "$leaks" | while IFS= read -r file; do
      # What is to leave git needs no second advice.
      if printf '%s\n' "$files" | grep -qxF -- "$file"; then continue; fi
      printf '  %s\n' "$file"
      printf '    %s\n' "holds a key, or what looks like one. Put it into .env, take it out here, then:" \
        "含有密钥或疑似密钥的内容。请把密钥写入 .env，从此文件中删去，然后：" "  git add -- \"$file\""
    done
  fi
  printf '%s\n' "" "No key in there? / 其中没有密钥？  git commit --no-verify"
} >&2
exit 1
