import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { renderUsage } from "citty";
import { parseArguments } from "../../lib/command/arguments.ts";
import { declareCommand, type CommandFlags } from "../../lib/command/declaration.ts";
import { formatDuration, readDuration, readNumber } from "../../lib/command/flag_values.ts";
import { type Language, renderMessage, UserError } from "../../lib/base/message.ts";
import { urgentFlags } from "../../lib/command/urgent_flags.ts";
import { sampleCommand } from "../support/sample_command.ts";

function parse(...args: string[]) {
  return parseArguments(sampleCommand, args);
}

function complaint(action: () => unknown, language: Language = "en"): string {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return renderMessage(error.userMessage, language);
    throw error;
  }
  return "no complaint";
}

function refused(...args: string[]): string {
  return complaint(() => parse(...args));
}

function refusedInChinese(...args: string[]): string {
  return complaint(() => parse(...args), "zh");
}

test("arguments are read by the kind of their flag", () => {
  const lines = [
    ["--prompt=a=b", "--system", "", "--demo", "--idle-timeout", "1.5s", "--temperature", ".5"],
    ["--max-tokens=1e3", "--seed", "-1", "--stop", "a", "--stop", "---", "--speed", "max"],
    ["--reasoning", "hide", "--header", "X-A=b=c", "--header", "X-B=", "why?", "--no-color"],
  ];
  const parsed = parse(...lines.flat());
  expect(parsed).toEqual({
    flags: {
      prompt: "a=b",
      system: "",
      demo: true,
      idleTimeout: 1500,
      temperature: 0.5,
      maxTokens: 1000,
      seed: -1,
      stop: ["a", "---"],
      speed: Infinity,
      reasoning: "hide",
      header: [
        ["X-A", "b=c"],
        ["X-B", ""],
      ],
      color: false,
    },
    positionals: ["why?"],
  });
});

test("flags that are not given are absent", () => {
  expect(parse()).toEqual({ flags: {}, positionals: [] });
  expect(parse().flags.idleTimeout).toBeUndefined();
});

