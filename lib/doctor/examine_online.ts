import { completeChat } from "../chat/complete_chat.ts";
import { listModels, type ModelList } from "../chat/models.ts";
import { exitCode } from "../target/failure_code.ts";
import { modelNeeded } from "../target/messages/target.ts";
import { isLoopback } from "../settings/providers.ts";
import { sayFailure, type Target } from "../target/target.ts";
import type { Verdict } from "../measure/outcome.ts";
import type { Bilingual, Message } from "../base/message.ts";
import { formatTime } from "../text/units.ts";
import type { ResponseHead } from "../wire/exchange.ts";
import { completionRequest } from "../protocols/completion_request.ts";
import { fewestTokens } from "../protocols/fewest_tokens.ts";
import { fieldsOf, modelsEndpoint } from "../target/asked.ts";
import { type Check, check, type CheckId } from "./check.ts";
import {
  type Address,
  isAddress,
  lookUp,
  openConnection,
  type ProbeOptions,
  shakeHands,
} from "./connection.ts";
import { hideKeyShapes } from "./key_shape.ts";
import { LABELS } from "./messages/labels.ts";
import {
  addressNeedsNoDns,
  connected,
  hostFound,
  hostIsBlocked,
  hostNotFound,
  modelNotListed,
  modelsListed,
  noModelList,
  notConnected,
  notSecured,
  secured,
  skippedAfter,
  skippedWithoutEndpoint,
  tlsThroughProxy,
  tlsUnused,
  tokenCame,
} from "./messages/online.ts";
import { proxyName } from "./messages/proxy.ts";
import { chooseProxy, type ProxyEnvironment } from "../settings/proxy_choice.ts";

/** The endpoint to try. */
export interface OnlineTarget extends Omit<Target, keyof AsyncDisposable | "model"> {
  /** `null`: the only model of the list. */
  readonly model: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly proxies: ProxyEnvironment;
  /**
   * What is wrong with the settings: `proxy` keeps every step from being taken, `key` those that would send one; `null`
   * if nothing is.
   */
  readonly blocker: "proxy" | "key" | null;
}

/** In milliseconds, for each of DNS, TCP and TLS. */
const CONNECT_LIMIT = 5000;

const STEPS = ["dns", "tcp", "tls", "models", "completion"] as const satisfies readonly CheckId[];

/** All steps as skipped: the settings do not say where to send anything. */
export function skipOnline(): Check[] {
  return STEPS.map((id) => check(id, { status: "skipped", message: skippedWithoutEndpoint() }));
}

/**
 * Tries an endpoint, from its name to one token, and gives each check as it is done. What depends on a failed check is
 * skipped. With a proxy in effect the name is looked up and the connection opened by the proxy, so its own host is
 * tried instead. Ends early, without a check, when the signal is aborted.
 */
export async function* examineOnline(
  target: OnlineTarget,
  options: { readonly signal: AbortSignal },
): AsyncGenerator<Check, void> {
  let list: ModelList | null = null;
  let blocker: CheckId | null = target.blocker;
  const route = routeTo(target);
  for (const id of STEPS) {
    const needsKey = id === "models" || id === "completion";
    if (blocker !== null && (blocker !== "key" || needsKey)) {
      yield check(id, { status: "skipped", message: skippedAfter(LABELS[blocker]) });
      continue;
    }
    const done = await step(id);
    if (options.signal.aborted) return;
    yield done;
    if (done.status === "error") blocker = id;
  }

  async function step(id: (typeof STEPS)[number]): Promise<Check> {
    const probe = { signal: options.signal, limit: CONNECT_LIMIT };
    switch (id) {
      case "dns":
        return checkName(route, probe);
      case "tcp":
        return checkConnection(route, probe);
      case "tls":
        return checkTls(route, probe);
      case "models":
        list = await listModels(modelsEndpoint(target, target.headers), {
          signal: options.signal,
          limits: target.limits,
        });
        return checkModels(list, target);
      case "completion":
        return checkCompletion({ target, names: list?.names ?? [], signal: options.signal });
    }
  }
}

/** Where the first connection goes. */
interface Route extends Address {
  /** Host and port for people. */
  readonly place: string;
  readonly loopback: boolean;
  /** The proxy that this is; `null` for the endpoint itself. */
  readonly through: Bilingual | null;
  readonly tls: "direct" | "through proxy" | "none";
}

function routeTo({ baseUrl, proxies }: OnlineTarget): Route {
  const url = new URL(baseUrl);
  const isHttps = url.protocol === "https:";
  const choice = chooseProxy(baseUrl, proxies);
  if (choice.kind === "proxied") {
    const { proxy } = choice;
    const { host, port, protocol } = proxy;
    const loopback = isLoopback(new URL(`http://${host.includes(":") ? `[${host}]` : host}`));
    return {
      host,
      port,
      place: `${host}:${port}`,
      loopback,
      through: proxyName(proxy),
      tls: protocol === "https" ? "direct" : isHttps ? "through proxy" : "none",
    };
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (isHttps ? 443 : 80) : Number(url.port),
    place: url.host,
    loopback: isLoopback(url),
    through: null,
    tls: isHttps ? "direct" : "none",
  };
}

