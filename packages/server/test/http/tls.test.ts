/** HTTPS: what clients get, what is refused, and that a renewed certificate needs no restart. */
import { copyFile, mkdtemp, readFile, rm, utimes } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { followTlsFiles, readTlsFiles } from "../../src/http/tls.js";
import { readConfig, type ServerConfig, startServer } from "../../src/index.js";
import type { McpService } from "../../src/mcp-http/endpoint.js";
import type { RunningServer } from "../../src/server.js";
import { startTestPostgres, type TestDatabase } from "../support/postgres.js";

const CERTIFICATES = fileURLToPath(new URL("certificates/", import.meta.url));
const fileOf = (name: string) => join(CERTIFICATES, name);
const first = { certFile: fileOf("first-cert.pem"), keyFile: fileOf("first-key.pem") };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "paymaster-tls-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a server with a certificate", () => {
  let database: TestDatabase;
  let server: RunningServer;
  let service: McpService | undefined;
  let credentials: Record<string, string>;

  beforeAll(async () => {
    database = await (await startTestPostgres()).createDatabase();
    const dataDir = join(folder, "data");
    const args = ["--empty", "--port", "0", "--data-dir", dataDir];
    args.push("--tls-cert", first.certFile, "--tls-key", first.keyFile);
    args.push("--public-url", "https://billing.example.com");
    const config = readConfig(args, { DATABASE_URL: database.url }) as ServerConfig;
    server = await startServer(config, () => {}, {
      mcp: {
        hosts: [],
        create: async (given) => {
          service = given;
          const handle = async (_in: unknown, response: { end(text: string): void }) =>
            response.end("{}");
          return { handle, close: async () => undefined };
        },
      },
    });
    credentials = JSON.parse(await readFile(join(dataDir, "credentials.json"), "utf8"));
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  /** The server listens where the system chose; clients are told the public name. */
  async function ask(path: string, headers: Record<string, string> = {}, method = "GET") {
    const { port } = new URL(server.ownOrigin);
    const ca = await readFile(first.certFile);
    return new Promise<{ status: number; text: string }>((resolve, reject) => {
      request(
        { host: "127.0.0.1", servername: "localhost", port, path, method, headers, ca },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8").on("data", (part: string) => {
            text += part;
          });
          answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
        },
      )
        .on("error", reject)
        .end();
    });
  }

  it("tells clients https addresses under its public name", () => {
    expect(server.origin).toBe("https://billing.example.com");
    expect(credentials.base_url).toBe("https://billing.example.com/v2");
    expect(credentials.token_url).toBe("https://billing.example.com/oauth/token");
  });

  it("answers over TLS, and not without it", async () => {
    const authorization = `Bearer ${credentials.api_key}`;
    const answer = await ask("/v2/accounts/me/plans/usage", { authorization });
    expect([answer.status, JSON.parse(answer.text).plan_base.type]).toEqual([200, "monthly"]);
    await expect(fetch(`${server.ownOrigin.replace("https", "http")}/healthz`)).rejects.toThrow();
  });

  it("refuses TLS older than 1.2", async () => {
    const port = Number(new URL(server.ownOrigin).port);
    const attempt = new Promise((resolve, reject) => {
      const socket = connect({
        port,
        host: "127.0.0.1",
        maxVersion: "TLSv1.1",
        minVersion: "TLSv1",
      });
      socket.once("secureConnect", resolve).once("error", reject);
    });
    await expect(attempt).rejects.toThrow();
  });

  it("lets its MCP endpoint reach it, whatever name its certificate bears", async () => {
    const authorization = `Bearer ${credentials.api_key}`;
    await ask("/mcp", { authorization, host: "billing.example.com" });
    const call = (method: string, path: string, body?: string) =>
      fetch(`${service?.baseUrl}${path}`, {
        method,
        headers: { authorization, "content-type": "application/json" },
        ...(body === undefined ? {} : { body }),
      });
    const read = await call("GET", "/accounts/me/plans/usage");
    expect(await read.json()).toMatchObject({ plan_base: { type: "monthly" } });
    const refused = await call("POST", "/accounts", "{}");
    expect([refused.status, await refused.json()]).toMatchObject([400, { code: 300 }]);
    expect(service?.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v2$/);
  });
});

/** The certificate's name, as a new connection sees it. */
async function nameOf(app: FastifyInstance): Promise<string | undefined> {
  const [address] = app.addresses();
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(
      { host: "127.0.0.1", port: address?.port ?? 0, rejectUnauthorized: false },
      () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      },
    );
    socket.once("error", reject);
  });
}

it("takes up a renewed certificate, and keeps the old one while the pair does not fit", async () => {
  const files = { certFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
  const put = async (from: string, to: string) => {
    await copyFile(fileOf(from), to);
    await utimes(to, new Date(), new Date());
  };
  await put("first-cert.pem", files.certFile);
  await put("first-key.pem", files.keyFile);
  const said: string[] = [];
  const app = Fastify({ https: readTlsFiles(files) }) as unknown as FastifyInstance;
  followTlsFiles(app, files, ({ message }) => said.push(message), 20);
  await app.listen({ port: 0, host: "127.0.0.1" });
  const heard = async (message: string) => {
    while (!said.includes(message)) await sleep(10);
  };
  expect(await nameOf(app)).toBe("first");
  await put("second-cert.pem", files.certFile);
  await heard("The TLS certificate stays as it was");
  expect(await nameOf(app)).toBe("first");
  await put("second-key.pem", files.keyFile);
  await heard("The TLS certificate was read anew.");
  expect(await nameOf(app)).toBe("second");
  await app.close();
});

it("says before it starts which file is no certificate", () => {
  expect(() => readTlsFiles({ ...first, certFile: "/nowhere.pem" })).toThrow(
    "--tls-cert: /nowhere.pem cannot be read",
  );
  expect(() => readTlsFiles({ ...first, keyFile: fileOf("second-key.pem") })).toThrow(
    "are no certificate with its key in PEM",
  );
});
