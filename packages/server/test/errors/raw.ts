/** Requests that `fetch` would tidy up or refuse to send: paths, headers and bytes exactly as given. */
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { checkReply } from "../support/reply-check.js";
import { type Answer, CONTACT } from "../support/server.js";
import type { Stage } from "./stage.js";

export interface RawRequest {
  readonly method: string;
  /** From the origin on, e.g. `/v2/accounts/../plans`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** Default: the API key of the first master; null: none. */
  readonly token?: string | null;
}

export interface RawAnswer extends Answer<unknown> {
  readonly text: string;
}

const TIMEOUT_MS = 15_000;

/** Sends it as it is; the answer is held to the document like any other. */
export function exchange(stage: Stage, raw: RawRequest): Promise<RawAnswer> {
  const { method, path, headers = {}, body, token } = raw;
  const { api_key } = stage.paymaster.credentials;
  const bearer = token === null ? {} : { authorization: `Bearer ${token ?? api_key}` };
  const origin = new URL(stage.paymaster.server.origin);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        host: origin.hostname,
        port: origin.port,
        method,
        path,
        headers: {
          ...bearer,
          ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
          ...headers,
        },
        timeout: TIMEOUT_MS,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          const received = new Headers();
          for (const [name, value] of Object.entries(answer.headers)) {
            received.set(name, Array.isArray(value) ? value.join(", ") : (value ?? ""));
          }
          const isJson = received.get("content-type")?.includes("json") ?? false;
          try {
            const body = isJson && text !== "" ? JSON.parse(text) : null;
            const found = { status: answer.statusCode ?? 0, headers: received, body, text };
            checkReply(stage.profile, method, path.split("?")[0] ?? path, found);
            resolve(found);
          } catch (error) {
            reject(error);
          }
        });
      },
    );
    sent.on("timeout", () => sent.destroy(new Error(`${method} ${path}: no answer`)));
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Writes bytes that need not be HTTP, and gives what came back until the server ended the connection. */
export function speak(stage: Stage, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(stage.paymaster.server.origin);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const chunks: Buffer[] = [];
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error("no answer")));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("end", () => socket.end());
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("utf8")));
    socket.write(bytes);
  });
}

/** Bodies with which each operation that takes one would succeed, were everything else right. */
export const FINE_BODIES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  account_billing_update: { phone_number: "+1 206 555 0178" },
  account_plan_create: { contact: CONTACT, plan_base: { type: "monthly", hosts: 2 } },
  account_plan_addon_create: { type: "webinar500_monthly", hosts: 1 },
  account_plan_addon_update: { type: "webinar500_monthly", hosts: 2 },
  account_plan_addon_cancel: { action: "cancel", type: "webinar500_monthly", reason: 1 },
  account_plan_base_update: { type: "monthly", hosts: 3 },
  account_plan_base_delete: { action: "cancel", reason: 1 },
  account_options_update: { share_rc: true },
};
