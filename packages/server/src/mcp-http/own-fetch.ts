/**
 * `fetch` for calls of this server to itself, answered within the process: with TLS its certificate is
 * made out to the name under which others know it, not to the address that it listens on.
 */
import type { FastifyInstance, InjectOptions } from "fastify";

export function createOwnFetch(app: FastifyInstance): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search, host } = new URL(request.url);
    const answered = app.inject({
      method: request.method as NonNullable<InjectOptions["method"]>,
      url: `${pathname}${search}`,
      headers: { ...Object.fromEntries(request.headers), host },
      ...(request.body === null ? {} : { payload: Buffer.from(await request.arrayBuffer()) }),
    });
    const answer = await Promise.race([answered, aborted(request.signal)]);
    const headers = new Headers();
    for (const [name, value] of Object.entries(answer.headers)) {
      for (const one of [value ?? []].flat()) headers.append(name, String(one));
    }
    const hasBody = ![204, 205, 304].includes(answer.statusCode);
    return new Response(hasBody ? new Uint8Array(answer.rawPayload) : null, {
      status: answer.statusCode,
      headers,
    });
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
