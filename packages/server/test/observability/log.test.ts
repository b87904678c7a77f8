/** The log's two forms, and which requests get a line. */
import Fastify from "fastify";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { LogLine } from "../../src/http/app.js";
import { createLogger, jsonLine } from "../../src/observability/log.js";
import { createMetrics } from "../../src/observability/metrics.js";
import { observeRequests } from "../../src/observability/requests.js";
import { startTestServer } from "../support/server.js";

const line = {
  level: "info",
  message: "request",
  tracking_id: "v=2.0;clid=local;rid=WEB_00ff",
  method: "GET",
  route: "/v2/accounts/:accountId",
  status: 200,
  duration_ms: 2.1,
  account: "uOLCsuQMuddNkUooq4lknA",
} as const;

it("for programs: one JSON object a line, time and level first", () => {
  const text = jsonLine(line, new Date("2026-02-01T08:00:00.123Z"));
  expect(text.endsWith("}\n")).toBe(true);
  expect(text.startsWith('{"time":"2026-02-01T08:00:00.123Z","level":"info",')).toBe(true);
  const { time, ...rest } = JSON.parse(text);
  expect([time, rest]).toEqual(["2026-02-01T08:00:00.123Z", line]);
  expect(jsonLine({ level: "warn", message: "two\nlines" }, new Date()).match(/\n/g)).toHaveLength(
    1,
  );
});

describe("for people", () => {
  afterEach(() => vi.restoreAllMocks());

  it("a short line; what is wrong goes to the other stream, with its level", () => {
    const out = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const err = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { log } = createLogger("text");
    log(line);
    log({ level: "info", message: "PostgreSQL stopped" });
    log({ level: "warn", message: "The database does not answer", error: "refused" });
    expect(out.mock.calls).toEqual([
      ["200 GET /v2/accounts/:accountId 2.1 ms uOLCsuQMuddNkUooq4lknA WEB_00ff"],
      ["PostgreSQL stopped"],
    ]);
    expect(err.mock.calls).toEqual([['warn: The database does not answer {"error":"refused"}']]);
  });
});

describe("requests", () => {
  it.each([
    ["all", [200, 404]],
    ["errors", []],
    ["off", []],
  ] as const)("with --request-log %s, of answers 200 and 404: %j", async (requestLog, statuses) => {
    const paymaster = await startTestServer({ requestLog });
    const answer = await paymaster.wire("GET", "/accounts/me/plans/usage");
    await paymaster.wire("GET", "/nowhere");
    await paymaster.stop();
    const lines = paymaster.logged.filter(({ message }) => message === "request");
    expect(lines.map(({ status }) => status)).toEqual(statuses);
    if (requestLog === "all") {
      expect(lines[0]?.tracking_id).toBe(answer.headers.get("x-zm-trackingid"));
    }
  });
});

describe("requests refused with 503", () => {
  afterEach(() => vi.useRealTimers());

  it("have one line a second together, and are all in the metrics", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const logged: LogLine[] = [];
    const metrics = createMetrics();
    const app = Fastify({ genReqId: () => "rid=WEB_00ff" });
    observeRequests(app, metrics, "all", (line) => logged.push(line));
    app.get("/busy/:id", (_request, reply) => reply.code(503).send());
    const call = () => app.inject("/busy/7");

    await Promise.all(Array.from({ length: 500 }, call));
    expect(logged).toEqual([]);
    vi.advanceTimersByTime(1_000);
    await Promise.all(Array.from({ length: 20 }, call));
    expect(logged).toHaveLength(1);
    // What is untold when the server stops is told then.
    await app.close();

    const line = { level: "warn", message: "Requests were refused with 503" };
    const example = { tracking_id: "rid=WEB_00ff", method: "GET", route: "/busy/:id" };
    expect(logged).toEqual([
      { ...line, count: 500, ...example },
      { ...line, count: 20, ...example },
    ]);
    expect(await metrics.text()).toContain(
      'paymaster_http_requests_total{operation="/busy/:id",method="GET",status="503"} 520',
    );
  });
});
