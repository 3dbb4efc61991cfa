import { expect, test } from "bun:test";
import { chooseLanguage } from "../../lib/command/language.ts";

test("language is that of --lang first", () => {
  const environment = { LC_ALL: "zh_CN.UTF-8" };
  expect(chooseLanguage({ flag: "en", environment, locale: "zh-CN" })).toBe("en");
  expect(chooseLanguage({ flag: "zh", environment: {} })).toBe("zh");
});

test("language is that of the first variable that is not empty", () => {
  const locale = "zh-CN";
  const choose = (environment: Record<string, string>) => chooseLanguage({ environment, locale });
  expect(choose({ LC_ALL: "C", LANG: "zh_CN.UTF-8" })).toBe("en");
  expect(choose({ LC_ALL: "", LC_MESSAGES: "zh_TW", LANG: "en_US.UTF-8" })).toBe("zh");
  expect(choose({ LC_ALL: "", LC_MESSAGES: "", LANG: "de_DE.UTF-8" })).toBe("en");
});

test("language is Chinese for every Chinese locale and for no other", () => {
  for (const LANG of ["zh", "zh_CN", "zh_CN.UTF-8", "zh-Hans-CN", "ZH_TW", "zh.GB18030"]) {
    expect(chooseLanguage({ environment: { LANG } })).toBe("zh");
  }
  for (const LANG of ["C", "POSIX", "C.UTF-8", "en_US.UTF-8", "zha_CN", "ja_JP"]) {
    expect(chooseLanguage({ environment: { LANG } })).toBe("en");
  }
});

test("language is the platform's where no variable is set", () => {
  expect(chooseLanguage({ environment: {}, locale: "zh-CN" })).toBe("zh");
  expect(chooseLanguage({ environment: { LANG: "" }, locale: "en-GB" })).toBe("en");
  expect(chooseLanguage({ environment: {} })).toBe("en");
});
