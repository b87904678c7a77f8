import { expect, it } from "vitest";
import { openStore, stoppable, syncFleet } from "../src/index.js";
import { SimulatedFleet } from "./support/simulated-fleet.js";

it("try", { timeout: 12000 }, async () => {
  const fleet = new SimulatedFleet({ accounts: Number(process.env.N ?? 300) });
  const stop = new AbortController();
  const quota = stoppable(fleet.planner(), stop.signal);
  const store = openStore(process.env.STORE ?? ":memory:");
  const startMs = fleet.service.nowMs;
  const events: unknown[] = [];
  const t0 = performance.now();
  const summary = await fleet.time.run(
    syncFleet({
      store,
      client: fleet.client({ quota }),
      quota,
      clock: fleet.time,
      signal: new AbortController().signal,
      stop: stop.signal,
      onEvent: (e) => { events.push(e); if (events.length < 12 || events.length % 2000 === 0) console.log(fleet.now, JSON.stringify(e).slice(0, 300)); },
    }),
  );
  console.log(
    performance.now() - t0,
    (fleet.service.lastAdmittedMs - startMs) / 1000,
    fleet.service.refused,
    fleet.service.admitted,
  );
  console.log(JSON.stringify(summary));
  console.log(events.filter((e: any) => e.event === "schedule").map((e) => JSON.stringify(e))[0]);
  console.log(
    events
      .slice(-8)
      .map((e) => JSON.stringify(e))
      .join("\n"),
  );
  expect(summary.outcome).toBe("done");
});
