/**
 * A proxy on real sockets that loses requests and answers. What it does to a request depends only on the
 * seed, the request and how often it has come, so a run can be repeated.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface FaultyProxyOptions {
  /** Origin of the service behind it. */
  readonly target: string;
  readonly seed: number;
  /** Like a service that is not Paymaster: no Idempotency-Key, no OpenAPI document, no filter by email. */
  readonly isForeign: boolean;
}

/**
 * lost_request: it never arrives. late_request: the caller is cut off, and then it arrives.
 * lost_answer: it is carried out, and the caller is cut off. cut_answer: half of the answer arrives.
 * bad_gateway: it is carried out, and 502 says otherwise. silence: it is carried out, and nobody answers.
 */
type Fault =
  | "none"
  | "lost_request"
  | "late_request"
  | "lost_answer"
  | "cut_answer"
  | "bad_gateway"
  | "silence";

/** Of a hundred requests. */
const WRITE_FAULTS: readonly (readonly [Fault, number])[] = [
  ["lost_request", 10],
  ["late_request", 5],
  ["lost_answer", 15],
  ["cut_answer", 5],
  ["bad_gateway", 5],
  ["silence", 2],
];
const READ_FAULTS: readonly (readonly [Fault, number])[] = [
  ["lost_request", 5],
  ["lost_answer", 5],
];

const LATE_MS = 30;

export class FaultyProxy {
  readonly faults = new Map<Fault, number>();
  /** Requests other than reads and previews that came. */
  writes = 0;
  readonly #options: FaultyProxyOptions;
  readonly #times = new Map<string, number>();
  readonly #server = createServer((incoming, response) => {
    void this.#pass(incoming, response);
  });

  private constructor(options: FaultyProxyOptions) {
    this.#options = options;
  }

  static async start(options: FaultyProxyOptions): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(options);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v2`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = "GET", url = "/", headers: sent } = incoming;
    if (method !== "GET" && method !== "HEAD" && sent.prefer === undefined) this.writes += 1;
    if (this.#options.isForeign && url.startsWith("/openapi.json")) {
      response.writeHead(404).end();
      return;
    }
    const fault = this.#faultFor(method, url, body);
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    if (fault === "lost_request") return void incoming.socket.destroy();
    if (fault === "late_request") {
      incoming.socket.destroy();
      await sleep(LATE_MS);
    }
    const answer = await this.#forward(incoming, body);
    if (fault === "silence" || fault === "late_request") return;
    if (fault === "lost_answer") return void incoming.socket.destroy();
    if (fault === "bad_gateway") return void response.writeHead(502).end("<h1>Bad Gateway</h1>");
    const headers = { ...answer.headers, "content-length": String(answer.body.length) };
    if (answer.status === 204) Reflect.deleteProperty(headers, "content-length");
    response.writeHead(answer.status, headers);
    if (fault !== "cut_answer") return void response.end(answer.body);
    response.write(answer.body.subarray(0, answer.body.length / 2), () => {
      incoming.socket.destroy();
    });
  }

  #faultFor(method: string, url: string, body: Buffer): Fault {
    const what = `${method} ${url} ${body.toString("base64")}`;
    const times = (this.#times.get(what) ?? 0) + 1;
    this.#times.set(what, times);
    const digest = createHash("sha256").update(`${this.#options.seed} ${times} ${what}`).digest();
    let draw = digest.readUInt32BE() % 100;
    for (const [fault, percent] of method === "GET" ? READ_FAULTS : WRITE_FAULTS) {
      if (draw < percent) return fault;
      draw -= percent;
    }
    return "none";
  }

  #forward(incoming: IncomingMessage, body: Buffer) {
    const headers = { ...incoming.headers };
    const url = new URL(incoming.url ?? "/", this.#options.target);
    if (this.#options.isForeign) {
      Reflect.deleteProperty(headers, "idempotency-key");
      url.searchParams.delete("email");
    }
    return new Promise<{
      status: number;
      headers: IncomingMessage["headers"];
      body: Buffer;
    }>((resolve, reject) => {
      const { method } = incoming;
      const outgoing = request(url, { method, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => {
          const { statusCode: status = 0, headers: received } = answer;
          const { "transfer-encoding": _, ...kept } = received;
          resolve({ status, headers: kept, body: Buffer.concat(chunks) });
        });
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }
}