test("types of the flags follow from the declaration", () => {
  type Sample = CommandFlags<typeof sampleCommand>;
  // Each line compiles only if the inferred type is exactly this one.
  type Equal<A, B> =
    (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
  const proofs: [
    Equal<Sample["idleTimeout"], number | undefined>,
    Equal<Sample["reasoning"], "show" | "hide" | "only" | undefined>,
    Equal<Sample["stop"], readonly string[] | undefined>,
    Equal<Sample["prompt"], string | undefined>,
    Equal<Sample["demo"], boolean | undefined>,
    Equal<Sample["speed"], number | undefined>,
    Equal<Sample["param"], readonly (readonly [name: string, value: unknown])[] | undefined>,
    Equal<Sample["header"], readonly (readonly [name: string, value: string])[] | undefined>,
    Equal<Sample["lang"], "zh" | "en" | undefined>,
  ] = [true, true, true, true, true, true, true, true, true];
  expect(proofs).not.toContain(false);
});

test("a command is a citty command too", async () => {
  const usage = Bun.stripANSI(await renderUsage(sampleCommand));
  expect(usage).toContain("USAGE bun scripts/ask.ts [OPTIONS] [QUESTION]");
  expect(usage).toContain("--idle-timeout=<DURATION>");
  expect(usage).toContain("--reasoning=<show|hide|only>");
});

test("an unknown flag is named with the nearest one", () => {
  expect(refused("--tempratur", "0.2")).toBe(
    "Unknown flag --tempratur; did you mean --temperature?",
  );
  expect(refusedInChinese("--tempratur", "0.2")).toBe(
    "未知选项 --tempratur，是不是想写 --temperature？",
  );
  expect(refused("--maxTokens=5")).toBe("Unknown flag --maxTokens; did you mean --max-tokens?");
  expect(refused("--no-colour")).toBe("Unknown flag --no-colour; did you mean --no-color?");
  expect(refused("-help")).toBe("Unknown flag -help; did you mean --help?");
  expect(refused("-temperature=1")).toBe("Unknown flag -temperature; did you mean --temperature?");
  expect(refused("---json")).toBe("Unknown flag ---json; did you mean --json?");
});

test("an unknown flag near no other points at the help", () => {
  const step = "\nSee all flags: bun scripts/ask.ts --help";
  for (const flag of ["--frobnicate", "-x", "-1", "--__proto__", "--constructor", "--no-json"]) {
    expect(refused(flag)).toBe(`Unknown flag ${flag}${step}`);
  }
  expect(refused("--=x")).toBe(`Unknown flag --${step}`);
  expect(refusedInChinese("--frobnicate")).toBe(
    "未知选项 --frobnicate\n查看全部选项：bun scripts/ask.ts --help",
  );
});

test("a single letter suggests the only flag that begins with it", () => {
  expect(refused("-m", "5")).toBe("Unknown flag -m; did you mean --max-tokens?");
});

test("-h is --help, alone only", () => {
  expect(parse("-h").flags.help).toBe(true);
  expect(refused("-hj")).toStartWith("Unknown flag -hj");
  expect(refused("-hh")).toStartWith("Unknown flag -hh");
});

test("a dash that a word processor made is not taken for a question", () => {
  expect(refused("—temperature=1")).toBe("Unknown flag —temperature; did you mean --temperature?");
  expect(refused("–json")).toBe("Unknown flag –json; did you mean --json?");
  expect(parse("—what is this dash").positionals).toEqual(["—what is this dash"]);
  expect(parse("--", "—json").positionals).toEqual(["—json"]);
});

test("a flag without its value is named with what it wants", () => {
  expect(refused("--provider")).toBe("Missing value after --provider; write --provider NAME");
  expect(refused("--provider", "--json")).toBe(
    "Missing value after --provider; write --provider NAME",
  );
  expect(refused("--idle-timeout", "--", "x")).toBe(
    "Missing value after --idle-timeout; write --idle-timeout DURATION",
  );
  expect(refused("--stop", "-end")).toBe(
    "Missing value after --stop; write --stop TEXT\n" +
      "If -end is meant as the value, write --stop=-end",
  );
  expect(refusedInChinese("--stop", "-end")).toBe(
    "--stop 后面缺少值，应写成 --stop TEXT\n如果 -end 就是要传的值，请写成 --stop=-end",
  );
  expect(parse("--stop=--json").flags.stop).toEqual(["--json"]);
  expect(parse("--prompt", "- a list").flags.prompt).toBe("- a list");
  expect(parse("--prompt", "--json is what?").flags.prompt).toBe("--json is what?");
});

test("an empty value is an error where a text is needed", () => {
  const step = "\nIf it comes from a shell variable, check that the variable is set";
  expect(refused("--provider=")).toBe(`The value of --provider is empty${step}`);
  expect(refused("--seed", "")).toBe(`The value of --seed is empty${step}`);
  expect(refused("--speed", "")).toBe(`The value of --speed is empty${step}`);
  expect(refused(" ")).toBe("The question is empty");
  expect(refusedInChinese("")).toBe("问题是空的");
});

test("several numbers where one is wanted are told which flag takes them", () => {
  const rules = { integer: true, several: "--sweep" } as const;
  for (const text of ["1,2", "1, 2,4", "1 2"]) {
    const read = () => readNumber({ flag: "--concurrency", text }, rules);
    expect(complaint(read)).toBe(
      `--concurrency takes one number, got "${text}"\nTo measure at several in turn, write --sweep "${text}"`,
    );
    expect(complaint(read, "zh")).toBe(
      `--concurrency 只接受一个数字，却给了 "${text}"\n要依次测量多个值，请写 --sweep "${text}"`,
    );
  }
  const words = () => readNumber({ flag: "--concurrency", text: "1,x" }, rules);
  expect(complaint(words)).toBe('--concurrency must be a number, got "1,x"');
});

test("numbers are checked for form and range", () => {
  expect(refused("--temperature", "warm")).toBe('--temperature must be a number, got "warm"');
  expect(refused("--temperature", "0,5")).toBe('--temperature must be a number, got "0,5"');
  expect(refused("--seed", "0x10")).toBe('--seed must be a number, got "0x10"');
  expect(refused("--seed", "1e999")).toBe('--seed must be a number, got "1e999"');
  expect(refused("--temperature=-1")).toBe("--temperature must be from 0 to 2, got -1");
  expect(refused("--temperature", "-1")).toBe("--temperature must be from 0 to 2, got -1");
  expect(refused("--max-tokens", "0")).toBe("--max-tokens must be at least 1, got 0");
  expect(refused("--seed", "1.5")).toBe("--seed must be a whole number, got 1.5");
  expect(refused("--seed", "9007199254740993")).toBe(
    "--seed must be a whole number up to 2^53 − 1 (9007199254740991) in size, got 9007199254740993",
  );
  expect(refusedInChinese("--temperature", "3")).toBe("--temperature 必须在 0 到 2 之间，却给了 3");
  expect(refusedInChinese("--max-tokens", "0")).toBe("--max-tokens 必须不小于 1，却给了 0");
});

test("durations want a unit and whole milliseconds", () => {
  expect(refused("--idle-timeout", "30")).toBe(
    "--idle-timeout 30 has no unit; write 30ms, 30s, 30m or 30h",
  );
  expect(refusedInChinese("--idle-timeout", "30")).toBe(
    "--idle-timeout 30 缺少单位，应写成 30ms、30s、30m 或 30h",
  );
  expect(refused("--idle-timeout", "2 sec")).toBe(
    '--idle-timeout must be a duration such as 300ms, 2s, 1m or 1h, got "2 sec"',
  );
  expect(refused("--idle-timeout", "-2s")).toStartWith("--idle-timeout must be a duration");
  expect(refused("--idle-timeout", "0.5ms")).toBe(
    "--idle-timeout must be whole milliseconds, got 0.5ms",
  );
  expect(refused("--idle-timeout", "0s")).toBe("--idle-timeout must be from 1ms to 576h, got 0s");
  expect(refused("--drain", "1m")).toBe("--drain must be from 0ms to 2s, got 1m");
  expect(parse("--drain", "0ms", "--idle-timeout", "1.001s").flags).toEqual({
    drain: 0,
    idleTimeout: 1001,
  });
});

test("a duration that is written reads as itself", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 576 * 3_600_000 }), (milliseconds) => {
      const text = formatDuration(milliseconds);
      expect(readDuration({ flag: "--timeout", text })).toBe(milliseconds);
    }),
  );
});

