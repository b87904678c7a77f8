/** HTTP over kept connections: a status and a parsed body, whatever they are. */
import { Agent, request } from "node:http";

export interface Answer {
  readonly status: number;
  /** Parsed JSON; null: no body. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const TIMEOUT_MS = 60_000;

export class HttpClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });
  readonly #origin: URL;

  constructor(origin: string) {
    this.#origin = new URL(origin);
  }

  send(
    method: string,
    path: string,
    token: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          agent: this.#agent,
          host: this.#origin.hostname,
          port: this.#origin.port,
          method,
          path,
          timeout: TIMEOUT_MS,
          headers: {
            authorization: `Bearer ${token}`,
            ...(text === undefined
              ? {}
              : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const raw = Buffer.concat(chunks).toString();
            const isJson = (response.headers["content-type"] ?? "").includes("json");
            resolve({
              status: response.statusCode ?? 0,
              body: raw === "" || !isJson ? null : JSON.parse(raw),
              headers: response.headers,
            });
          });
        },
      );
      sent.on("error", reject);
      sent.on("timeout", () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
      sent.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