async function checkName({ host, loopback, through }: Route, probe: ProbeOptions): Promise<Check> {
  if (isAddress(host)) {
    return check("dns", { status: "skipped", message: addressNeedsNoDns(host) });
  }
  const found = await lookUp(host, probe);
  const { took } = found;
  if (!found.reached) {
    const message = hostNotFound(host, { code: found.code, through });
    return check("dns", { status: "error", message, took, exitCode: 5 });
  }
  const [first = ""] = found.value;
  const isBlocked =
    !loopback && found.value.every((address) => /^(127\.|0\.0\.0\.0$|::1?$)/.test(address));
  return isBlocked
    ? check("dns", { status: "warning", message: hostIsBlocked(host, first), took })
    : check("dns", {
        status: "ok",
        message: hostFound(host, { addresses: found.value, through }),
        took,
      });
}

async function checkConnection(route: Route, probe: ProbeOptions): Promise<Check> {
  const { place, through } = route;
  const opened = await openConnection(route, probe);
  const { took } = opened;
  return opened.reached
    ? check("tcp", { status: "ok", message: connected(place, through), took })
    : check("tcp", {
        status: "error",
        message: notConnected(place, { ...route, code: opened.code }),
        took,
        exitCode: 5,
      });
}

async function checkTls(route: Route, probe: ProbeOptions): Promise<Check> {
  if (route.tls === "none") return check("tls", { status: "skipped", message: tlsUnused() });
  if (route.tls === "through proxy") {
    return check("tls", { status: "skipped", message: tlsThroughProxy() });
  }
  const shaken = await shakeHands(route, probe);
  const { took } = shaken;
  return shaken.reached
    ? check("tls", { status: "ok", message: secured(shaken.value, route.through), took })
    : check("tls", {
        status: "error",
        message: notSecured(route.place, shaken),
        took,
        exitCode: 5,
      });
}

function checkModels({ names, verdict, head, took }: ModelList, target: OnlineTarget): Check {
  const { failure } = verdict;
  if (failure === null && names !== null) {
    const isMissing = target.model !== null && names.length > 0 && !names.includes(target.model);
    return isMissing
      ? check("models", {
          status: "warning",
          message: modelNotListed(target.model ?? "", names.length),
          took,
        })
      : check("models", { status: "ok", message: modelsListed(names.length), took });
  }
  const mayHaveNone =
    failure?.kind === "not_a_completion" || [404, 405, 501].includes(failure?.status ?? 0);
  if (mayHaveNone) {
    return check("models", {
      status: "warning",
      message: noModelList(failure?.status ?? null),
      took,
    });
  }
  return failed("models", { verdict, head, took, target });
}

async function checkCompletion({
  target,
  names,
  signal,
}: {
  readonly target: OnlineTarget;
  readonly names: readonly string[];
  readonly signal: AbortSignal;
}): Promise<Check> {
  const model = target.model ?? (names.length === 1 ? names[0] : undefined);
  if (model === undefined) {
    return check("completion", { status: "error", message: modelNeeded(names) });
  }
  const request = completionRequest({
    ...target,
    model,
    messages: [{ role: "user", content: "Hi" }],
    sampling: { maxTokens: fewestTokens(target.api) },
    fields: fieldsOf(target.provider),
  });
  const result = await completeChat(request, { signal, limits: target.limits, drain: false });
  const { verdict, head, reading } = result;
  const took = result.endedAt - result.sentAt;
  if (verdict.failure !== null) {
    return failed("completion", { verdict, head, took, target: { ...target, model } });
  }
  const [firstText = null] = reading.timeline.deltasAt;
  const message = tokenCame(model, firstText === null ? null : formatTime(firstText));
  return check("completion", { status: "ok", message, took });
}

/** In the words that `ask` uses, with its hints when the key was refused. */
function failed(
  id: CheckId,
  result: {
    readonly verdict: Verdict;
    readonly head: ResponseHead | null;
    readonly took: number;
    readonly target: OnlineTarget;
  },
): Check {
  const { target, took } = result;
  const { verdict } = result;
  const said: Message[] = [];
  const say = (message: Message): number => said.push(message);
  sayFailure(result, { ...target, model: target.model ?? "" }, { say });
  return check(id, { status: "error", message: joined(said), took, exitCode: exitCode(verdict) });
}

/** One message of several: the first cause, and all steps. */
function joined(messages: readonly Message[]): Message {
  const [first] = messages;
  const cause = first?.cause ?? { en: "no answer", zh: "没有回答" };
  const steps = messages.flatMap(({ step }) => step ?? []);
  const shown = { en: hideKeyShapes(cause.en), zh: hideKeyShapes(cause.zh) };
  if (steps.length === 0) return { cause: shown };
  return {
    cause: shown,
    step: {
      en: steps.map(({ en }) => en).join(". "),
      zh: steps.map(({ zh }) => zh).join("。"),
    },
  };
}