test("a value outside its options is answered with the options", () => {
  expect(refused("--reasoning", "hidden")).toBe(
    '--reasoning must be one of show, hide, only, got "hidden"; did you mean hide?',
  );
  expect(refused("--reasoning", "no")).toBe(
    '--reasoning must be one of show, hide, only, got "no"',
  );
  expect(refusedInChinese("--reasoning", "no")).toBe(
    '--reasoning 必须是 show、hide、only 之一，却给了 "no"',
  );
});

test("params are JSON, and single quotes do where a shell takes the double ones", () => {
  const pairs = ["top_k=5", 'user="me"', "a='it=s'", "stop=['a','b']", "on=true", "none=null"];
  const { param } = parse(...pairs.flatMap((pair) => ["--param", pair])).flags;
  expect(Object.fromEntries(param ?? [])).toEqual({
    top_k: 5,
    user: "me",
    a: "it=s",
    stop: ["a", "b"],
    on: true,
    none: null,
  });
});

test("a param that is no JSON is an error that shows how to write it", () => {
  expect(refused("--param", "user=me")).toBe(
    "The value of --param user is not JSON: me\n" +
      `Put texts in single quotes and the whole in double quotes: --param "user='me'"`,
  );
  expect(refusedInChinese("--param", "user=me")).toBe(
    "--param user 的值不是 JSON：me\n文本用单引号括起来，整体用双引号：--param \"user='me'\"",
  );
  expect(refused("--param", "format={type:json_object}")).toEndWith(`--param "format='text'"`);
  expect(refused("--param", "enable_thinking=False")).toBe(
    "The value of --param enable_thinking is not JSON: False\n" +
      'Did you mean --param "enable_thinking=false"?',
  );
  expect(refused("--param", "seed=None")).toEndWith('Did you mean --param "seed=null"?');
  for (const value of ["", "NaN", "-Infinity", "1e999", "[1e999]"]) {
    expect(refused("--param", `a=${value}`)).toStartWith("The value of --param a is not JSON");
  }
});

