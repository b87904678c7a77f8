/** A proxy on real sockets that counts what passes, and lets a test step in between. */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Passed {
  readonly path: string;
  readonly status: number;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

export class CountingProxy {
  readonly passed: Passed[] = [];
  /** Called before a request goes on; another path than its own goes on in its place. */
  redirect: (path: string) => string = (path) => path;
  /** Called when an answer has come and before it is given on. */
  before: (passed: Passed) => Promise<void> | void = () => {};
  readonly #target: string;
  readonly #server = createServer((incoming, response) => void this.#pass(incoming, response));

  private constructor(target: string) {
    this.#target = target;
  }

  /** @param target origin of the service behind it */
  static async start(target: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v2`;
  }

  /** Answers so far of paths that match. */
  statuses(path: RegExp): number[] {
    return this.passed.filter((one) => path.test(one.path)).map(({ status }) => status);
  }

  forget(): void {
    this.passed.length = 0;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = incoming.url ?? "/";
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const answer = await this.#forward(incoming, this.redirect(path), Buffer.concat(chunks));
    const passed = { path, status: answer.status };
    this.passed.push(passed);
    await this.before(passed);
    const { "transfer-encoding": _, ...headers } = answer.headers;
    response.writeHead(answer.status, headers);
    response.end(answer.body);
  }

  #forward(incoming: IncomingMessage, path: string, body: Buffer): Promise<Answer> {
    const { method, headers } = incoming;
    return new Promise((resolve, reject) => {
      const outgoing = request(`${this.#target}${path}`, { method, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => {
          const { statusCode: status = 0, headers: received } = answer;
          resolve({ status, headers: received, body: Buffer.concat(chunks) });
        });
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }
}
