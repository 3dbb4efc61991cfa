/** What breaks a promise: a piece of a file that stands there once, and what is put in its place. */
export interface Break {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

const ENDPOINT_KEY = "lib/settings/endpoint_key.ts";
const PROVIDERS = "lib/settings/providers.ts";
const MASK = "lib/base/secret_mask.ts";
const RESULT_FILE = "lib/load/result_file.ts";
const ORIGINS = "lib/server/http/origins.ts";

const unmasked: Break = {
  file: MASK,
  before: "return overwritten(text, this.spans(text));",
  after: "return text;",
};
const following: Break = {
  file: "lib/wire/exchange.ts",
  before: 'redirect: "manual"',
  after: 'redirect: "follow"',
};

/** How each promise of SECURITY.md is broken, by the name of the test that holds it. */
export const BREAKS: Readonly<Record<string, Break>> = {
  "in no combination does a key go to a host that it was not set for": {
    file: ENDPOINT_KEY,
    before: "if (baseUrl === null || originOf(baseUrl) !== target.origin) {",
    after: "if (baseUrl === null) {",
  },
  "a host that only looks like one of the table is another host": {
    file: PROVIDERS,
    before: "if (row.host !== host) continue;",
    after: "if (!host.startsWith(row.host)) continue;",
  },
  "a service's host under http or another port is the wrong door": {
    file: PROVIDERS,
    before: "if (row.port === url.port && row.protocol === url.protocol) return",
    after: "if (row.port === url.port) return",
  },
  "ask prints and keeps no key, whatever the endpoint repeats, and neither does a replay": unmasked,
  "bench prints and keeps no key: in its table, its JSON, its results and its streams": unmasked,
  "a key that an endpoint repeats in halves is neither read nor recorded, in any protocol": {
    file: MASK,
    before:
      "return this.#words.reduce((most, word) => Math.max(most, word.beginningAtEnd(text)), 0);",
    after: "return 0;",
  },
  "headers are kept by name": {
    file: "lib/transcript/masks/redact.ts",
    before: "if (!KEPT_HEADERS.has(lower) && !KEPT_PREFIX.test(lower)) continue;",
    after: "",
  },
  "faulty key is never part of the error, nor is a letter of it": {
    file: ENDPOINT_KEY,
    before: "return refuse(keyFaulty(name, {",
    after: "return refuse(keyFaulty(setting.value.reveal(), {",
  },
  "key that is pasted where a name or a URL belongs is not repeated": {
    file: ENDPOINT_KEY,
    before: "keyVariableUnset(isShowable ? name : null)",
    after: "keyVariableUnset(name)",
  },
  "secret shows nothing of its text in any way of inspecting it": {
    file: "lib/base/secret.ts",
    before: '[Symbol.for("nodejs.util.inspect.custom")](): string {\n    return MASK;',
    after: '[Symbol.for("nodejs.util.inspect.custom")](): string {\n    return this.#text;',
  },
  "a child gets what it needs to run, and no key": {
    file: "lib/load/workers/child_environment.ts",
    before: "return allowed.some((names) => names.test(name));",
    after: "return allowed.length > 0;",
  },
  "a client's key is in no recording, in whichever header and protocol, nor spread over deltas": {
    file: "lib/server/http/upstream.ts",
    before: "new MaskingRecorder(recording.recorder, secretsIn(headers, query))",
    after: 'new MaskingRecorder(recording.recorder, secretsIn([], ""))',
  },
  "a bench over a fleet says who sent what, and its key is never in Redis": {
    file: "lib/load/fleet/fleet.ts",
    before: "const order = { run, parts: Object.fromEntries(parts), spec, frame };",
    after:
      "const order = { run, parts: Object.fromEntries(parts), spec: { ...spec, k: options.key?.reveal() }, frame };",
  },
  "a bench cannot have a worker send its key elsewhere": {
    file: "lib/worker/own_key.ts",
    before: "own?.origin === asked.origin ? flags.keyEnv : undefined",
    after: "flags.keyEnv",
  },
  "a password is used for its own host alone, and shown nowhere": {
    file: "lib/settings/fleet_address.ts",
    before: "return originOf(kept) === originOf(address)",
    after: 'return originOf(kept) !== ""',
  },
  "files with a key in an added line are named, in whatever place of the diff": {
    file: "lib/doctor/staged_keys.ts",
    before: "if (holdsKey(line.slice(1))) files.add(file);",
    after: "if (holdsKey(line.slice(100))) files.add(file);",
  },
  "files and servers are met at one door each": {
    file: "lib/wire/sse.ts",
    before: 'import { LimitError } from "../base/limit_error.ts";',
    after: 'import net from "node:net";\nimport { LimitError } from "../base/limit_error.ts";',
  },
  "endpoint does not follow a redirect": following,
  "a redirect is handed to the client, not followed": following,
  "a loopback request goes past the proxy": {
    file: "lib/settings/loopback_proxy.ts",
    before: 'environment["NO_PROXY"] = all;',
    after: "",
  },
  "terminal filter lets no control through and changes nothing twice": {
    file: "lib/text/terminal_text.ts",
    before: "return suspicious.test(text) ? text.replace(obeyed, picture) : text;",
    after: "return text;",
  },
  "an answer cannot steer the terminal: its controls are shown": {
    file: "lib/report/request/answer_writer.ts",
    before: "filtered ? new TerminalFilter() : null",
    after: "null",
  },
  "a tool call can neither steer the terminal nor show the key": {
    file: "lib/command/script.ts",
    before: "err.write(`${makeHarmless(renderMessage(message, language))}\\n`);",
    after: "err.write(`${renderMessage(message, language)}\\n`);",
  },
  "summary table shows what a file name would do to a terminal": {
    file: "lib/report/request/summary_table.ts",
    before: 'makeHarmless(names[index] ?? "")',
    after: 'names[index] ?? ""',
  },
  "what a file says steers neither a terminal nor Markdown": {
    file: "lib/report/comparison/header.ts",
    before: 'return makeHarmless(shown.join(", "));',
    after: 'return shown.join(", ");',
  },
  "JSON text holds nothing that a terminal obeys, and means the same": {
    file: "lib/text/json_text.ts",
    before: "/[\\u007f-\\u009f\\u00ad",
    after: "/[\\u00ad",
  },
  "recorder does not overwrite a file unless it is told to": {
    file: "lib/transcript/recorder.ts",
    before: "(options.overwrite ? 0 : O_EXCL)",
    after: "(options.overwrite ? O_EXCL : 0)",
  },
  "a result file that is there is refused, or keeps its content until the first saving": {
    file: RESULT_FILE,
    before: 'if (kind === "file" && !overwrite) {',
    after: "if (kind === null) {",
  },
  "a result file is made by the first saving, and each replaces the whole": {
    file: RESULT_FILE,
    before: "renameSync(this.#next, this.#path);",
    after: "writeFileSync(this.#path, text);",
  },
  "a result file through a link leaves the link": {
    file: RESULT_FILE,
    before: 'kind === "file" ? realpathSync(path) : path;',
    after: "path;",
  },
  "a path is never looked up, and one without /v1 is told where it belongs": {
    file: "lib/server/http/local_endpoint.ts",
    before: 'path.startsWith("/v1/") ? path.slice("/v1".length) : "" };',
    after: 'path.replace(/^\\/v1/, "") };',
  },
  "nobody but this machine reaches an endpoint that was not told where to listen": {
    file: "lib/server/http/http_server.ts",
    before: 'const { host = "127.0.0.1", port = 0 } = options;',
    after: 'const { host = "0.0.0.0", port = 0 } = options;',
  },
  "a server on loopback answers to the names and addresses of loopback only": {
    file: "lib/server/http/host_names.ts",
    before: "return isIP(address) !== 0 && (!isLoopback || isLoopbackAddress(address));",
    after: "return isIP(address) !== 0;",
  },
  "whatever a host or an origin looks like, it is refused with a sentence": {
    file: ORIGINS,
    before: "return allowed.includes(origin) ? null : origin;",
    after: "return null;",
  },
  "what a page loads without a script is refused: pictures, scripts, frames, links": {
    file: ORIGINS,
    before: 'return site === "cross-site" || site === "same-site" ? site : null;',
    after: 'return site === "cross-site" ? site : null;',
  },
  "what another server says of pages is not passed on, whether recorded or live": {
    file: "lib/server/http/head.ts",
    before: 'filter(([name]) => !name.startsWith("access-control-"))',
    after: "filter(([name]) => name.length > 0)",
  },
  "paths outside /v1 are not passed on, in no spelling": {
    file: "lib/server/http/upstream.ts",
    before: 'if (!path.startsWith("/v1/") || climbs(path)) {',
    after: 'if (!path.startsWith("/v1/")) {',
  },
  "reader throws for an event or a body that is too long, and keeps what came before": {
    file: "lib/wire/sse.ts",
    before: "options.maxEventLength ?? 16 * 1024 * 1024;",
    after: "100 * (options.maxEventLength ?? 16 * 1024 * 1024);",
  },
  "reader takes JSON that is nested too deep for no JSON, and says so": {
    file: "lib/base/json.ts",
    before: "if (isTooDeep(text)) return undefined;",
    after: "",
  },
  "a list of models that never ends is given up: comments, spaces, an error page, one long line": {
    file: "lib/chat/models.ts",
    before: "const LONGEST_LIST = 8 * 1024 * 1024;",
    after: "const LONGEST_LIST = Infinity;",
  },
  "what models and endpoints say stands in a page as data, and nowhere as markup": {
    file: "lib/page/markup.ts",
    before: 'return makeHarmless(text).replaceAll(/[&<>"\']/g, (mark) => ESCAPES[mark] ?? "");',
    after: "return makeHarmless(text);",
  },
  "data for a script gives back what went in, and never ends its element or begins a comment": {
    file: "lib/page/markup.ts",
    before: '.replaceAll("<", String',
    after: '.replaceAll("<<", String',
  },
  "the policy of a page lets its own script and style work, and nothing else": {
    file: "lib/page/page.ts",
    before: "\"default-src 'none'\",",
    after: "\"default-src 'self'\",",
  },
  "endpoint stops when the whole takes too long": {
    file: "lib/wire/exchange.ts",
    before: 'if (limits.total !== undefined) this.#after(limits.total, "total", limits.total);',
    after: "",
  },
  "a body past the limit of 64 MiB is a 413": {
    file: "lib/server/http/route.ts",
    before: "export const LONGEST_REQUEST = 64 * 1024 * 1024;",
    after: "export const LONGEST_REQUEST = 65 * 1024 * 1024;",
  },
  "a request that nests too deep is a 400 that says so, one at the limit is answered": {
    file: "lib/server/http/route.ts",
    before: "if (nestsTooDeep(bytes)) return tooDeep(api);",
    after: "",
  },
  "file is read up to its limit, and one byte past it is too much": {
    file: "lib/base/bounded_file.ts",
    before: "if (this.#length > this.#largest) throw",
    after: "if (this.#length > this.#largest + 1) throw",
  },
  "lines, notes and pieces past their limits are errors": {
    file: "lib/transcript/decode.ts",
    before: "if (this.#held.length + end - start > this.#maxLineBytes) {",
    after: "if (this.#held.length + end - start > 2 * this.#maxLineBytes) {",
  },
};