test("pairs need a name, and each name once", () => {
  expect(refused("--param", "5")).toBe(
    '--param needs a name, an equals sign and a value, such as --param "top_k=5"',
  );
  expect(refused("--header", "=b")).toStartWith("--header needs a name");
  expect(refused("--header", "X-A=1", "--header", "x-a=2")).toBe("--header x-a=… is given twice");
  expect(refused("--param", "a=1", "--param", "a=2")).toBe("--param a=… is given twice");
  expect(parse("--param", "a=1", "--param", "A=2").flags.param).toHaveLength(2);
});

test("a flag that takes one value is refused the second time", () => {
  expect(refused("--seed", "1", "--seed", "1")).toBe("--seed is given twice");
  expect(refused("--json", "--json")).toBe("--json is given twice");
  expect(refused("--no-color", "--no-color")).toBe("--no-color is given twice");
  expect(refusedInChinese("--json", "--json")).toBe("--json 重复出现，只能给一次");
});

test("flags that exclude each other are both named", () => {
  expect(refused("--provider", "openai", "--demo")).toBe(
    "--demo and --provider exclude each other; give one of them",
  );
  expect(refusedInChinese("--provider", "openai", "--demo")).toBe(
    "--demo 和 --provider 不能同时使用，请只给一个",
  );
  expect(refused("--color", "--no-color")).toStartWith("--color and --no-color exclude");
});

test("a boolean takes no value", () => {
  expect(refused("--json=yes")).toBe('--json takes no value, got "yes"');
  expect(refused("--color=always")).toBe(
    '--color takes no value, got "always"\nWrite --color or --no-color',
  );
  expect(refused("--no-color=1")).toBe('--no-color takes no value, got "1"');
});

test("a question of several words wants quotes", () => {
  expect(refused("what", "is", "this")).toBe(
    'One question expected, got 3 words\nPut it in quotes: "what is this"',
  );
  expect(refusedInChinese("what", "is", "this")).toBe(
    '最多只能给 1 个问题，却给了 3 个词\n请用引号括起来："what is this"',
  );
});

test("words after -- are one question, flags no more", () => {
  expect(parse("--json", "--", "--help", "me")).toEqual({
    flags: { json: true },
    positionals: ["--help me"],
  });
  expect(parse("--").positionals).toEqual([]);
  expect(parse("--", "a", "--", "b").positionals).toEqual(["a -- b"]);
  expect(refused("what", "--", "is")).toStartWith("One question expected, got 2 words");
});

test("a lone dash is a word, and a value", () => {
  expect(parse("-").positionals).toEqual(["-"]);
  expect(parse("--prompt", "-").flags.prompt).toBe("-");
});

test("what stands behind -- is a command of its own, where one is declared", () => {
  const serve = declareCommand({
    verb: "serve",
    summary: { en: "Serve", zh: "提供" },
    examples: [],
    positional: {
      name: { en: "file", zh: "文件" },
      description: { en: "What to serve", zh: "要提供的文件" },
      min: 0,
      max: 1,
      command: true,
    },
    flags: {},
  });
  const parse = (...args: string[]) => parseArguments(serve, args);
  expect(parse("a", "--", "node", "--help", "", "--", "-b")).toEqual({
    flags: {},
    positionals: ["a"],
    command: ["node", "--help", "", "--", "-b"],
  });
  expect(parse("a", "--")).toEqual({ flags: {}, positionals: ["a"] });
  expect(urgentFlags(["a", "--", "node", "--help"]).help).toBe(false);
  expect(complaint(() => parse("a", "b", "--", "c"))).toContain("got 2");
});

test("files are counted, not joined", () => {
  const replay = declareCommand({
    verb: "replay",
    summary: { en: "Play", zh: "回放" },
    examples: [],
    positional: {
      name: { en: "transcript", zh: "转录文件" },
      description: { en: "What to play", zh: "要回放的文件" },
      min: 1,
      max: 2,
    },
    flags: {},
  });
  const parse = (...args: string[]) => parseArguments(replay, args);
  expect(parse("a", "--", "-b").positionals).toEqual(["a", "-b"]);
  expect(parse("--", "a", "-b").positionals).toEqual(["a", "-b"]);
  expect(complaint(() => parse())).toBe(
    "Missing transcript\nUsage: bun scripts/replay.ts [FLAGS] TRANSCRIPT...",
  );
  expect(complaint(() => parse(), "zh")).toBe(
    "缺少转录文件\n用法：bun scripts/replay.ts [选项] 转录文件...",
  );
  expect(complaint(() => parse("a", "b", "c"))).toBe("At most 2 of transcript expected, got 3");
});

