/** A protocol over which completions are asked for, by the name that `--api` has for it. */
export type Api = "chat" | "responses" | "messages" | "completions";

/** What people call each protocol, and what its requests have behind the base URL. The first one is the default. */
export const APIS: Readonly<Record<Api, { readonly title: string; readonly path: string }>> = {
  chat: { title: "Chat Completions", path: "/chat/completions" },
  responses: { title: "Responses", path: "/responses" },
  messages: { title: "Messages", path: "/messages" },
  completions: { title: "Completions", path: "/completions" },
};

/** Their names, as `--api` takes them. */
export const API_NAMES = ["chat", "responses", "messages", "completions"] as const satisfies Api[];

/**
 * The protocol whose path ends this one; `null` where none does.
 *
 * @example
 * ```ts
 * apiOfPath("/v1/chat/completions"); // "chat"
 * apiOfPath("/v1"); // null
 * ```
 */
export function apiOfPath(path: string): Api | null {
  // In this order: the path of chat completions ends in that of completions.
  return API_NAMES.find((name) => path.endsWith(APIS[name].path)) ?? null;
}