test("a command without positionals refuses words", () => {
  const { positional: _, ...withoutWords } = sampleCommand;
  expect(complaint(() => parseArguments(withoutWords, ["jso"]))).toBe(
    'Unexpected argument "jso"; did you mean --json?',
  );
  expect(complaint(() => parseArguments(withoutWords, ["why"]))).toBe(
    'Unexpected argument "why": only flags are taken',
  );
});

test("messages show no key that was put in the wrong place", () => {
  const key = "sk-abcdefghijkl0123456789mnopqrstuvwxyz";
  const wrong = [
    [`--api-key=${key}`],
    [`--${key}`],
    [`-${key}`],
    ["--seed", key],
    ["--idle-timeout", key],
    ["--reasoning", key],
    ["--header", `Authorization: Bearer ${key}`],
    ["--param", `user=${key}`],
    ["why", key],
    [`--json=${key}`],
    ["--stop", `-${key}`],
  ];
  for (const args of wrong) {
    for (const message of [refused(...args), refusedInChinese(...args)]) {
      expect(message).not.toBe("no complaint");
      expect(message).not.toContain("abcdef");
    }
  }
});

test("messages show bad input on one line, cut and without control characters", () => {
  expect(refused("--seed", "1\n\u001b[2J")).toBe('--seed must be a number, got "1��[2J"');
  expect(refused("--seed", "词".repeat(100))).toBe(
    `--seed must be a number, got "${"词".repeat(60)}…"`,
  );
});

test("no command line makes the parser fail with anything but a user error", () => {
  const names = Object.keys(sampleCommand.flags).map((name) => `--${name}`);
  const word = fc.oneof(fc.constantFrom(...names, "--", "-", "-h", "1", "2s", "a=1"), fc.string());
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (args) => {
      complaint(() => parse(...args));
    }),
  );
});

test("help, version, language and colour are found in a wrong command line", () => {
  expect(urgentFlags(["--tempratur", "1", "-h", "--lang=zh", "--no-color"])).toEqual({
    help: true,
    version: false,
    lang: "zh",
    color: false,
  });
  expect(urgentFlags(["--lang", "en", "--version"])).toEqual({
    help: false,
    version: true,
    lang: "en",
  });
  expect(urgentFlags(["--lang", "fr"])).toEqual({ help: false, version: false });
  expect(urgentFlags(["--", "--help", "--lang", "zh"])).toEqual({ help: false, version: false });
});

test("a flag that takes words takes those up to the next flag, or to --", () => {
  const group = { en: "Sides", zh: "双方" };
  const text = { type: "text", group, description: { en: "B", zh: "B" } } as const;
  const command = declareCommand({
    verb: "compare",
    summary: { en: "Compare", zh: "比较" },
    examples: [],
    positional: {
      name: { en: "result", zh: "结果" },
      description: { en: "A", zh: "A" },
      min: 0,
      max: 9,
    },
    flags: {
      against: { ...text, repeatable: true, words: true },
      name: text,
      json: { ...text, type: "boolean" },
    },
  });
  const read = (line: string) => parseArguments(command, line.split(" "));
  expect(read("a b --against c d --json e --against=f g")).toEqual({
    flags: { against: ["c", "d", "f", "g"], json: true },
    positionals: ["a", "b", "e"],
  });
  expect(read("--against c -- d --json")).toEqual({
    flags: { against: ["c"] },
    positionals: ["d", "--json"],
  });
  expect(read("--against c --name n d")).toEqual({
    flags: { against: ["c"], name: "n" },
    positionals: ["d"],
  });
  expect(complaint(() => parseArguments(command, ["--against", "a", ""]))).toStartWith(
    "The value of --against is empty\n",
  );
  expect(complaint(() => read("--against c —json"))).toStartWith("Unknown flag —json");
});
